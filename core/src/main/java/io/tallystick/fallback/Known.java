package io.tallystick.fallback;

import io.tallystick.store.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * What this process has seen of a key last, and which of that the second store is still to be told:
 * the value, the end of its time to live, or both. Compared by identity.
 */
final class Known {
  private static final long NOT_TOLD = 0;

  /** A time that is further ahead than this was told by a clock that has been set back. */
  private static final long AHEAD_NS = 1_000_000_000;

  private static final int OVERHEAD_BYTES = 120;

  private final byte @Nullable [] value;
  private final long valueNs; // NOT_TOLD where the second store is not to be told it
  private final long endMs;
  private final long endNs; // likewise
  private final boolean isUnwritten;
  private final boolean isValueKnown;

  private Known(
      byte @Nullable [] value,
      long valueNs,
      long endMs,
      long endNs,
      boolean isUnwritten,
      boolean isValueKnown) {
    this.value = value;
    this.valueNs = valueNs;
    this.endMs = endMs;
    this.endNs = endNs;
    this.isUnwritten = isUnwritten;
    this.isValueKnown = isValueKnown;
  }

  /** What the second store need not be told. */
  static Known read(byte @Nullable [] value, long endMs) {
    return new Known(value, NOT_TOLD, endMs, NOT_TOLD, false, true);
  }

  /** A key that was given a value, or deleted where that is null. */
  static Known wrote(byte @Nullable [] value, long endMs, long nowNs) {
    return new Known(value, nowNs, endMs, nowNs, true, true);
  }

  /** A key whose value was replaced, and whose end stays. */
  static Known replaced(byte[] value, @Nullable Known before, long nowNs) {
    long endMs = before == null || before.value == null ? Deadline.NEVER_MS : before.endMs;
    long endNs = before == null ? NOT_TOLD : before.endNs; // none where it is written
    return new Known(value, nowNs, endMs, endNs, true, true);
  }

  /** A key that was given another end. */
  static Known expired(long endMs, @Nullable Known before, long nowNs) {
    return new Known(
        before == null ? null : before.value,
        before == null ? NOT_TOLD : before.valueNs,
        endMs,
        nowNs,
        true,
        before != null && before.isValueKnown);
  }

  /** A key whose value could not be kept: what the second store has of it is old. */
  static Known forgotten(long nowNs) {
    return new Known(null, nowNs, Deadline.NEVER_MS, nowNs, true, false);
  }

  Known written() {
    return new Known(value, NOT_TOLD, endMs, NOT_TOLD, false, isValueKnown);
  }

  boolean isUnwritten() {
    return isUnwritten;
  }

  boolean isValueKnown() {
    return isValueKnown;
  }

  byte @Nullable [] value() {
    return value;
  }

  long endMs() {
    return endMs;
  }

  /** Whether the value was seen behind this time. */
  boolean isValueOf(long sinceNs) {
    return value != null && valueNs >= sinceNs;
  }

  long bytes(String key) {
    return OVERHEAD_BYTES + 2L * key.length() + (value == null ? 0 : value.length);
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
