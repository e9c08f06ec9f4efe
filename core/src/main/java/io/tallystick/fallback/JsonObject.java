package io.tallystick.fallback;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * JSON objects (RFC 8259) whose values are texts, or objects of such. Numbers and words are read as
 * the texts that they are.
 */
final class JsonObject {
  private static final char FIRST_PRINTABLE = 0x20;
  private static final int MOST_DEPTH = 8;
  private static final int HEX = 16;

  private final String text;
  private int at;

  private JsonObject(String text) {
    this.text = text;
  }

  // ---- writing ----

  /** The JSON of a map of texts and maps. */
  static String of(Map<String, ?> members) {
    StringBuilder json = new StringBuilder("{");
    members.forEach(
        (name, value) -> {
          json.append(json.length() > 1 ? "," : "");
          put(json, name);
          json.append(':');
          if (value instanceof Map<?, ?> inner) {
            Map<String, Object> copy = new LinkedHashMap<>();
            inner.forEach((key, each) -> copy.put(key.toString(), each));
            json.append(of(copy));
          } else {
            put(json, value.toString());
          }
        });
    return json.append('}').toString();
  }

  private static void put(StringBuilder json, String value) {
    json.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < FIRST_PRINTABLE || Character.isSurrogate(c)) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }

  // ---- reading ----

  /** The members of an object; empty where the text is none, or has a list. */
  static Optional<Map<String, Object>> parse(String text) {
    try {
      JsonObject reader = new JsonObject(text);
      Map<String, Object> members = reader.object(MOST_DEPTH);
      reader.skipSpace();
      return reader.at == text.length() ? Optional.of(members) : Optional.empty();
    } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private Map<String, Object> object(int depth) {
    if (depth == 0) {
      throw new IllegalArgumentException("objects are too deep");
    }
    expect('{');
    Map<String, Object> members = new LinkedHashMap<>();
    if (isNext('}')) {
      at++;
      return members;
    }
    while (true) {
      skipSpace();
      String name = string();
      expect(':');
      skipSpace();
      members.put(name, value(depth));
      skipSpace();
      if (text.charAt(at++) == '}') {
        return members;
      }
      if (text.charAt(at - 1) != ',') {
        throw new IllegalArgumentException("no comma: position=" + (at - 1));
      }
    }
  }

  private Object value(int depth) {
    char c = text.charAt(at);
    if (c == '{') {
      return object(depth - 1);
    }
    if (c == '"') {
      return string();
    }
    int start = at;
    while (Character.isLetterOrDigit(text.charAt(at)) || "+-.".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (start == at) {
      throw new IllegalArgumentException("no value: position=" + at);
    }
    return text.substring(start, at);
  }

  private String string() {
    expect('"');
    StringBuilder value = new StringBuilder();
    for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
      value.append(c == '\\' ? escaped() : c);
    }
    return value.toString();
  }

  private char escaped() {
    char c = text.charAt(at++);
    switch (c) {
      case '"', '\\', '/' -> {
        return c;
      }
      case 'b' -> {
        return '\b';
      }
      case 'f' -> {
        return '\f';
      }
      case 'n' -> {
        return '\n';
      }
      case 'r' -> {
        return '\r';
      }
      case 't' -> {
        return '\t';
      }
      case 'u' -> {
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 4, at), HEX);
      }
      default -> throw new IllegalArgumentException("no such escape: position=" + at);
    }
  }

  private void expect(char c) {
    skipSpace();
    if (text.charAt(at++) != c) {
      throw new IllegalArgumentException("unexpected character: position=" + (at - 1));
    }
  }

  private boolean isNext(char c) {
    skipSpace();
    return text.charAt(at) == c;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }
}
