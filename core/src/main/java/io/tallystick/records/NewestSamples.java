package io.tallystick.records;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The newest samples of a time range among many that are shown to it, in any order. Used once. */
final class NewestSamples {
  private static final Comparator<Sample> BY_TIME = Comparator.comparing(Sample::timestamp);

  private final Instant from;
  private final Instant to;
  private final int most;
  private final PriorityQueue<Sample> kept = new PriorityQueue<>(BY_TIME);

  /**
   * @param from where the range begins, {@code to} where it ends, both included
   * @param most how many samples are kept; above zero
   */
  NewestSamples(Instant from, Instant to, int most) {
    if (to.isBefore(from) || most <= 0) {
      throw new IllegalArgumentException(
          "no samples are asked for: from=" + from + " to=" + to + " most=" + most);
    }
    this.from = from;
    this.to = to;
    this.most = most;
  }

  /** Whether a sample of some times, in microseconds, may be one of those that are kept. */
  boolean takesAny(long least, long greatest) {
    boolean isIn = greatest >= Times.micros(from) && least <= Times.micros(to);
    Sample oldest = kept.size() < most ? null : kept.peek();
    return isIn && (oldest == null || greatest > Times.micros(oldest.timestamp()));
  }

  /** Shows a sample. */
  void add(Sample sample) {
    if (sample.timestamp().isBefore(from) || sample.timestamp().isAfter(to)) {
      return;
    }
    if (kept.size() < most) {
      kept.add(sample);
    } else if (BY_TIME.compare(sample, kept.element()) > 0) {
      kept.remove();
      kept.add(sample);
    }
  }

  /** Those that are kept, by time; the order of those of one time is not known. */
  List<Sample> byTime() {
    List<Sample> sorted = new ArrayList<>(kept);
    sorted.sort(BY_TIME);
    return sorted;
  }
}
