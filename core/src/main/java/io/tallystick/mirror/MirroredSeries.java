package io.tallystick.mirror;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.Column;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.SeriesCells;

/**
 * A series whose values are put into its cells as they are, in the first column, whoever owns
 * others: nobody else writes to these cells.
 *
 * <p>Threading: one thread at a time.
 */
abstract class MirroredSeries extends SeriesCells {
  private final Cells cells;
  private final Column column;
  private final String[] labelValues;

  /** When it was last seen. */
  long round;

  /** Where it stands in the order of that round. */
  int position;

  private MirroredSeries(Cells cells, String[] labelValues) {
    super(cells);
    this.cells = cells;
    this.column = single();
    this.labelValues = labelValues;
  }

  static MirroredSeries of(FamilyDescriptor family, Cells cells, String[] labelValues) {
    return switch (family.type()) {
      case COUNTER -> new Counter(cells, labelValues);
      case GAUGE -> new Gauge(cells, labelValues, family.mode().isMostRecent());
      case HISTOGRAM -> new Distribution(cells, labelValues, family.bounds().length);
      case SUMMARY -> new Distribution(cells, labelValues, 1);
      case INFO -> new Info(cells, labelValues);
      case STATESET -> new StateSet(cells, labelValues, family.states().size());
    };
  }

  /** Puts a data point's values; false where they are none that the type can have. */
  abstract boolean put(SnapshotCursor point, long nowMs);

  final Cells cells() {
    return cells;
  }

  final String[] labelValues() {
    return labelValues;
  }

  /** Whether a data point with the same label names is this series'. */
  final boolean isOf(SnapshotCursor point) {
    for (int label = 0; label < labelValues.length; label++) {
      if (!labelValues[label].equals(point.labelValue(label))) {
        return false;
      }
    }
    return true;
  }

  /** What a dead process put, where this one goes on with its cells; else 0. */
  final long kept(int index) {
    return cells.isResumed() ? column.getPlain(cell + index) : 0;
  }

  final void putLong(int index, long word) {
    column.putRelease(cell + index, word);
  }

  final void putDouble(int index, double value) {
    column.putRelease(cell + index, Double.doubleToRawLongBits(value));
  }

  /** Whether a series was made anew, as far as the times say it. */
  static boolean isAnew(long lastCreatedMs, long createdMs) {
    return lastCreatedMs != createdMs && lastCreatedMs != 0 && createdMs != 0;
  }

  /** A total that only grows, also where the application starts it again. */
  private static final class Counter extends MirroredSeries {
    private double base; // counted by a dead process, or before the metric was made anew
    private double last;
    private long lastCreatedMs;

    Counter(Cells cells, String[] labelValues) {
      super(cells, labelValues);
      this.base = Double.longBitsToDouble(kept(CellLayout.COUNTER_DOUBLE));
    }

    @Override
    boolean put(SnapshotCursor point, long nowMs) {
      double value = point.value();
      if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
        return false;
      }
      long createdMs = point.createdMs();
      boolean anew = value < last || isAnew(lastCreatedMs, createdMs);
      lastCreatedMs = createdMs;
      if (value != last || anew) {
        base += anew ? last : 0;
        last = value;
        putDouble(CellLayout.COUNTER_DOUBLE, base + value);
      }
      return true;
    }
  }

  /** Its time is that of the round, or that of its last change where the most recent one counts. */
  private static final class Gauge extends MirroredSeries {
    private final boolean mostRecent;
    private long last;
    private boolean isPut;

    Gauge(Cells cells, String[] labelValues, boolean mostRecent) {
      super(cells, labelValues);
      this.mostRecent = mostRecent;
    }

    @Override
    boolean put(SnapshotCursor point, long nowMs) {
      long word = Double.doubleToRawLongBits(point.value());
      if (!isPut || !mostRecent || word != last) {
        putLong(CellLayout.GAUGE_VALUE, word);
        putLong(CellLayout.GAUGE_WRITTEN_MS, nowMs);
        last = word;
        isPut = true;
      }
      return true;
    }
  }

  /**
   * A histogram or a summary. Order: the counts are stored before the sum, as {@link CellLayout}
   * says.
   */
  private static final class Distribution extends MirroredSeries {
    private final long[] bases;
    private final long[] last;
    private double sumBase;
    private double lastSum;
    private long lastCreatedMs;

    Distribution(Cells cells, String[] labelValues, int counts) {
      super(cells, labelValues);
      this.bases = new long[counts];
      this.last = new long[counts];
      for (int i = 0; i < counts; i++) {
        bases[i] = kept(CellLayout.HISTOGRAM_BUCKETS + i);
      }
      this.sumBase = Double.longBitsToDouble(kept(CellLayout.DISTRIBUTION_SUM));
    }

    @Override
    boolean put(SnapshotCursor point, long nowMs) {
      long createdMs = point.createdMs();
      boolean anew = isAnew(lastCreatedMs, createdMs);
      for (int i = 0; i < last.length; i++) {
        long count = point.count(i);
        if (count < 0) {
          return false;
        }
        anew |= count < last[i];
      }
      for (int i = 0; i < last.length; i++) {
        long count = point.count(i);
        if (count != last[i] || anew) {
          bases[i] = anew ? saturatedSum(bases[i], last[i]) : bases[i];
          last[i] = count;
          putLong(CellLayout.HISTOGRAM_BUCKETS + i, saturatedSum(bases[i], count));
        }
      }
      if (anew) {
        sumBase += lastSum;
        lastSum = 0;
      }
      double sum = point.sum();
      if (!Double.isNaN(sum)) { // there may be none
        lastSum = sum;
      }
      lastCreatedMs = createdMs;
      putDouble(CellLayout.DISTRIBUTION_SUM, sumBase + lastSum);
      return true;
    }

    private static long saturatedSum(long a, long b) {
      long sum = a + b;
      return sum < 0 ? Long.MAX_VALUE : sum;
    }
  }

  /** It is there or not; nothing of it changes. */
  private static final class Info extends MirroredSeries {
    private boolean isPut;

    Info(Cells cells, String[] labelValues) {
      super(cells, labelValues);
    }

    @Override
    boolean put(SnapshotCursor point, long nowMs) {
      if (!isPut) {
        putLong(CellLayout.GAUGE_WRITTEN_MS, nowMs);
        putDouble(CellLayout.GAUGE_VALUE, 1);
        isPut = true;
      }
      return true;
    }
  }

  /** Its time is that of its last change: of several processes, that of the last one is shown. */
  private static final class StateSet extends MirroredSeries {
    private final boolean[] last;
    private boolean isPut;

    StateSet(Cells cells, String[] labelValues, int states) {
      super(cells, labelValues);
      this.last = new boolean[states];
    }

    @Override
    boolean put(SnapshotCursor point, long nowMs) {
      boolean changed = !isPut;
      for (int state = 0; state < last.length; state++) {
        boolean isTrue = point.isTrue(state);
        changed |= isTrue != last[state];
        last[state] = isTrue;
      }
      if (changed) {
        for (int state = 0; state < last.length; state++) {
          putLong(CellLayout.STATESET_STATES + state, last[state] ? 1 : 0);
        }
        putLong(CellLayout.STATESET_WRITTEN_MS, nowMs);
        isPut = true;
      }
      return true;
    }
  }
}
