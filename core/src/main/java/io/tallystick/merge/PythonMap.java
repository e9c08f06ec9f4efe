package io.tallystick.merge;

import io.tallystick.python.PythonFamily;
import org.jspecify.annotations.Nullable;

/**
 * Which merged series those of one family of a Python file add to. A series' cell is its index in
 * the file's family.
 */
final class PythonMap extends SeriesMap {
  PythonMap(FamilyLink link, MergedFamily family) {
    super(link, family);
  }

  /** Adds the values of the file's family to the merged ones. */
  void accumulate(PythonFamily python) {
    impossible = false;
    switch (family.type()) {
      case COUNTER -> counters(python);
      case HISTOGRAM -> histograms(python, link.bucketMap());
      case SUMMARY -> summaries(python);
      default -> gauges(python);
    }
  }

  private void counters(PythonFamily python) {
    for (int i = 0; i < size; i++) {
      double total = python.value(cells[i]);
      values.see(series[i]);
      if (total < 0) {
        impossible = true;
      } else {
        values.addDouble(series[i], total);
      }
    }
  }

  private void histograms(PythonFamily python, int @Nullable [] bucketMap) {
    int buckets = link.descriptor().bounds().length;
    for (int i = 0; i < size; i++) {
      values.see(series[i]);
      values.addDouble(series[i], python.sumAcquire(cells[i]));
      for (int bucket = 0; bucket < buckets; bucket++) {
        double count = python.bucket(cells[i], bucket);
        addCount(series[i], bucketMap == null ? bucket : bucketMap[bucket], count);
      }
    }
  }

  private void summaries(PythonFamily python) {
    for (int i = 0; i < size; i++) {
      values.see(series[i]);
      values.addDouble(series[i], python.sumAcquire(cells[i]));
      addCount(series[i], 0, python.count(cells[i]));
    }
  }

  private void addCount(int mergedSeries, int index, double count) {
    if (count >= 0 && count == Math.rint(count) && count != Double.POSITIVE_INFINITY) {
      values.addCount(mergedSeries, index, (long) count);
    } else {
      impossible = true;
    }
  }

  /** A most recent gauge without a time was never set; client_python does not show it either. */
  private void gauges(PythonFamily python) {
    boolean needsTime = family.mode().isMostRecent();
    for (int i = 0; i < size; i++) {
      double writtenSeconds = needsTime ? python.writtenSeconds(cells[i]) : 0;
      if (!needsTime || writtenSeconds > 0) {
        family.addGauge(series[i], python.value(cells[i]), (long) (writtenSeconds * 1e3));
      }
    }
  }
}
