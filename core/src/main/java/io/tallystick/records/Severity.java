package io.tallystick.records;

import java.util.Locale;

/** How bad an alert is, the least first. */
public enum Severity {
  INFO,
  LOW,
  MEDIUM,
  HIGH,
  CRITICAL;

  /** As records have it: {@code info}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The severity of a text, in any case.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static Severity of(String text) {
    for (Severity severity : values()) {
      if (severity.name().equalsIgnoreCase(text)) {
        return severity;
      }
    }
    throw new IllegalArgumentException(
        "no such severity: severity=" + text + " known=info, low, medium, high, critical");
  }
}
