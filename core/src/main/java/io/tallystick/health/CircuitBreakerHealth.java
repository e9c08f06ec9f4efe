package io.tallystick.health;

import java.time.Duration;

/**
 * What a circuit breaker says of itself.
 *
 * @param available whether there is one
 * @param state {@code CLOSED}, {@code OPEN} or {@code HALF_OPEN}; {@code UNKNOWN} where there is
 *     none
 * @param openDuration for how long it has not been closed; zero where it is
 * @param failuresTotal calls that failed
 * @param successesTotal calls that succeeded
 * @param tripsTotal how often it opened
 * @param consecutiveFailures calls that failed since one succeeded
 */
public record CircuitBreakerHealth(
    boolean available,
    String state,
    Duration openDuration,
    long failuresTotal,
    long successesTotal,
    long tripsTotal,
    int consecutiveFailures) {
  /** Where there is no breaker. */
  public static final CircuitBreakerHealth NONE =
      new CircuitBreakerHealth(false, "UNKNOWN", Duration.ZERO, 0, 0, 0, 0);
}
