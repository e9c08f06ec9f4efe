package io.tallystick.records;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which history is asked for: all samples of the metrics of a name between two times, both
 * included, or what those of each window of a length come to.
 *
 * <p>Windows begin at the start, and each has its beginning and not its end. The last one has what
 * is left up to the end, the end itself included: it may be a part of a window, or a single moment.
 * A window without samples is left out, and a step that is longer than the span gives one window.
 *
 * @param step null for the samples themselves
 */
public record HistoryQuery(
    String name, Instant start, Instant end, @Nullable Duration step, Aggregation aggregation) {
  /**
   * Takes times to the microsecond.
   *
   * @throws IllegalArgumentException where the end is before the start, or the step not above zero
   */
  public HistoryQuery {
    start = Times.ofQuery(start);
    end = Times.ofQuery(end);
    if (end.isBefore(start)) {
      throw new IllegalArgumentException("end is before start: start=" + start + " end=" + end);
    }
    if (step != null && step.compareTo(Duration.ofNanos(1_000)) < 0) {
      throw new IllegalArgumentException("step is not a microsecond at least: step=" + step);
    }
  }

  /** The samples themselves. */
  public static HistoryQuery samples(String name, Instant start, Instant end) {
    return new HistoryQuery(name, start, end, null, Aggregation.AVG);
  }

  /** An aggregation of each window. */
  public static HistoryQuery windows(
      String name, Instant start, Instant end, Duration step, Aggregation aggregation) {
    return new HistoryQuery(name, start, end, step, aggregation);
  }
}
