package io.tallystick.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@link BytesWriter} wrote. Not thread-safe.
 *
 * <p>Every method throws {@link IllegalArgumentException} where the bytes cannot be what is asked
 * for; none takes more memory than there are bytes.
 */
final class BytesReader {
  private final ByteBuffer bytes;

  BytesReader(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  int getByte() {
    require(Byte.BYTES);
    return bytes.get();
  }

  int getInt() {
    require(Integer.BYTES);
    return bytes.getInt();
  }

  long getLong() {
    require(Long.BYTES);
    return bytes.getLong();
  }

  double getDouble() {
    require(Double.BYTES);
    return bytes.getDouble();
  }

  byte[] getBytes() {
    byte[] value = new byte[require(getInt())];
    bytes.get(value);
    return value;
  }

  String getText() {
    ByteBuffer text = ByteBuffer.wrap(getBytes());
    try {
      return UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("text is not in UTF-8", e);
    }
  }

  @Nullable String getOptionalText() {
    return getByte() == 0 ? null : getText();
  }

  <T> List<T> getList(Function<BytesReader, T> get) {
    int size = require(getInt()); // an element has one byte at least
    List<T> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add(get.apply(this));
    }
    return list;
  }

  private int require(int length) {
    if (length < 0 || length > bytes.remaining()) {
      throw new IllegalArgumentException(
          "length is beyond the end: length=" + length + " left=" + bytes.remaining());
    }
    return length;
  }

  /** Refuses bytes that nobody asked for. */
  void requireEnd() {
    if (bytes.hasRemaining()) {
      throw new IllegalArgumentException("bytes are left: left=" + bytes.remaining());
    }
  }
}
