package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import java.util.HashMap;
import java.util.Map;

/**
 * The floor: what any implementation must do, with arrays and an index into them in a handle.
 *
 * <p>Threading: none. Each thread has its own, and nobody could scrape it.
 */
final class Plain {
  private static final int CELLS = 64;
  private static final int CELL = 16; // in the middle, away from what other threads own

  private Plain() {}

  static CounterDataPoint counter() {
    return new Counter(CELL);
  }

  static GaugeDataPoint gauge() {
    return new Gauge(CELL);
  }

  static DistributionDataPoint histogram() {
    return new Histogram(CELL);
  }

  static DistributionDataPoint summary() {
    return new Summary(CELL);
  }

  static CounterLookup lookup() {
    return new Lookup();
  }

  private static final class Counter extends WriteOnlyCounter {
    private final long[] longs = new long[CELLS];
    private final double[] doubles = new double[CELLS];
    private final int cell;

    Counter(int cell) {
      this.cell = cell;
    }

    @Override
    public void inc() {
      longs[cell]++;
    }

    @Override
    public void inc(double amount) {
      doubles[cell] += amount;
    }
  }

  private static final class Gauge extends WriteOnlyGauge {
    private final double[] doubles = new double[CELLS];
    private final int cell;

    Gauge(int cell) {
      this.cell = cell;
    }

    @Override
    public void inc(double amount) {
      doubles[cell] += amount;
    }

    @Override
    public void set(double value) {
      doubles[cell] = value;
    }
  }

  /** Chooses a bucket by the value's exponent: no search for one can cost less. */
  private static final class Histogram extends WriteOnlyDistribution {
    private static final int BUCKETS = 16; // a power of two

    private final long[] buckets = new long[CELLS];
    private final double[] sums = new double[CELLS];
    private final int cell;

    Histogram(int cell) {
      this.cell = cell;
    }

    @Override
    public void observe(double value) {
      buckets[cell + (Math.getExponent(value) & (BUCKETS - 1))]++;
      sums[cell] += value;
    }
  }

  private static final class Summary extends WriteOnlyDistribution {
    private final long[] counts = new long[CELLS];
    private final double[] sums = new double[CELLS];
    private final int cell;

    Summary(int cell) {
      this.cell = cell;
    }

    @Override
    public void observe(double value) {
      counts[cell]++;
      sums[cell] += value;
    }
  }

  /** A map for each label name; allocates nothing when the series exists. */
  private static final class Lookup implements CounterLookup {
    private final Map<String, Map<String, long[]>> cells = new HashMap<>();

    @Override
    public void inc(String path, String status) {
      Map<String, long[]> byStatus = cells.get(path);
      long[] cell = byStatus == null ? null : byStatus.get(status);
      if (cell == null) {
        cell = add(path, status);
      }
      cell[0]++;
    }

    private long[] add(String path, String status) {
      return cells
          .computeIfAbsent(path, key -> new HashMap<>())
          .computeIfAbsent(status, key -> new long[1]);
    }
  }
}
