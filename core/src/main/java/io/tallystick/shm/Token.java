package io.tallystick.shm;

import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A process file's identity: 128 random bits, 32 hexadecimal digits in file names. */
public record Token(long high, long low) implements Comparable<Token> {
  private static final Path RANDOM = Path.of("/dev/urandom");
  private static final int DIGITS = 32;

  static Token random() {
    return random(RANDOM);
  }

  /**
   * One of the system's random bits, which a {@link SecureRandom} reads there, too, but only when
   * the JVM has loaded all that it could be asked for.
   *
   * @param device where they come from; where that is not there, from the JVM
   */
  static Token random(Path device) {
    byte[] bits = new byte[2 * Long.BYTES];
    try (InputStream in = new FileInputStream(device.toFile())) { // which no interrupt closes
      if (in.readNBytes(bits, 0, bits.length) < bits.length) {
        throw new EOFException("too few random bits: device=" + device);
      }
    } catch (IOException e) {
      new SecureRandom().nextBytes(bits);
    }
    return get(ByteBuffer.wrap(bits), 0);
  }

  /** The token that a file name starts with, or null where it has none or another ending. */
  static @Nullable Token ofFileName(String name, String ending) {
    if (name.length() != DIGITS + ending.length() || !name.endsWith(ending)) {
      return null;
    }
    for (int i = 0; i < DIGITS; i++) {
      char c = name.charAt(i);
      boolean isDigit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      if (!isDigit) {
        return null;
      }
    }
    return new Token(
        HexFormat.fromHexDigitsToLong(name, 0, DIGITS / 2),
        HexFormat.fromHexDigitsToLong(name, DIGITS / 2, DIGITS));
  }

  static Token get(ByteBuffer buffer, int at) {
    return new Token(buffer.getLong(at), buffer.getLong(at + Long.BYTES));
  }

  void put(ByteBuffer buffer, int at) {
    buffer.putLong(at, high);
    buffer.putLong(at + Long.BYTES, low);
  }

  /** The order of file names. */
  @Override
  public int compareTo(Token other) {
    int byHigh = Long.compareUnsigned(high, other.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
  }

  // A record's own are code that a JVM makes when they are called first, which takes it long.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Token token && high == token.high && low == token.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high ^ low); // random bits
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
