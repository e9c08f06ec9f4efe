package io.tallystick.fallback;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * How many threads it takes to tell the second store some rows in time, by how long each of the
 * last ones took. That is their median: one that took long since its thread was held up, or the
 * whole process, says nothing of the store. Used by one thread.
 */
final class RowPace {
  /** How many rows are told before that is known. */
  static final int TRIED = 16;

  private final LongSupplier nanoTime;
  private final long timeNs;
  private final long[] tookNs = new long[TRIED];
  private long sinceNs;
  private int count;

  /**
   * @param timeNs in which they are to be told
   */
  RowPace(LongSupplier nanoTime, long timeNs) {
    this.nanoTime = nanoTime;
    this.timeNs = timeNs;
  }

  /** The first row is told from now on. */
  void begin() {
    count = 0;
    sinceNs = nanoTime.getAsLong();
  }

  /** A row was told; whether that is known, by it and those before. */
  boolean isKnownAfterRow() {
    long nowNs = nanoTime.getAsLong();
    tookNs[count] = nowNs - sinceNs;
    sinceNs = nowNs;
    count = (count + 1) % TRIED;
    return count == 0;
  }

  /** How many threads it takes for so many rows, at least one. */
  int threads(int rows) {
    Arrays.sort(tookNs);
    long each = Math.min(tookNs[TRIED / 2], timeNs);
    return (int) Math.max(1, rows * each / timeNs);
  }
}
