package io.tallystick.records;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The last of those samples of one time that stand before a place among them, of many that are
 * shown to it in the order in which they are kept. Used once.
 */
final class SamplesOfTime {
  private final Instant time;
  private final long position;
  private final int most;
  private final Deque<Sample> kept = new ArrayDeque<>();
  private long seen;

  /**
   * @param position before which place; {@link Long#MAX_VALUE} for all
   * @param most how many are kept; not below zero
   */
  SamplesOfTime(Instant time, long position, int most) {
    this.time = time;
    this.position = position;
    this.most = most;
  }

  Instant time() {
    return time;
  }

  /** Shows a sample. */
  void add(Sample sample) {
    if (seen == position || !sample.timestamp().equals(time)) {
      return;
    }
    seen++;
    kept.addLast(sample);
    if (kept.size() > most) {
      kept.removeFirst();
    }
  }

  List<Sample> kept() {
    return new ArrayList<>(kept);
  }

  /** The place of the first one that is kept: how many stand before it. */
  long first() {
    return seen - kept.size();
  }
}
