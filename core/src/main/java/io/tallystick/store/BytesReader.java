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
  private static final char REPLACEMENT = '\uFFFD';

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

  /** Decodes leniently first, which is far faster: only a text with a replacement can be wrong. */
  String getText() {
    int length = require(getInt());
    int start = bytes.position();
    bytes.position(start + length);
    String text = new String(bytes.array(), start, length, UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) {
      requireUtf8(ByteBuffer.wrap(bytes.array(), start, length));
    }
    return text;
  }

  private static void requireUtf8(ByteBuffer text) {
    try {
      UTF_8.newDecoder().decode(text);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("text is not in UTF-8", e);
    }
  }

  @Nullable String getOptionalText() {
    return getByte() == 0 ? null : getText();
  }

  /** How many elements follow, each of which has so many bytes at least. */
  int getSize(int leastBytes) {
    int size = getInt();
    if (size < 0 || size > bytes.remaining() / leastBytes) {
      throw new IllegalArgumentException(
          "size is beyond the end: size=" + size + " left=" + bytes.remaining());
    }
    return size;
  }

  <T> List<T> getList(Function<BytesReader, T> get) {
    int size = getSize(Byte.BYTES);
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
