package io.tallystick.fallback;

import java.time.Duration;

/** A call that was not made, because the circuit of what it calls is open. */
public final class CircuitOpenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Duration retryAfter;

  CircuitOpenException(String name, Duration retryAfter) {
    super("circuit is open: name=" + name + " retryAfterMs=" + retryAfter.toMillis());
    this.retryAfter = retryAfter;
  }

  /**
   * In how long a probe may be let through at the latest; where one is out at present, in how long
   * it is given up. It may come back sooner.
   */
  public Duration retryAfter() {
    return retryAfter;
  }
}
