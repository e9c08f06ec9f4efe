package io.tallystick.records;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259), and of what Python writes besides {@code NaN}, {@code Infinity} and {@code
 * -Infinity}. Values are maps, lists, texts, {@code Long}, {@code BigInteger}, {@code Double},
 * {@code Boolean} and null. Used once.
 */
final class JsonReader {
  private static final int MOST_DEEP = 200;
  private static final int DIGITS_OF_ANY_LONG = 18;

  /** As in Python: to read a whole number takes a time that grows with the square of its length. */
  private static final int MOST_DIGITS = 4_300;

  private final String text;
  private int at;
  private int depth;

  private JsonReader(String text) {
    this.text = text;
  }

  /**
   * The object that some bytes are.
   *
   * @throws IllegalArgumentException where they are none
   */
  static Map<String, @Nullable Object> object(byte[] json) {
    if (read(new String(json, UTF_8)) instanceof Map<?, ?> map) {
      return JsonValues.cast(map);
    }
    throw new IllegalArgumentException("JSON is no object");
  }

  /**
   * The value that a text is.
   *
   * @throws IllegalArgumentException where it is none
   */
  static @Nullable Object read(String json) {
    JsonReader reader = new JsonReader(json);
    Object value = reader.value();
    if (reader.next() != 0) {
      throw reader.unexpected();
    }
    return value;
  }

  /** The next character that is no space, not taken; 0 at the end. */
  private char next() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return c;
      }
      at++;
    }
    return 0;
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException(
        "text is no JSON: position=" + at + " length=" + text.length());
  }

  private @Nullable Object value() {
    return switch (next()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> text.startsWith("nan", at) ? word("nan", Double.NaN) : word("null", null);
      case 'N' -> word("NaN", Double.NaN);
      case 'I' -> word("Infinity", Double.POSITIVE_INFINITY);
      case 'i' -> word("inf", Double.POSITIVE_INFINITY);
      default -> number();
    };
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return value;
  }

  private void enter() {
    at++;
    if (++depth > MOST_DEEP) {
      throw new IllegalArgumentException("JSON is too deep: depth=" + depth);
    }
  }

  private Map<String, @Nullable Object> object() {
    enter();
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    if (next() == '}') {
      at++;
      depth--;
      return map;
    }
    while (true) {
      if (next() != '"') {
        throw unexpected();
      }
      String key = string();
      require(':');
      map.put(key, value());
      if (next() != ',') {
        break;
      }
      at++;
    }
    require('}');
    depth--;
    return map;
  }

  private List<@Nullable Object> array() {
    enter();
    List<@Nullable Object> list = new ArrayList<>();
    if (next() == ']') {
      at++;
      depth--;
      return list;
    }
    while (true) {
      list.add(value());
      if (next() != ',') {
        break;
      }
      at++;
    }
    require(']');
    depth--;
    return list;
  }

  private void require(char c) {
    if (next() != c) {
      throw unexpected();
    }
    at++;
  }

  private String string() {
    int start = ++at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        return text.substring(start, at++);
      }
      if (c == '\\') {
        return escaped(start);
      }
      at++;
    }
    throw unexpected();
  }

  private String escaped(int start) {
    StringBuilder string = new StringBuilder().append(text, start, at);
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return string.toString();
      }
      string.append(c == '\\' ? escape() : c);
    }
    throw unexpected();
  }

  private char escape() {
    if (at >= text.length()) {
      throw unexpected();
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw unexpected();
    };
  }

  private char unicode() {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0) {
        throw unexpected();
      }
      code = code << 4 | digit;
      at++;
    }
    return (char) code;
  }

  private Object number() {
    int start = at;
    boolean isWhole = true;
    while (at < text.length() && isOfNumber(text.charAt(at))) {
      char c = text.charAt(at++);
      isWhole &= c == '-' || (c >= '0' && c <= '9');
    }
    if (at == start + 1 && text.charAt(start) == '-' && (next() == 'I' || next() == 'i')) {
      Object unused = value();
      return Double.NEGATIVE_INFINITY;
    }
    try {
      if (!isWhole) {
        return Double.parseDouble(text.substring(start, at));
      }
      if (at - start <= DIGITS_OF_ANY_LONG) {
        return Long.parseLong(text, start, at, 10);
      }
      if (at - start > MOST_DIGITS) {
        throw new IllegalArgumentException("number is too long: digits=" + (at - start));
      }
      BigInteger large = new BigInteger(text.substring(start, at));
      return large.bitLength() < Long.SIZE ? (Object) large.longValue() : large;
    } catch (NumberFormatException e) {
      at = start;
      throw unexpected();
    }
  }

  private static boolean isOfNumber(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }
}
