package io.tallystick.records;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON in ASCII, with {@code NaN}, {@code Infinity} and {@code -Infinity} as Python reads
 * them. Not thread-safe.
 */
final class JsonWriter {
  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
  private static final double EXACT = 1e15;
  private static final int THOUSAND = 1_000;
  private static final int MOST_OF_A_CHAR = 6; // a backslash, u, and four digits
  private static final int MOST_OF_A_LONG = 21; // with a point

  private byte[] bytes = new byte[512];
  private int length;

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  /** Writes what is JSON already, or a part of it; ASCII. */
  @SuppressWarnings(
      "deprecation") // getBytes of a range drops the high bytes, of which ASCII has none
  JsonWriter raw(String json) {
    room(json.length());
    json.getBytes(0, json.length(), bytes, length);
    length += json.length();
    return this;
  }

  /** Writes what is JSON already. */
  JsonWriter raw(byte[] json) {
    room(json.length);
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
    return this;
  }

  /** Writes a member's name; all but the first come behind a comma. */
  JsonWriter name(String name) {
    if (bytes[length - 1] != '{') {
      raw(",");
    }
    return string(name).raw(":");
  }

  JsonWriter string(String value) {
    room(2 + MOST_OF_A_CHAR * value.length());
    bytes[length++] = '"';
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        bytes[length++] = '\\';
        bytes[length++] = (byte) c;
      } else if (c >= 0x20 && c < 0x7F) {
        bytes[length++] = (byte) c;
      } else {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
          bytes[length++] = HEX[c >> shift & 15];
        }
      }
    }
    bytes[length++] = '"';
    return this;
  }

  /** Writes a time as {@link Times#toText} has it, in quotes. */
  JsonWriter time(Instant time) {
    room(Times.MOST_LENGTH + 2);
    bytes[length++] = '"';
    length = Times.write(time, bytes, length);
    bytes[length++] = '"';
    return this;
  }

  JsonWriter number(double value) {
    if (Double.isNaN(value)) {
      return raw("NaN");
    }
    if (Double.isInfinite(value)) {
      return raw(value > 0 ? "Infinity" : "-Infinity");
    }
    double thousandths = Math.rint(value * THOUSAND);
    if (Math.abs(thousandths) < EXACT && thousandths / THOUSAND == value && value != 0) {
      return decimal((long) thousandths);
    }
    if (value == (long) value && Math.abs(value) < EXACT && value != 0) {
      return raw(Long.toString((long) value)).raw(".0");
    }
    return raw(Double.toString(value));
  }

  /**
   * Writes a number of at most fifteen digits, at most three of them behind the point. No two of
   * these are the same double, so that it is read as the double that it came from.
   */
  private JsonWriter decimal(long thousandths) {
    room(MOST_OF_A_LONG);
    if (thousandths < 0) {
      bytes[length++] = '-';
    }
    long rest = Math.abs(thousandths);
    long whole = rest / THOUSAND;
    int digits = 1;
    for (long left = whole; left >= 10; left /= 10) {
      digits++;
    }
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + whole % 10);
      whole /= 10;
    }
    length += digits;
    bytes[length++] = '.';
    int behind = (int) (rest % THOUSAND);
    int place = 100;
    do {
      bytes[length++] = (byte) ('0' + behind / place);
      behind %= place;
      place /= 10;
    } while (behind > 0);
    return this;
  }

  /** Writes any value that {@link JsonReader} reads. */
  JsonWriter value(@Nullable Object value) {
    if (value instanceof String string) {
      return string(string);
    }
    if (value instanceof Double number) {
      return number(number);
    }
    if (value instanceof Map<?, ?> map) {
      raw("{");
      map.forEach((name, each) -> name(String.valueOf(name)).value(each));
      return raw("}");
    }
    if (value instanceof List<?> list) {
      raw("[");
      for (int i = 0; i < list.size(); i++) {
        raw(i > 0 ? "," : "").value(list.get(i));
      }
      return raw("]");
    }
    return raw(String.valueOf(value));
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, US_ASCII);
  }
}
