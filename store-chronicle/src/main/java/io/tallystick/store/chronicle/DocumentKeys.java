package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * The keys of documents and their sets, in the map of keys and values: they begin with a byte that
 * no text in UTF-8 has, nor an addition, and one that says what they are.
 */
final class DocumentKeys {
  static final byte FIRST = (byte) 0xFE;
  static final byte DOCUMENT = 'd';
  static final byte SET = 's';
  static final byte PAGE = 'p';
  static final byte NUMBER = 'n';

  /** The set of the documents that end, by when; another one than any of a name. */
  static final byte ENDS = 'e';

  private DocumentKeys() {}

  static byte[] of(byte kind, String name) {
    byte[] bytes = name.getBytes(UTF_8);
    return ByteBuffer.allocate(2 + bytes.length).put(FIRST).put(kind).put(bytes).array();
  }

  static byte[] page(long number) {
    return ByteBuffer.allocate(2 + Long.BYTES).put(FIRST).put(PAGE).putLong(number).array();
  }

  static long pageNumber(byte[] key) {
    return ByteBuffer.wrap(key).getLong(2);
  }

  /** Whether a key is one of these, rather than of a value. */
  static boolean isOne(byte[] key) {
    return key.length > 0 && key[0] == FIRST;
  }

  static boolean isOf(byte kind, byte[] key) {
    return key.length > 1 && key[0] == FIRST && key[1] == kind;
  }

  static String name(byte[] key) {
    return new String(key, 2, key.length - 2, UTF_8);
  }
}
