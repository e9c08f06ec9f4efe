package io.tallystick.jmh;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Operations in turn at a fixed rate, and how late each was done.
 *
 * <p>Latency is from when an operation was due, whether or not the ones before were done by then,
 * so that one that is held up makes all those late that were due meanwhile; beside it is how long
 * the calls alone took, the clock included.
 *
 * <p>Threading: runs on the calling thread, which it keeps busy.
 */
final class FixedRate {
  private static final long HIGHEST_NS = TimeUnit.SECONDS.toNanos(60);

  private final Map<String, Operation> operations = new LinkedHashMap<>();
  private final long periodNs;

  /**
   * @param periodNs from when one operation is due until the next is
   */
  FixedRate(long periodNs) {
    this.periodNs = periodNs;
  }

  /** Takes an operation into the turn. */
  void add(String name, Runnable operation) {
    operations.put(name, new Operation(operation));
  }

  /** The latencies of each operation, since the last call of {@link #run}. */
  Map<String, Operation> operations() {
    return operations;
  }

  /** Forgets all latencies, and measures new ones. */
  void run(int seconds) {
    operations.values().forEach(Operation::reset);
    Operation[] turn = operations.values().toArray(Operation[]::new);
    long count = TimeUnit.SECONDS.toNanos(seconds) / periodNs;
    long startNs = System.nanoTime();
    for (long i = 0; i < count; i++) {
      long dueNs = startNs + i * periodNs;
      long beforeNs = System.nanoTime();
      while (beforeNs < dueNs) {
        Thread.onSpinWait();
        beforeNs = System.nanoTime();
      }
      turn[(int) (i % turn.length)].run(dueNs, beforeNs);
    }
  }

  /** One operation with its latencies. */
  static final class Operation {
    private final Runnable operation;
    private final Histogram sinceDue = new Histogram(HIGHEST_NS, 3);
    private final Histogram calls = new Histogram(HIGHEST_NS, 3);

    private Operation(Runnable operation) {
      this.operation = operation;
    }

    private void run(long dueNs, long beforeNs) {
      operation.run();
      long afterNs = System.nanoTime();
      sinceDue.recordValue(Math.min(HIGHEST_NS, afterNs - dueNs));
      calls.recordValue(Math.min(HIGHEST_NS, afterNs - beforeNs));
    }

    private void reset() {
      sinceDue.reset();
      calls.reset();
    }

    /** Nanoseconds from when it was due. */
    Histogram sinceDue() {
      return sinceDue;
    }

    /** Nanoseconds of the calls alone. */
    Histogram calls() {
      return calls;
    }
  }
}
