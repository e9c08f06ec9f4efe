package io.tallystick.records;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.store.Documents;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Times as records have them: of microseconds, and in ISO 8601 as Python's {@code isoformat} writes
 * them, which its {@code fromisoformat} reads in every version.
 */
final class Times {
  /** No text of a time is longer, with one more byte for what writes it. */
  static final int MOST_LENGTH = 33;

  private static final long MICROS = 1_000_000;
  private static final long DAY_SECONDS = 86_400;

  /** What Python's times have, too. */
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

  private Times() {}

  /**
   * A time in whole microseconds.
   *
   * @throws IllegalArgumentException where it is not within the years from 1 to 9999
   */
  static Instant ofRecord(Instant time) {
    if (time.isBefore(FIRST) || time.isAfter(LAST)) {
      throw new IllegalArgumentException("time is out of range: time=" + time);
    }
    return time.truncatedTo(ChronoUnit.MICROS);
  }

  /** The next time in whole microseconds that records can have. */
  static Instant ofQuery(Instant time) {
    return time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : ofRecord(time);
  }

  /** Microseconds of the Unix epoch, as near as a place in a set can be. */
  static long place(Instant time) {
    long most = Documents.MOST_PLACE;
    long seconds = Math.max(-most / MICROS + 1, Math.min(most / MICROS - 1, time.getEpochSecond()));
    return seconds * MICROS + time.getNano() / 1_000;
  }

  static Instant ofMicros(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1_000);
  }

  static long micros(Instant time) {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), MICROS), time.getNano() / 1_000);
  }

  /** A time as ISO 8601 has it, with UTC's zone. */
  static String toText(Instant time) {
    byte[] bytes = new byte[MOST_LENGTH];
    return new String(bytes, 0, write(time, bytes, 0), US_ASCII);
  }

  /** Writes a time of a record as {@link #toText} has it; returns the index behind it. */
  static int write(Instant time, byte[] bytes, int from) {
    long days = Math.floorDiv(time.getEpochSecond(), DAY_SECONDS);
    int second = (int) (time.getEpochSecond() - days * DAY_SECONDS);
    // The civil date of a day, by Howard Hinnant's algorithm: years begin in March.
    long shifted = days + 719_468;
    long era = Math.floorDiv(shifted, 146_097L);
    int ofEra = (int) (shifted - era * 146_097);
    int yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int fromMarch = (5 * ofYear + 2) / 153;
    int day = ofYear - (153 * fromMarch + 2) / 5 + 1;
    int month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
    int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
    int at = put(bytes, from, year, 4, '-');
    at = put(bytes, at, month, 2, '-');
    at = put(bytes, at, day, 2, 'T');
    at = put(bytes, at, second / 3_600, 2, ':');
    at = put(bytes, at, second / 60 % 60, 2, ':');
    int micros = time.getNano() / 1_000;
    boolean isWhole = micros == 0;
    at = put(bytes, at, second % 60, 2, isWhole ? '+' : '.');
    if (!isWhole) {
      at = put(bytes, at, micros, 6, '+');
    }
    at = put(bytes, at, 0, 2, ':');
    return put(bytes, at, 0, 2, ' ') - 1;
  }

  /** Puts a number of so many digits, and a character behind it. */
  private static int put(byte[] bytes, int from, int number, int digits, char end) {
    int left = number;
    for (int i = from + digits - 1; i >= from; i--) {
      bytes[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    bytes[from + digits] = (byte) end;
    return from + digits + 1;
  }

  /**
   * The time that a text in ISO 8601 is, in UTC where it has no zone, to the microsecond.
   *
   * @throws IllegalArgumentException where it is none
   */
  static Instant parse(String text) {
    Instant usual = usual(text);
    if (usual != null) {
      return usual;
    }
    try {
      return ofRecord(general(text.strip().toUpperCase(Locale.ROOT).replace(' ', 'T')));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("text is no time: text=" + text, e);
    }
  }

  private static Instant general(String text) {
    int clock = text.indexOf('T');
    if (clock < 0) {
      return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
    }
    int zone = Math.max(text.indexOf('+', clock), text.indexOf('-', clock));
    if (text.endsWith("Z")) {
      zone = text.length() - 1;
    }
    if (zone < 0) {
      return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    }
    LocalDate date = LocalDate.parse(text.substring(0, clock));
    LocalTime time = LocalTime.parse(text.substring(clock + 1, zone));
    return OffsetDateTime.of(date, time, ZoneOffset.of(text.substring(zone))).toInstant();
  }

  /** What most are: YYYY-MM-DDTHH:MM:SS, a fraction or none, and UTC's zone or none; else null. */
  private static @Nullable Instant usual(String text) {
    if (text.length() < 19
        || text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || text.charAt(10) != 'T'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':') {
      return null;
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 7);
    int day = digits(text, 8, 10);
    int hour = digits(text, 11, 13);
    int minute = digits(text, 14, 16);
    int second = digits(text, 17, 19);
    int at = 19;
    int micros = 0;
    if (at < text.length() && text.charAt(at) == '.') {
      int scale = 100_000;
      for (at++; at < text.length() && isDigit(text.charAt(at)); at++) {
        micros += scale * (text.charAt(at) - '0');
        scale /= 10;
      }
    }
    String zone = text.substring(at);
    boolean isUtc = zone.isEmpty() || zone.equals("+00:00") || zone.equals("Z");
    if (!isUtc || (year | month | day | hour | minute | second) < 0) {
      return null;
    }
    try {
      long days = LocalDate.of(year, month, day).toEpochDay();
      long seconds = LocalTime.of(hour, minute, second).toSecondOfDay();
      return Instant.ofEpochSecond(days * 86_400 + seconds, micros * 1_000L);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** The number that some characters are, or a negative one where they are none. */
  private static int digits(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (!isDigit(c)) {
        return Integer.MIN_VALUE;
      }
      number = number * 10 + c - '0';
    }
    return number;
  }
}
