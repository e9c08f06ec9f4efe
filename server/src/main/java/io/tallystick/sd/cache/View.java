package io.tallystick.sd.cache;

import org.jspecify.annotations.Nullable;

/**
 * What a process knew of a query when it looked last.
 *
 * @param copy the newest list that it has seen; null where it has seen none
 * @param error of the last generation, where it failed
 * @param exists whether there was such a path
 * @param fault what the store said where it could not be asked; null where it could
 * @param checkedMs when it looked; {@link #NEVER_MS} where it has not
 */
record View(
    @Nullable Copy copy,
    @Nullable GenerationError error,
    boolean exists,
    @Nullable String fault,
    long checkedMs) {
  static final long NEVER_MS = Long.MIN_VALUE;
  static final View NONE = new View(null, null, true, null, NEVER_MS);

  /** A list, and what is known of it. */
  record Copy(EncodedList list, ListStatus status) {}

  /** Whether this is of the last so many milliseconds. */
  boolean isOf(long lastMs, long nowMs) {
    return checkedMs != NEVER_MS && nowMs >= checkedMs && nowMs - checkedMs < lastMs;
  }

  /** The list, unless it is older. */
  @Nullable Copy copyOf(long lastMs, long nowMs) {
    return copy != null && nowMs - copy.status().updatedMs() <= lastMs ? copy : null;
  }
}
