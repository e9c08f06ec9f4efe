package io.tallystick.fallback;

import io.tallystick.store.Deadline;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the second store has of a key while that is not in the {@link Journal}: its value and the
 * end of its time to live, each with the time at which a process of this host saw it last, so that
 * what is told late does not write over what is newer. {@code docs/fallback.md} has its bytes.
 *
 * <p>What is there and is no such row is a value that the store had before it was a second one.
 *
 * @param value null where the key is gone, or not known
 * @param valueNs since the Unix epoch, by the host's clock; zero where nobody has told a value
 * @param endMs {@link Deadline#NEVER_MS} where it has no end
 * @param endNs as valueNs
 */
record KeyRow(
    @SuppressWarnings("ArrayRecordComponent") byte @Nullable [] value,
    long valueNs,
    long endMs,
    long endNs) {
  private static final byte[] MAGIC = {(byte) 0xF5, 'T', 'F', 1};
  private static final int HEADER = MAGIC.length + 1 + 3 * Long.BYTES;

  boolean isThere(long nowMs) {
    return value != null && endMs > nowMs;
  }

  /** Whether another row was told at the same times, and so is the same. */
  boolean isSame(@Nullable KeyRow other) {
    return other != null && valueNs == other.valueNs && endNs == other.endNs;
  }

  byte[] toBytes() {
    byte[] bytes = new byte[HEADER + (value == null ? 0 : value.length)];
    ByteBuffer row = ByteBuffer.wrap(bytes).put(MAGIC);
    row.put((byte) (value == null ? 0 : 1)).putLong(valueNs).putLong(endMs).putLong(endNs);
    if (value != null) {
      row.put(value);
    }
    return bytes;
  }

  /** The row of these bytes; null where they are none. */
  static @Nullable KeyRow of(byte[] bytes) {
    if (bytes.length < HEADER || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      return null;
    }
    ByteBuffer row = ByteBuffer.wrap(bytes, MAGIC.length, bytes.length - MAGIC.length);
    boolean hasValue = row.get() != 0;
    long valueNs = row.getLong();
    long endMs = row.getLong();
    long endNs = row.getLong();
    byte[] value = hasValue ? Arrays.copyOfRange(bytes, HEADER, bytes.length) : null;
    return new KeyRow(value, valueNs, endMs, endNs);
  }
}
