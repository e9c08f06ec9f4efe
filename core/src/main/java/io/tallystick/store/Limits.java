package io.tallystick.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.StoreException.Category;

/**
 * How large a key and a value of a store may be. Keys are those of {@link KeyValues} and jobs, and
 * the names of queues and sources; values are those of {@link KeyValues} and the payloads of jobs.
 *
 * @param keyBytes the longest key, in bytes of UTF-8; at least 1,024 in every store
 * @param valueBytes the longest value, in bytes; at least 1 MiB in every store unless its owner set
 *     less
 */
public record Limits(int keyBytes, int valueBytes) {
  private static final int MOST_BYTES_A_CHAR = 3;

  /** Keys of 1,024 bytes and values of 16 MiB. */
  public static final Limits DEFAULT = new Limits(1_024, 16 << 20);

  /**
   * Returns a key that may be used: of at least one character, not too long, in Unicode.
   *
   * @throws StoreException PERMANENT where it may not
   */
  public String checkKey(String key) {
    if (key.isEmpty()) {
      throw new StoreException(Category.PERMANENT, "key is empty");
    }
    if (!isUnicode(key)) {
      throw new StoreException(Category.PERMANENT, "key has half a surrogate pair");
    }
    if ((long) key.length() * MOST_BYTES_A_CHAR <= keyBytes) {
      return key;
    }
    int length = key.getBytes(UTF_8).length;
    if (length > keyBytes) {
      throw new StoreException(
          Category.PERMANENT, "key is too long: bytes=" + length + " limit=" + keyBytes);
    }
    return key;
  }

  /** Whether a text can be written in UTF-8: it has no half of a surrogate pair. */
  static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (Character.isSurrogate(each)) {
        boolean isPair =
            Character.isHighSurrogate(each)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!isPair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /**
   * Returns a copy of a value that may be stored.
   *
   * @throws StoreException PERMANENT where it is too long
   */
  public byte[] copyValue(byte[] value) {
    checkValue(value);
    return value.clone();
  }

  /**
   * Refuses a value that may not be stored.
   *
   * @throws StoreException PERMANENT where it is too long
   */
  public void checkValue(byte[] value) {
    if (value.length > valueBytes) {
      throw new StoreException(
          Category.PERMANENT, "value is too long: bytes=" + value.length + " limit=" + valueBytes);
    }
  }
}
