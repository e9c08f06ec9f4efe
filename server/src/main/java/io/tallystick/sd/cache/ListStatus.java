package io.tallystick.sd.cache;

/**
 * What is known of a list without reading it.
 *
 * @param updatedMs when it was made
 * @param targets how many it has, in all groups
 * @param processingMs how long its generation took
 */
record ListStatus(long updatedMs, int targets, long processingMs) {
  private static final long AHEAD_MS = 5_000; // clocks of hosts agree better than that

  /** Whether it was made in the future: by a clock that was set back since, or by a wrong one. */
  boolean isAhead(long nowMs) {
    return updatedMs - nowMs > AHEAD_MS;
  }
}
