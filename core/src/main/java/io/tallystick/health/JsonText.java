package io.tallystick.health;

import java.util.Map;

/** Writes JSON (RFC 8259). Threading: one. */
final class JsonText {
  private static final char FIRST_PRINTABLE = 0x20;

  private final StringBuilder text = new StringBuilder();

  /** Writes what is JSON already. */
  JsonText raw(String json) {
    text.append(json);
    return this;
  }

  /** Writes a text, in quotes. */
  JsonText string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < FIRST_PRINTABLE || Character.isSurrogate(c)) { // also those without a pair
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
    return this;
  }

  /** Writes a number, which must be finite. */
  JsonText number(double value) {
    text.append(value);
    return this;
  }

  /** Writes a whole number. */
  JsonText number(long value) {
    text.append(value);
    return this;
  }

  /** Writes an object of texts. */
  JsonText object(Map<String, String> members) {
    text.append('{');
    String separator = "";
    for (Map.Entry<String, String> member : members.entrySet()) {
      text.append(separator);
      string(member.getKey()).raw(":").string(member.getValue());
      separator = ",";
    }
    text.append('}');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
