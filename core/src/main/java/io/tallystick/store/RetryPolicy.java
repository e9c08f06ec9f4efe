package io.tallystick.store;

import java.time.Duration;

/**
 * How often a job is taken, and how long it waits after it failed: first a while, then twice as
 * long each time.
 *
 * @param attempts how often it is taken before it is a dead letter; at least 1
 * @param firstDelay the wait after the first failure; above zero
 * @param maxDelay the longest wait; not less than the first one
 */
public record RetryPolicy(int attempts, Duration firstDelay, Duration maxDelay) {
  /** Five attempts, one second at first and five minutes at most. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofMinutes(5));

  /** Checks the values. */
  public RetryPolicy {
    if (attempts < 1 || firstDelay.isNegative() || firstDelay.isZero()) {
      throw new IllegalArgumentException(
          "attempts or delay is not above zero: attempts=" + attempts + " delay=" + firstDelay);
    }
    if (maxDelay.compareTo(firstDelay) < 0) {
      throw new IllegalArgumentException(
          "longest delay is below the first: max=" + maxDelay + " first=" + firstDelay);
    }
  }

  /** How long a job waits after an attempt, counted from 1. */
  public Duration delayAfter(int attempt) {
    Duration delay = firstDelay;
    for (int i = 1; i < attempt && delay.compareTo(maxDelay) < 0; i++) {
      delay = delay.compareTo(maxDelay.dividedBy(2)) > 0 ? maxDelay : delay.multipliedBy(2);
    }
    return delay;
  }
}
