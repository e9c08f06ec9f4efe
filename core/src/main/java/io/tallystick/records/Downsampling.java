package io.tallystick.records;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The windows of one history. What is not a number counts, and is in no sum, least or greatest
 * value; a window that has nothing else has it as its value. Used once.
 */
final class Downsampling {
  private final long startMicros;
  private final long stepMicros; // 0 for samples as they are
  private final Aggregation aggregation;
  private final int most;
  private final Map<Long, Window> windows = new HashMap<>();
  private final List<HistoryPoint> samples = new ArrayList<>();

  /**
   * @param most how many points there may be
   */
  Downsampling(HistoryQuery query, int most) {
    this.most = most;
    this.startMicros = Times.micros(query.start());
    this.stepMicros = query.step() == null ? 0 : micros(query.step());
    this.aggregation = query.aggregation();
  }

  /** No step is longer than all of time. */
  private static long micros(Duration step) {
    return step.compareTo(Duration.ofDays(36_500_000)) > 0
        ? Long.MAX_VALUE / 2
        : step.getSeconds() * 1_000_000 + step.getNano() / 1_000;
  }

  private static final class Window {
    private long count;
    private long numbers;
    private double sum;
    private double compensation; // of Neumaier's summation
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;

    void add(double value) {
      count++;
      if (Double.isNaN(value)) {
        return;
      }
      numbers++;
      double next = sum + value;
      compensation += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
      sum = next;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }

    double value(Aggregation aggregation) {
      if (aggregation == Aggregation.COUNT) {
        return count;
      }
      if (numbers == 0) {
        return Double.NaN;
      }
      return switch (aggregation) {
        case AVG -> total() / numbers;
        case SUM -> total();
        case MIN -> least;
        case MAX -> greatest;
        case COUNT -> count;
      };
    }

    /** What was lost in rounding is no number once a sum is not finite. */
    private double total() {
      return Double.isFinite(sum) ? sum + compensation : sum;
    }
  }

  /** Takes a sample, unless there are too many points already. */
  void add(long micros, double value) {
    if (hasTooMany()) {
      return;
    }
    if (stepMicros == 0) {
      samples.add(new HistoryPoint(Times.ofMicros(micros), value, 1));
    } else {
      long number = (micros - startMicros) / stepMicros;
      windows.computeIfAbsent(number, none -> new Window()).add(value);
    }
  }

  private boolean hasTooMany() {
    return samples.size() > most || windows.size() > most;
  }

  /**
   * Refuses to go on where there are more points than there may be.
   *
   * @throws IllegalArgumentException that says so
   */
  void requireNotTooMany() {
    if (hasTooMany()) {
      throw new IllegalArgumentException(
          "history has too many points, ask for a longer step or a shorter time: most=" + most);
    }
  }

  /** All points, by time. */
  List<HistoryPoint> points() {
    if (stepMicros == 0) {
      samples.sort(Comparator.comparing(HistoryPoint::time));
      return Collections.unmodifiableList(samples);
    }
    List<HistoryPoint> points = new ArrayList<>(windows.size());
    windows.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            window ->
                points.add(
                    new HistoryPoint(
                        Times.ofMicros(startMicros + window.getKey() * stepMicros),
                        window.getValue().value(aggregation),
                        window.getValue().count)));
    return points;
  }
}
