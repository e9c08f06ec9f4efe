package io.tallystick.store.chronicle;

import java.nio.ByteBuffer;

/** The keys of rows: a letter that says of what kind it is, and what tells it from others. */
final class RowKey {
  private RowKey() {}

  static byte[] of(byte letter, byte[] name) {
    return ByteBuffer.allocate(1 + name.length).put(letter).put(name).array();
  }

  static byte[] of(byte letter, long number) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(letter).putLong(number).array();
  }

  static byte[] of(byte letter, long owner, long number) {
    return ByteBuffer.allocate(1 + 2 * Long.BYTES)
        .put(letter)
        .putLong(owner)
        .putLong(number)
        .array();
  }

  static byte[] of(byte letter, long owner, byte[] name) {
    return ByteBuffer.allocate(1 + Long.BYTES + name.length)
        .put(letter)
        .putLong(owner)
        .put(name)
        .array();
  }
}
