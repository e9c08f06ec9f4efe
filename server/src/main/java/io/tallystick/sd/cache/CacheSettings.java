package io.tallystick.sd.cache;

import java.time.Duration;

/**
 * How old lists may be, and how many.
 *
 * @param fresh how old a list is served without a warning
 * @param refreshEvery how old the list of a path becomes that is asked for regularly
 * @param maxStale how old a list is served at all; not less than {@code fresh}
 * @param queriesPerPath with how many different arguments a path may be asked for
 */
public record CacheSettings(
    Duration fresh, Duration refreshEvery, Duration maxStale, int queriesPerPath) {
  /** Five minutes, one minute, one hour, and a thousand. */
  public static final CacheSettings DEFAULT =
      new CacheSettings(Duration.ofMinutes(5), Duration.ofMinutes(1), Duration.ofHours(1), 1_000);

  /** Checks the values. */
  public CacheSettings {
    requirePositive("fresh", fresh);
    requirePositive("refreshEvery", refreshEvery);
    requirePositive("maxStale", maxStale);
    maxStale = maxStale.compareTo(fresh) < 0 ? fresh : maxStale;
    if (queriesPerPath < 1) {
      throw new IllegalArgumentException(
          "limit is not above zero: queriesPerPath=" + queriesPerPath);
    }
  }

  private static void requirePositive(String what, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("time is not above zero: " + what + "=" + time);
    }
  }
}
