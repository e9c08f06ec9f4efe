package io.tallystick.records;

import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A field that records of a kind can be asked for.
 *
 * @param of its value in a record: a text, number, time, severity, or what JSON has
 */
record Field<R>(String name, Type type, boolean isIndexed, Function<R, @Nullable Object> of) {
  /** What its values are compared as. */
  enum Type {
    TEXT,
    TIME,
    SEVERITY,
    STATUS,
    /** As numbers where both are, else as texts. */
    ANY
  }

  /**
   * A value that it is compared with, as its own are.
   *
   * @throws IllegalArgumentException where it can be none
   */
  Object toComparable(Object value) {
    return switch (type) {
      case TEXT -> value.toString();
      case TIME -> value instanceof Instant time ? time : Times.parse(value.toString());
      case SEVERITY -> value instanceof Severity s ? s : Severity.of(value.toString());
      case STATUS -> value instanceof AlertStatus s ? s : AlertStatus.of(value.toString());
      case ANY -> value;
    };
  }

  /** As an index has a value. */
  static String toText(Object value) {
    if (value instanceof Severity severity) {
      return severity.text();
    }
    return value instanceof AlertStatus status ? status.text() : value.toString();
  }
}
