package io.tallystick.merge;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.NativeReader;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.QuantileShape;
import java.lang.invoke.VarHandle;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where the cells of one family's series lie in one segment of one file, and which merged series
 * they add to.
 *
 * <p>Order: of a histogram and a summary the sum is read before the buckets or the count, with an
 * acquire fence between, column by column; see {@link CellLayout}.
 */
final class CellMap extends SeriesMap {
  CellMap(FamilyLink link, MergedFamily family) {
    super(link, family);
  }

  /** Adds one column's cells to the merged values. */
  void accumulate(LongBuffer column, Gathering gathering) {
    switch (family.type()) {
      case COUNTER -> counters(column, gathering);
      case HISTOGRAM -> {
        histograms(column, link.bucketMap());
        natives(column);
      }
      case SUMMARY -> summaries(column);
      case GAUGE -> gauges(column, gathering);
      case INFO -> infos(column, gathering);
      case STATESET -> stateSets(column);
    }
  }

  private void counters(LongBuffer column, Gathering gathering) {
    for (int i = 0; i < size; i++) {
      int cell = cells[i];
      values.see(series[i]);
      addCount(series[i], 0, column.get(cell + CellLayout.COUNTER_LONG));
      long bits = column.get(cell + CellLayout.COUNTER_DOUBLE);
      if (bits != 0) {
        double part = Double.longBitsToDouble(bits);
        if (part < 0 && !gathering.retired()) { // there a column holds what rounding took
          impossible = true;
        } else {
          values.addDouble(series[i], part);
        }
      }
    }
  }

  private void histograms(LongBuffer column, int @Nullable [] bucketMap) {
    int buckets = link.descriptor().bounds().length;
    for (int i = 0; i < size; i++) {
      int cell = cells[i];
      values.see(series[i]);
      long sum = column.get(cell + CellLayout.DISTRIBUTION_SUM);
      VarHandle.acquireFence();
      if (sum != 0) {
        values.addDouble(series[i], Double.longBitsToDouble(sum));
      }
      for (int bucket = 0; bucket < buckets; bucket++) {
        long count = column.get(cell + CellLayout.HISTOGRAM_BUCKETS + bucket);
        if (count != 0) {
          addCount(series[i], bucketMap == null ? bucket : bucketMap[bucket], count);
        }
      }
    }
  }

  /** Reads the native buckets after the classic ones, which are stored after them. */
  private void natives(LongBuffer column) {
    NativeShape shape = link.nativeShape();
    if (shape == null || family.nativeShape() == null) {
      return;
    }
    VarHandle.acquireFence();
    int part = CellLayout.nativePart(link.descriptor());
    NativeReader reader = family.nativeReader();
    for (int i = 0; i < size; i++) {
      reader.read(column, cells[i] + part, shape);
      if (reader.isPossible()) {
        values.nativeBuckets(series[i]).add(reader, shape);
      } else {
        impossible = true;
      }
    }
  }

  private void summaries(LongBuffer column) {
    QuantileShape shape = link.quantileShape();
    for (int i = 0; i < size; i++) {
      int cell = cells[i];
      values.see(series[i]);
      long sum = column.get(cell + CellLayout.DISTRIBUTION_SUM);
      VarHandle.acquireFence();
      values.addDouble(series[i], Double.longBitsToDouble(sum));
      addCount(series[i], 0, column.get(cell + CellLayout.SUMMARY_COUNT));
      if (shape != null) {
        family.quantiles().add(series[i], column, cell + CellLayout.QUANTILE_PART, shape);
      }
    }
  }

  private void addCount(int mergedSeries, int index, long count) {
    if (count < 0) {
      impossible = true;
    } else {
      values.addCount(mergedSeries, index, count);
    }
  }

  private void gauges(LongBuffer column, Gathering gathering) {
    boolean canExpire = family.mode().isPerProcess();
    for (int i = 0; i < size; i++) {
      long writtenMs = column.get(cells[i] + CellLayout.GAUGE_WRITTEN_MS);
      VarHandle.acquireFence();
      if (!canExpire || !gathering.isExpired(writtenMs)) {
        long bits = column.get(cells[i] + CellLayout.GAUGE_VALUE);
        family.addGauge(series[i], Double.longBitsToDouble(bits), writtenMs);
      }
    }
  }

  private void infos(LongBuffer column, Gathering gathering) {
    for (int i = 0; i < size; i++) {
      long writtenMs = column.get(cells[i] + CellLayout.GAUGE_WRITTEN_MS);
      writtenMs = Math.max(writtenMs, gathering.knownAliveMs());
      if (!gathering.isExpired(writtenMs)) {
        family.addInfo(series[i], writtenMs);
      }
    }
  }

  private void stateSets(LongBuffer column) {
    int states = family.states().size();
    for (int i = 0; i < size; i++) {
      long writtenMs = column.get(cells[i] + CellLayout.STATESET_WRITTEN_MS);
      VarHandle.acquireFence();
      if (family.winsStates(series[i], writtenMs)) {
        values.putWord(series[i], 0, writtenMs);
        for (int state = 0; state < states; state++) {
          long word = column.get(cells[i] + CellLayout.STATESET_STATES + state);
          values.putWord(series[i], 1 + state, word);
        }
      }
    }
  }

  /**
   * What gathering needs to know of a source.
   *
   * @param live whether its process lives
   * @param retired whether it is the retired file
   * @param knownAliveMs when a dead process was last known to live, 0 for the retired file
   * @param expireBeforeMs dead processes' own values that were written before this are gone
   */
  record Gathering(boolean live, boolean retired, long knownAliveMs, long expireBeforeMs) {
    boolean isExpired(long writtenMs) {
      return !live && writtenMs < expireBeforeMs;
    }
  }
}
