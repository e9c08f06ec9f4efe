package io.tallystick.records;

import java.util.Locale;

/** What became of an alert. */
public enum AlertStatus {
  /** Nobody has seen to it. */
  ACTIVE,
  /** Somebody has. */
  ACKNOWLEDGED,
  /** It is over, for good: what comes again is another alert. */
  RESOLVED,
  /** Nobody is to be told of it. */
  SUPPRESSED;

  /** As records have it: {@code active}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The status of a text, in any case.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static AlertStatus of(String text) {
    for (AlertStatus status : values()) {
      if (status.name().equalsIgnoreCase(text)) {
        return status;
      }
    }
    throw new IllegalArgumentException(
        "no such status: status=" + text + " known=active, acknowledged, resolved, suppressed");
  }

  /**
   * Whether an alert of this status may get another: all but resolved ones any other but active.
   */
  boolean mayBecome(AlertStatus next) {
    return switch (next) {
      case ACTIVE -> false;
      case ACKNOWLEDGED -> this == ACTIVE || this == SUPPRESSED;
      case RESOLVED -> this != RESOLVED;
      case SUPPRESSED -> this == ACTIVE || this == ACKNOWLEDGED;
    };
  }
}
