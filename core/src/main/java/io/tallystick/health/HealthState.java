package io.tallystick.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything that is known of an application's health at one moment. Immutable.
 *
 * @param components what is known of each: reports, and checks under their own names
 * @param checks the last result of each check that has one
 * @param checkedAt when the last run of all checks ended; empty before the first
 * @param uptime since the monitor was made
 */
public record HealthState(
    Instant timestamp,
    SystemHealth system,
    CircuitBreakerHealth circuitBreaker,
    RetryHealth retry,
    Resources resources,
    FallbackHealth fallback,
    SortedMap<String, ComponentHealth> components,
    SortedMap<String, CheckReport> checks,
    Optional<Instant> checkedAt,
    Duration uptime) {
  /**
   * Whether work can be sent here: checks were run, nothing has failed, and the mode is PRIMARY.
   */
  public boolean isReady() {
    return checkedAt.isPresent() && system.failedComponents() == 0 && fallback.isPrimary();
  }
}
