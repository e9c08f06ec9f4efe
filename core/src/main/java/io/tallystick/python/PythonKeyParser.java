package io.tallystick.python;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.shm.CorruptFileException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the key of an entry: {@code [family, sample, {label: value, …}, help]} as JSON.
 *
 * <p>Strict: JSON (RFC 8259) of this shape and nothing else, in UTF-8, each label once. A surrogate
 * without its other half is JSON, and is left to the caller. The shape is fixed, so nothing recurs.
 */
final class PythonKeyParser {
  private final String text;
  private final StringBuilder unescaped = new StringBuilder();
  private int at;
  private String[] names = new String[4];
  private String[] values = new String[4];
  private int labels;

  private PythonKeyParser(String text) {
    this.text = text;
  }

  /** The key in these bytes. */
  static PythonKey parse(byte[] json) throws CorruptFileException {
    return new PythonKeyParser(decode(json)).key();
  }

  private static String decode(byte[] json) throws CorruptFileException {
    for (byte b : json) {
      if (b < 0) {
        try {
          return UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
        } catch (CharacterCodingException e) {
          throw new CorruptFileException("key is not UTF-8: length=" + json.length);
        }
      }
    }
    return new String(json, ISO_8859_1); // ASCII: what python writes
  }

  private PythonKey key() throws CorruptFileException {
    expect('[');
    String family = string();
    expect(',');
    String sample = string();
    expect(',');
    labels();
    expect(',');
    String help = string();
    expect(']');
    skipSpace();
    if (at < text.length()) {
      throw fault("text behind the key");
    }
    return new PythonKey(family, sample, listOf(names, labels), listOf(values, labels), help);
  }

  private static List<String> listOf(String[] array, int length) {
    return List.of(Arrays.copyOf(array, length));
  }

  private void labels() throws CorruptFileException {
    expect('{');
    if (next() == '}') {
      at++;
      return;
    }
    boolean sorted = true;
    while (true) {
      String name = string();
      expect(':');
      add(name, string());
      sorted &= labels < 2 || names[labels - 2].compareTo(name) < 0;
      if (next() == '}') {
        at++;
        break;
      }
      expect(',');
    }
    if (!sorted) {
      sort();
    }
  }

  private void add(String name, String value) {
    if (labels == names.length) {
      names = Arrays.copyOf(names, 2 * labels);
      values = Arrays.copyOf(values, 2 * labels);
    }
    names[labels] = name;
    values[labels++] = value;
  }

  /** Sorts the labels as a list of names is compared, and refuses a name that is there twice. */
  private void sort() throws CorruptFileException {
    Integer[] order = new Integer[labels];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> names[a].compareTo(names[b]));
    String[] sortedNames = new String[labels];
    String[] sortedValues = new String[labels];
    for (int i = 0; i < labels; i++) {
      sortedNames[i] = names[order[i]];
      sortedValues[i] = values[order[i]];
      if (i > 0 && sortedNames[i].equals(sortedNames[i - 1])) {
        throw fault("label is there twice");
      }
    }
    names = sortedNames;
    values = sortedValues;
  }

  private String string() throws CorruptFileException {
    expect('"');
    int start = at;
    unescaped.setLength(0);
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        String last = text.substring(start, at++);
        return unescaped.isEmpty() ? last : unescaped.append(last).toString();
      }
      if (c < ' ') {
        throw fault("control character in a string");
      }
      if (c == '\\') {
        unescaped.append(text, start, at++).append(escaped());
        start = at;
      } else {
        at++;
      }
    }
    throw fault("string has no end");
  }

  private char escaped() throws CorruptFileException {
    if (at == text.length()) {
      throw fault("string has no end");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> codeUnit();
      default -> throw fault("unknown escape");
    };
  }

  private char codeUnit() throws CorruptFileException {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      char c = at < text.length() ? text.charAt(at) : 0;
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw fault("unknown escape");
      }
      unit = unit << 4 | digit;
      at++;
    }
    return (char) unit;
  }

  private void expect(char expected) throws CorruptFileException {
    if (next() != expected) {
      throw fault("no " + expected + " where one must be");
    }
    at++;
  }

  /** The next character that is no space; NUL at the end. */
  private char next() {
    skipSpace();
    return at < text.length() ? text.charAt(at) : 0;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private CorruptFileException fault(String what) {
    return new CorruptFileException("key is no JSON of its shape: " + what + ": position=" + at);
  }
}
