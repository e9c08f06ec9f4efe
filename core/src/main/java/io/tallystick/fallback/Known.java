package io.tallystick.fallback;

import io.tallystick.store.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * What the second store is to be told of a key: the value, the end of its time to live, or both.
 *
 * @param of whose it is
 * @param changes how often that had changed
 * @param value null where it is gone, or the second store is not to be told it
 * @param valueNs {@link #NOT_TOLD} where the second store is not to be told the value
 * @param endNs likewise
 */
record Known(
    @Nullable KnownKey of,
    int changes,
    @SuppressWarnings("ArrayRecordComponent") byte @Nullable [] value,
    long valueNs,
    long endMs,
    long endNs) {
  static final long NOT_TOLD = 0;

  /** A time that is further ahead than this was told by a clock that has been set back. */
  private static final long AHEAD_NS = 1_000_000_000;

  /** A key that was given a value, or deleted where that is null. */
  static Known wrote(byte @Nullable [] value, long endMs, long nowNs) {
    return new Known(null, 0, value, nowNs, endMs, nowNs);
  }

  /** The row that comes of another one and this; the same one where that is newer. */
  KeyRow over(@Nullable KeyRow row, long nowMs, long nowNs) {
    if (row == null) {
      return new KeyRow(
          value(valueNs), valueNs, endNs == NOT_TOLD ? Deadline.NEVER_MS : endMs, endNs);
    }
    boolean isValueNewer = isNewer(valueNs, row.valueNs(), nowNs);
    boolean isEndNewer = isNewer(endNs, row.endNs(), nowNs);
    if (!isValueNewer && !isEndNewer) {
      return row;
    }
    boolean isEndOver = isValueNewer && row.endMs() <= nowMs; // of the value that was there before
    return new KeyRow(
        isValueNewer ? value : row.value(),
        isValueNewer ? valueNs : row.valueNs(),
        isEndNewer ? endMs : isEndOver ? Deadline.NEVER_MS : row.endMs(),
        isEndNewer ? endNs : row.endNs());
  }

  private byte @Nullable [] value(long toldNs) {
    return toldNs == NOT_TOLD ? null : value;
  }

  private static boolean isNewer(long ns, long storedNs, long nowNs) {
    return ns != NOT_TOLD && (ns >= storedNs || storedNs > nowNs + AHEAD_NS);
  }
}
