package io.tallystick.store;

import java.time.Duration;

/** Ends of times to live and of leases, in milliseconds of the Unix epoch. */
public final class Deadline {
  /** The end of what has none. */
  public static final long NEVER_MS = Long.MAX_VALUE;

  private Deadline() {}

  /**
   * The time, for what begins later, as behind a lock.
   *
   * @throws IllegalArgumentException where it is not above zero
   */
  public static Duration checked(Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("time is not above zero: time=" + time);
    }
    return time;
  }

  /**
   * When a time that begins now ends; rounded up to a millisecond.
   *
   * @throws IllegalArgumentException where it is not above zero
   */
  public static long after(long nowMs, Duration time) {
    checked(time);
    if (time.compareTo(Duration.ofMillis(Long.MAX_VALUE - Math.max(0, nowMs) - 1)) >= 0) {
      return NEVER_MS;
    }
    return nowMs + time.plusNanos(999_999).toMillis();
  }
}
