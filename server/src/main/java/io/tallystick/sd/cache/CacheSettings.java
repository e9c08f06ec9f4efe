package io.tallystick.sd.cache;

import java.time.Duration;

/**
 * How old lists may be, and how many.
 *
 * @param fresh how old a list is served without a warning
 * @param refreshEvery how old the list of a path becomes that is asked for regularly
 * @param maxStale how old a list is served at all; not less than {@code fresh}
 * @param queriesPerPath with how many different arguments a path may be asked for
 * @param queries with how many different arguments all paths together may be; past it, those go
 *     first that nobody has asked for since the longest time
 */
public record CacheSettings(
    Duration fresh, Duration refreshEvery, Duration maxStale, int queriesPerPath, int queries) {
  /** Five minutes, one minute, one hour, a thousand of a path and ten thousand of all. */
  public static final CacheSettings DEFAULT =
      new CacheSettings(
          Duration.ofMinutes(5), Duration.ofMinutes(1), Duration.ofHours(1), 1_000, 10_000);

  /** Checks the values. */
  public CacheSettings {
    requirePositive("fresh", fresh);
    requirePositive("refreshEvery", refreshEvery);
    requirePositive("maxStale", maxStale);
    maxStale = maxStale.compareTo(fresh) < 0 ? fresh : maxStale;
    requirePositive("queriesPerPath", queriesPerPath);
    requirePositive("queries", queries);
  }

  private static void requirePositive(String what, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit is not above zero: " + what + "=" + limit);
    }
  }

  private static void requirePositive(String what, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("time is not above zero: " + what + "=" + time);
    }
  }
}
