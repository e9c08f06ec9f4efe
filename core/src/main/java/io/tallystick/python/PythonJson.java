package io.tallystick.python;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON as Python's {@code json.dumps(…, sort_keys=True)} writes it, to the byte: ASCII only, object
 * keys in the order of their code points.
 */
final class PythonJson {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder text = new StringBuilder();
  private final String comma;
  private final String colon;

  private PythonJson(String comma, String colon) {
    this.comma = comma;
    this.colon = colon;
  }

  /** With Python's default separators, which end in a space. */
  static String dumps(@Nullable Object value) {
    return new PythonJson(", ", ": ").append(value).text.toString();
  }

  /** Without spaces. */
  static String dumpsCompact(@Nullable Object value) {
    return new PythonJson(",", ":").append(value).text.toString();
  }

  /** Compares as Python does: by code point, not by UTF-16 unit. */
  static int compareCodePoints(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      if (a.charAt(i) != b.charAt(i)) {
        int from = i > 0 && Character.isHighSurrogate(a.charAt(i - 1)) ? i - 1 : i;
        return Integer.compare(a.codePointAt(from), b.codePointAt(from));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  private PythonJson append(@Nullable Object value) {
    if (value == null) {
      text.append("null");
    } else if (value instanceof String string) {
      appendString(string);
    } else if (value instanceof Boolean || value instanceof Integer || value instanceof Long) {
      text.append(value);
    } else if (value instanceof Double number) {
      appendDouble(number);
    } else if (value instanceof List<?> list) {
      appendList(list);
    } else if (value instanceof Map<?, ?> map) {
      appendMap(map);
    } else {
      throw new IllegalArgumentException("no JSON for this type: type=" + value.getClass());
    }
    return this;
  }

  private void appendList(List<?> list) {
    text.append('[');
    String separator = "";
    for (Object element : list) {
      text.append(separator);
      append(element);
      separator = comma;
    }
    text.append(']');
  }

  private void appendMap(Map<?, ?> map) {
    TreeMap<String, @Nullable Object> sorted = new TreeMap<>(PythonJson::compareCodePoints);
    map.forEach((key, value) -> sorted.put((String) key, value));
    text.append('{');
    String separator = "";
    for (Map.Entry<String, @Nullable Object> entry : sorted.entrySet()) {
      text.append(separator);
      appendString(entry.getKey());
      text.append(colon);
      append(entry.getValue());
      separator = comma;
    }
    text.append('}');
  }

  private void appendDouble(double number) {
    if (Double.isNaN(number)) {
      text.append("NaN");
    } else if (Double.isInfinite(number)) {
      text.append(number > 0 ? "Infinity" : "-Infinity");
    } else {
      text.append(PythonFloat.repr(number));
    }
  }

  private void appendString(String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      appendChar(string.charAt(i));
    }
    text.append('"');
  }

  private void appendChar(char c) {
    switch (c) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case '\b' -> text.append("\\b");
      case '\f' -> text.append("\\f");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      default -> {
        if (c >= ' ' && c <= '~') {
          text.append(c);
        } else {
          text.append("\\u");
          for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(HEX.charAt(c >> shift & 0xF));
          }
        }
      }
    }
  }
}
