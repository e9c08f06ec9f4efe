package io.tallystick.python;

import io.tallystick.shm.CorruptFileException;
import java.nio.ByteBuffer;

/**
 * Where one entry lies in a file; every length is checked against the part in use.
 *
 * <pre>
 *   0        4
 *   | length | key | 1 to 8 spaces | value | timestamp |
 *                                  ^ 8-aligned, as the entry is
 * </pre>
 *
 * <p>The length is that of the key alone, an int32; value and timestamp are float64.
 */
final class PythonEntry {
  /** Longer keys are skipped: nobody has such labels. */
  static final int MAX_KEY_LENGTH = 1 << 16;

  private static final int ALIGNMENT = 8;

  private int at;
  private int keyLength;
  private int valueAt;
  private int end;

  /** Finds the entry at a position, which is before the limit. */
  void read(ByteBuffer bytes, int position, int limit, PythonLayout layout)
      throws CorruptFileException {
    if (!find(bytes, position, limit, layout)) {
      throw new CorruptFileException(
          "key length outside the part in use: position="
              + position
              + " length="
              + keyLength
              + " left="
              + (limit - position));
    }
  }

  /** As {@link #read}, and says whether there is one that fits. */
  boolean find(ByteBuffer bytes, int position, int limit, PythonLayout layout) {
    at = position;
    keyLength = limit - position < Integer.BYTES ? 0 : bytes.getInt(position);
    long value = position + lengthWithoutValues(keyLength);
    long next = value + layout.tailLength;
    if (keyLength <= 0 || next > limit) {
      return false;
    }
    valueAt = (int) value;
    end = (int) next;
    return true;
  }

  /** The bytes of the length and the padded key. */
  static long lengthWithoutValues(int keyLength) {
    long unpadded = (long) Integer.BYTES + keyLength;
    return unpadded + ALIGNMENT - unpadded % ALIGNMENT;
  }

  /** Whether the key starts as all of them do. */
  boolean hasList(ByteBuffer bytes) {
    return bytes.get(at + Integer.BYTES) == '[';
  }

  boolean isTooLong() {
    return keyLength > MAX_KEY_LENGTH;
  }

  byte[] key(ByteBuffer bytes) {
    byte[] key = new byte[keyLength];
    bytes.get(at + Integer.BYTES, key);
    return key;
  }

  /** Where the value is. */
  int valueAt() {
    return valueAt;
  }

  /** Where the next entry starts. */
  int end() {
    return end;
  }
}
