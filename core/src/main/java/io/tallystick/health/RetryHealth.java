package io.tallystick.health;

/**
 * How often attempts fail.
 *
 * @param state how bad that is
 * @param failures1h attempts of the last hour that failed
 * @param failureRate those as a part of all attempts of the last hour, from 0 to 1; 0 where there
 *     was none
 * @param totalAttempts attempts since the start
 */
public record RetryHealth(State state, long failures1h, double failureRate, long totalAttempts) {
  /** Where nothing is counted. */
  public static final RetryHealth NONE = new RetryHealth(State.STABLE, 0, 0, 0);

  /** How bad it is that attempts fail. */
  public enum State {
    /** Fewer than 5 in an hour. */
    STABLE,
    /** From 5 on. */
    ELEVATED,
    /** From 20 on. */
    CRITICAL;

    static State of(long failures1h) {
      return failures1h < 5 ? STABLE : failures1h < 20 ? ELEVATED : CRITICAL;
    }
  }
}
