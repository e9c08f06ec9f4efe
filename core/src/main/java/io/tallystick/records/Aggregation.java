package io.tallystick.records;

import java.util.Locale;

/** What a window of a history has of its samples. */
public enum Aggregation {
  AVG,
  SUM,
  MIN,
  MAX,
  COUNT;

  /** As it is written: {@code avg}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The aggregation of a text, in any case.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static Aggregation of(String text) {
    for (Aggregation aggregation : values()) {
      if (aggregation.name().equalsIgnoreCase(text)) {
        return aggregation;
      }
    }
    throw new IllegalArgumentException(
        "no such aggregation: aggregation=" + text + " known=avg, sum, min, max, count");
  }
}
