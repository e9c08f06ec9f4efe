package io.tallystick.shm;

import java.time.Duration;

/**
 * Which cell of a series' life holds what. A life is in a segment of single cells; a series that
 * does not expire has none.
 *
 * <pre>
 *   | touched, ms | released, ms | time to live, ms |
 * </pre>
 *
 * <p>Order: a process that is still there writes them. Whoever says that a series is released
 * stores when it was touched before that; so a reader reads that it is released first.
 */
public final class LifeLayout {
  /** When a process last found that the series had been updated. */
  public static final int TOUCHED_MS = 0;

  /** Until when what was counted belongs to what is counted then; 0 while it can be updated. */
  public static final int RELEASED_MS = 1;

  /** How long after it was touched the series is shown; 0 is for ever. */
  public static final int TTL_MS = 2;

  public static final int CELLS = 3;

  /** For how long whatever begins after a series has ended still goes on with it. */
  public static final long GRACE_MS = 60_000;

  /** What a time to live may be. */
  public static final String TTLS = "0s for none, or from 10s on";

  private static final Duration LEAST_TTL = Duration.ofSeconds(10);
  private static final Duration LONGEST_TTL = Duration.ofMillis(Long.MAX_VALUE);

  private LifeLayout() {}

  /** Whether a time to live is long enough to be kept to: a process looks now and then. */
  public static boolean isTtl(Duration ttl) {
    return ttl.isZero() || (ttl.compareTo(LEAST_TTL) >= 0 && ttl.compareTo(LONGEST_TTL) <= 0);
  }

  /** When a series that was touched then expires. */
  public static long expiryMs(long touchedMs, long ttlMs) {
    long sum = touchedMs + ttlMs;
    return sum < 0 ? Long.MAX_VALUE : sum; // neither is below zero
  }
}
