package io.tallystick.shm;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A process file's identity: 128 random bits, 32 hexadecimal digits in file names. */
public record Token(long high, long low) {
  /** The order of file names. */
  static final Comparator<Token> ORDER =
      Comparator.comparing(Token::high, Long::compareUnsigned)
          .thenComparing(Token::low, Long::compareUnsigned);

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int DIGITS = 32;

  static Token random() {
    return new Token(RANDOM.nextLong(), RANDOM.nextLong());
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

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
