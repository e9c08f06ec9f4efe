package io.tallystick.fallback;

import io.tallystick.store.Deadline;
import io.tallystick.store.StoreException;
import io.tallystick.store.WholeNumber;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What this process has seen of a key last, and which of that the second store is still to be told:
 * the value, the end of its time to live, or both.
 *
 * <p>Changed in place, a small value as well, and a sum is no text before somebody asks: of many
 * keys that are written all the time, that leaves the least to the garbage collector. Threading:
 * used with itself locked, but for the key.
 */
final class KnownKey {
  private static final long NOT_TOLD = Known.NOT_TOLD;
  private static final int SUM_BYTES = 20;
  private static final int SMALL_BYTES = 256; // is sooner copied than kept track of

  private final String key;
  private byte @Nullable [] value; // null where it is a sum, too; ours alone where it is small
  private boolean isSum;
  private long sum;
  private int valueBytes; // without a look at the value, which may be in no cache
  private long valueNs = NOT_TOLD; // which is where the second store is not to be told it
  private long seenNs; // what that was last, also once the second store was told
  private long endMs = Deadline.NEVER_MS;
  private long endNs = NOT_TOLD; // likewise
  private boolean isUnwritten;
  private boolean isValueKnown;
  private boolean isForgotten;
  private int changes;

  KnownKey(String key) {
    this.key = key;
  }

  String key() {
    return key;
  }

  // ---- what is known ----

  /** Whether the second store is still to be told something. */
  boolean isUnwritten() {
    return isUnwritten;
  }

  /** Whether it is there no more, so that what is seen belongs to another one. */
  boolean isForgotten() {
    return isForgotten;
  }

  int changes() {
    return changes;
  }

  int valueBytes() {
    return valueBytes;
  }

  /** What the key is; null where that is not known. */
  @Nullable StoredValue present(long nowMs) {
    return !isValueKnown
        ? null
        : endMs > nowMs ? new StoredValue(value(), endMs) : StoredValue.NONE;
  }

  /** What the second store is to be told; null where it has all. */
  @Nullable Known unwritten() {
    return isUnwritten ? new Known(this, changes, value(), valueNs, endMs, endNs) : null;
  }

  /** One that nobody changes. */
  private byte @Nullable [] value() {
    if (isSum) {
      return WholeNumber.toBytes(sum);
    }
    return value == null || value.length > SMALL_BYTES ? value : value.clone();
  }

  private boolean isThere() {
    return isSum || value != null;
  }

  // ---- what is seen ----

  private void set(byte @Nullable [] next) {
    if (next == null || next.length > SMALL_BYTES) {
      value = next;
    } else if (value == null || value.length != next.length) {
      value = next.clone();
    } else {
      System.arraycopy(next, 0, value, 0, next.length);
    }
    isSum = false;
    valueBytes = next == null ? 0 : next.length;
  }

  private void told(long nextValueNs, long nextEndNs) {
    valueNs = nextValueNs;
    seenNs = Math.max(seenNs, nextValueNs);
    endNs = nextEndNs;
    isUnwritten = true;
    changes++;
  }

  /** Notes what the second store need not be told. */
  void read(byte @Nullable [] next, long nextEndMs) {
    set(next);
    endMs = nextEndMs;
    isValueKnown = true;
    written();
  }

  /** Whether a value is the one that is known. */
  boolean isKnown(byte @Nullable [] other) {
    return isValueKnown && Arrays.equals(isSum ? WholeNumber.toBytes(sum) : value, other);
  }

  /** The key was given a value, or deleted where that is null. */
  void wrote(byte @Nullable [] next, long nextEndMs, long nowNs) {
    set(next);
    endMs = nextEndMs;
    isValueKnown = true;
    told(nowNs, nowNs);
  }

  /** Its value was replaced, and its end stays. */
  void replaced(byte[] next, long nowNs, long nowMs) {
    keepEnd(nowNs, nowMs);
    set(next);
    isValueKnown = true;
    told(nowNs, endNs);
  }

  /** It was added to. */
  void added(long next, long nowNs, long nowMs) {
    keepEnd(nowNs, nowMs);
    value = null;
    isSum = true;
    sum = next;
    valueBytes = SUM_BYTES;
    isValueKnown = true;
    told(nowNs, endNs);
  }

  /** Of what is not there, or has ended, the end says nothing. */
  private void keepEnd(long nowNs, long nowMs) {
    if (!isThere() || endMs <= nowMs) {
      endMs = Deadline.NEVER_MS;
      endNs = endNs == NOT_TOLD ? NOT_TOLD : nowNs;
    }
  }

  /** Whether it was added to since then, and is above a sum. */
  boolean isAbove(long other, long sinceNs) {
    if (!isThere() || seenNs < sinceNs) {
      return false;
    }
    try {
      return (isSum ? sum : WholeNumber.sum(value, 0)) > other;
    } catch (StoreException e) { // it is none
      return false;
    }
  }

  /** It was given another end. */
  void expired(long nextEndMs, long nowNs) {
    endMs = nextEndMs;
    told(valueNs, nowNs);
  }

  /** Its value cannot be kept: what the second store has of it is old. */
  void dropValue(long nowNs) {
    set(null);
    endMs = Deadline.NEVER_MS;
    isValueKnown = false;
    told(nowNs, nowNs);
  }

  /** The second store has all of it. */
  void written() {
    valueNs = NOT_TOLD;
    endNs = NOT_TOLD;
    isUnwritten = false;
    changes++;
  }

  /** It is taken out of the map. */
  void forget() {
    isForgotten = true;
  }
}
