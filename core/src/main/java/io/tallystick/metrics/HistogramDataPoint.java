package io.tallystick.metrics;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.Column;
import io.tallystick.shm.NativeLayout;
import org.jspecify.annotations.Nullable;

/** One series' buckets and sum. */
final class HistogramDataPoint extends SampledCells implements DistributionDataPoint {
  private final BucketIndex index;
  private final @Nullable NativeWriter natives;
  private final int part; // the native part's first cell
  private KnownEntries first = KnownEntries.NONE; // racy, as the columns that are remembered
  private KnownEntries second = KnownEntries.NONE;

  /**
   * @param nativePart where the native part starts, from the series' first cell
   */
  HistogramDataPoint(
      Cells cells,
      String[] labelValues,
      @Nullable Exemplars exemplars,
      BucketIndex index,
      @Nullable NativeWriter natives,
      int nativePart) {
    super(cells, labelValues, exemplars);
    this.index = index;
    this.natives = natives;
    this.part = cell + nativePart;
    if (natives != null && cells.isResumed()) {
      for (Column column : columns()) {
        natives.putRight(column, part);
      }
    }
  }

  @Override
  public void observe(double value) {
    if (Double.isNaN(value)) {
      return;
    }
    int bucket = index.of(value);
    count(value, cell + CellLayout.HISTOGRAM_BUCKETS + bucket);
    sample(bucket, value); // keeps this reachable
  }

  private void count(double value, int bucket) {
    NativeWriter writer = natives;
    if (writer != null) {
      observe(writer, bucket, value);
      return;
    }
    Column column = owned();
    if (column != null) {
      column.addOwned(bucket, 1L);
      column.addOwned(cell + CellLayout.DISTRIBUTION_SUM, value);
    } else {
      addShared(bucket, 1L).addAtomic(cell + CellLayout.DISTRIBUTION_SUM, value);
    }
  }

  private void observe(NativeWriter writer, int bucket, double value) {
    KnownEntries known = known(Thread.currentThread());
    if (known.add(part, value)) {
      addClassic(known.column, bucket, value);
    } else {
      observeUnknown(writer, known, bucket, value);
    }
  }

  /** What the thread knows of its own column, or what nobody knows. */
  private KnownEntries known(Thread thread) {
    KnownEntries known = first;
    if (known.column.isOf(thread)) {
      return known;
    }
    known = second;
    return known.column.isOf(thread) ? known : KnownEntries.NONE;
  }

  private void observeUnknown(NativeWriter writer, KnownEntries known, int bucket, double value) {
    Column own = owned();
    if (own != null) {
      writer.add(own, part, value);
      addClassic(own, bucket, value);
      learn(writer, own, known, value);
      return;
    }
    Column taken = lockShared(part + NativeLayout.LOCK);
    try {
      writer.add(taken, part, value);
      addClassic(taken, bucket, value);
    } finally {
      unlock(taken, part + NativeLayout.LOCK);
    }
  }

  private void learn(NativeWriter writer, Column own, KnownEntries known, double value) {
    if (known != KnownEntries.NONE) {
      known.learn(writer, part, value);
    } else if (first.column.isOfNobody()) {
      first = new KnownEntries(own);
    } else if (second.column.isOfNobody()) {
      second = new KnownEntries(own);
    }
  }

  private void addClassic(Column column, int bucket, double value) {
    column.addOwned(bucket, 1L);
    column.addOwned(cell + CellLayout.DISTRIBUTION_SUM, value);
  }

  @Override
  public void observeWithExemplar(double value, Labels labels) {
    if (Double.isNaN(value)) {
      return;
    }
    int bucket = index.of(value);
    count(value, cell + CellLayout.HISTOGRAM_BUCKETS + bucket);
    take(bucket, value, labels); // as above
  }

  @Override
  public long getCount() {
    long count = 0;
    for (int i = 0; i < index.buckets(); i++) {
      count += sumLong(cell + CellLayout.HISTOGRAM_BUCKETS + i);
    }
    return count;
  }

  @Override
  public double getSum() {
    return sumDouble(cell + CellLayout.DISTRIBUTION_SUM);
  }
}
