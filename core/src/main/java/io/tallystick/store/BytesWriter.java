package io.tallystick.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Little-endian bytes that grow. Not thread-safe. */
final class BytesWriter {
  private ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

  private ByteBuffer room(int length) {
    if (bytes.remaining() < length) {
      long capacity = Math.max(2L * bytes.capacity(), (long) bytes.position() + length);
      if (capacity > Integer.MAX_VALUE - 8) {
        capacity = Math.max(Integer.MAX_VALUE - 8, Math.addExact(bytes.position(), length));
      }
      ByteBuffer larger = ByteBuffer.allocate((int) capacity).order(ByteOrder.LITTLE_ENDIAN);
      bytes = larger.put(bytes.flip());
    }
    return bytes;
  }

  void putByte(int value) {
    room(Byte.BYTES).put((byte) value);
  }

  void putInt(int value) {
    room(Integer.BYTES).putInt(value);
  }

  void putLong(long value) {
    room(Long.BYTES).putLong(value);
  }

  void putDouble(double value) {
    room(Double.BYTES).putDouble(value);
  }

  void putBytes(byte[] value) {
    putInt(value.length);
    room(value.length).put(value);
  }

  void putText(String text) {
    putBytes(text.getBytes(UTF_8));
  }

  void putOptionalText(@Nullable String text) {
    putByte(text == null ? 0 : 1);
    if (text != null) {
      putText(text);
    }
  }

  <T> void putList(List<T> list, BiConsumer<BytesWriter, T> put) {
    putInt(list.size());
    list.forEach(each -> put.accept(this, each));
  }

  byte[] toBytes() {
    byte[] copy = new byte[bytes.position()];
    bytes.get(0, copy);
    return copy;
  }
}
