package io.tallystick.records;

import java.time.Duration;

/**
 * How long records are kept since they were saved last.
 *
 * @param metricTimeToLive a metric; and its samples, since they were taken, where its metadata does
 *     not say {@code retention_seconds}
 * @param alertTimeToLive an alert
 * @param agentTimeToLive a state of an agent
 * @param changeTimeToLive a change of an alert, for who reads the feed
 */
public record RecordSettings(
    Duration metricTimeToLive,
    Duration alertTimeToLive,
    Duration agentTimeToLive,
    Duration changeTimeToLive) {
  /** A week, two weeks, an hour, and a day. */
  public static final RecordSettings DEFAULT =
      new RecordSettings(
          Duration.ofDays(7), Duration.ofDays(14), Duration.ofHours(1), Duration.ofDays(1));

  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException where one is not above zero
   */
  public RecordSettings {
    requirePositive("metricTimeToLive", metricTimeToLive);
    requirePositive("alertTimeToLive", alertTimeToLive);
    requirePositive("agentTimeToLive", agentTimeToLive);
    requirePositive("changeTimeToLive", changeTimeToLive);
  }

  private static void requirePositive(String name, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException("time is not above zero: " + name + "=" + time);
    }
  }
}
