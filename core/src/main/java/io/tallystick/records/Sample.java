package io.tallystick.records;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value at a time, to the microsecond.
 *
 * @param tags what else is known of it, as JSON has it
 */
public record Sample(Instant timestamp, double value, Map<String, @Nullable Object> tags) {
  /**
   * Copies the map.
   *
   * @throws IllegalArgumentException where something in it is not of JSON
   */
  public Sample {
    timestamp = Times.ofRecord(timestamp);
    tags = JsonValues.copy(tags);
  }

  /** A value without tags. */
  public static Sample of(Instant timestamp, double value) {
    return new Sample(timestamp, value, Map.of());
  }
}
