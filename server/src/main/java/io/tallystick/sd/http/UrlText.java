package io.tallystick.sd.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/** Percent-encoded text of a URL. */
final class UrlText {
  private static final int NO_DIGIT = -1;

  private UrlText() {}

  /**
   * The text that was encoded; empty where it is not UTF-8, or a percent sign stands alone.
   *
   * @param isForm whether a plus is a space, as in a query
   */
  static Optional<String> decode(String encoded, boolean isForm) {
    if (encoded.indexOf('%') < 0 && (!isForm || encoded.indexOf('+') < 0)) {
      return Optional.of(encoded);
    }
    ByteBuffer bytes = ByteBuffer.allocate(encoded.length() * 3); // of UTF-8
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        int octet = octet(encoded, i + 1);
        if (octet == NO_DIGIT) {
          return Optional.empty();
        }
        bytes.put((byte) octet);
        i += 2;
      } else if (c == '+' && isForm) {
        bytes.put((byte) ' ');
      } else {
        bytes.put(String.valueOf(c).getBytes(UTF_8));
      }
    }
    try {
      return Optional.of(UTF_8.newDecoder().decode(bytes.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static int octet(String text, int start) {
    if (start + 2 > text.length()) {
      return NO_DIGIT;
    }
    int high = Character.digit(text.charAt(start), 16);
    int low = Character.digit(text.charAt(start + 1), 16);
    return high < 0 || low < 0 ? NO_DIGIT : (high << 4) + low;
  }
}
