package io.tallystick.health;

import java.time.Duration;

/**
 * Finds out whether something works.
 *
 * <p>Threading: called by a thread of the {@link HealthMonitor}, by one at a time. A call that does
 * not return within its limit is interrupted, and left; until it returns there is no other one.
 */
@FunctionalInterface
public interface HealthCheck {
  /** The limit of checks that do not say another. */
  Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(5);

  /**
   * Looks once. What it throws is as good as {@link HealthStatus#UNHEALTHY}.
   *
   * @return what it found; null is as good as {@link HealthStatus#UNKNOWN}
   */
  HealthResult check() throws Exception;

  /** How long a call may take; asked once, when it is registered. */
  default Duration timeLimit() {
    return DEFAULT_TIME_LIMIT;
  }

  /** This check with another limit. */
  default HealthCheck within(Duration timeLimit) {
    HealthCheck check = this;
    return new HealthCheck() {
      @Override
      public HealthResult check() throws Exception {
        return check.check();
      }

      @Override
      public Duration timeLimit() {
        return timeLimit;
      }
    };
  }
}
