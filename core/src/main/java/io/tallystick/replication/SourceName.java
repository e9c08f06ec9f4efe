package io.tallystick.replication;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a directory's source: {@code <instance>-<16 hexadecimal digits>}, and with {@code
 * .2}, {@code .3} and so on behind it where the ledger has retired the one before. Names of the
 * same digits are a line, of which one goes on where the other one ended.
 *
 * @param instance what the directory is called
 * @param line the digits
 * @param number in the line; the first is 1
 */
record SourceName(String instance, String line, int number) {
  private static final Pattern NAME =
      Pattern.compile("(.+)-([0-9a-f]{16})(?:\\.(\\d{1,9}))?", Pattern.DOTALL);

  /** The first name of a line that no ledger knows. */
  static SourceName create(String instance) {
    String line = String.format("%016x", UUID.randomUUID().getMostSignificantBits());
    return new SourceName(instance, line, 1);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException where it is none
   */
  static SourceName of(String text) {
    Matcher matcher = NAME.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no name of a directory's source: name=" + text);
    }
    String number = matcher.group(3);
    return new SourceName(
        String.valueOf(matcher.group(1)),
        String.valueOf(matcher.group(2)),
        number == null ? 1 : Integer.parseInt(number));
  }

  /** Whether a ledger's source may be a directory's. */
  static boolean isOne(String text) {
    return NAME.matcher(text).matches();
  }

  SourceName at(int other) {
    return new SourceName(instance, line, other);
  }

  boolean isOfLineOf(SourceName other) {
    return line.equals(other.line) && instance.equals(other.instance);
  }

  @Override
  public String toString() {
    String first = instance + '-' + line;
    return number == 1 ? first : first + '.' + number;
  }
}
