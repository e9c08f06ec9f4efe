package io.tallystick.metrics;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.Column;
import io.tallystick.shm.FamilyType;

/**
 * A classic histogram: observations counted in buckets with fixed upper bounds, and their sum.
 *
 * <p>Not-a-number is not counted. Order: an observation's bucket is stored before its sum, in one
 * column, so that no scrape shows a sum with an observation that the buckets lack.
 */
public final class Histogram extends StatefulMetric<DistributionDataPoint, Histogram.DataPoint>
    implements DistributionDataPoint {
  private final BucketIndex index;

  private Histogram(MetricBuilder.Registration registration) {
    super(registration);
    this.index = new BucketIndex(registration.family().descriptor().bounds());
    initNoLabels();
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void observe(double value) {
    noLabels().observe(value);
  }

  @Override
  public void observeWithExemplar(double value, Labels labels) {
    noLabels().observeWithExemplar(value, labels);
  }

  @Override
  public long getCount() {
    return noLabels().getCount();
  }

  @Override
  public double getSum() {
    return noLabels().getSum();
  }

  @Override
  DataPoint newDataPoint(Cells cells, String[] labelValues) {
    return new DataPoint(cells, labelValues, index);
  }

  @Override
  DistributionDataPoint asDataPoint(DataPoint point) {
    return point;
  }

  /** Makes a {@link Histogram}. */
  public static final class Builder extends MetricBuilder<Builder, Histogram> {
    private final io.prometheus.metrics.core.metrics.Histogram.Builder shape;

    private Builder() {
      this(io.prometheus.metrics.core.metrics.Histogram.builder());
    }

    private Builder(io.prometheus.metrics.core.metrics.Histogram.Builder shape) {
      super(shape);
      this.shape = shape.classicOnly();
    }

    /** Says that there are classic buckets only, as there are. */
    public Builder classicOnly() {
      return this;
    }

    /** The upper bounds of the buckets; +Inf is added. */
    public Builder classicUpperBounds(double... upperBounds) {
      shape.classicUpperBounds(upperBounds);
      return this;
    }

    /** Upper bounds {@code start, start + width, ...}. */
    public Builder classicLinearUpperBounds(double start, double width, int count) {
      shape.classicLinearUpperBounds(start, width, count);
      return this;
    }

    /** Upper bounds {@code start, start * factor, ...}. */
    public Builder classicExponentialUpperBounds(double start, double factor, int count) {
      shape.classicExponentialUpperBounds(start, factor, count);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    FamilyType type() {
      return FamilyType.HISTOGRAM;
    }

    @Override
    double[] bounds(MetricWithFixedMetadata built) {
      // from the builder or from client_java's properties; a sample series shows which
      var histogram = (io.prometheus.metrics.core.metrics.Histogram) built;
      histogram.initLabelValues(sampleValues());
      HistogramSnapshot.HistogramDataPointSnapshot point =
          histogram.collect().getDataPoints().get(0);
      return point.getClassicBuckets().stream()
          .mapToDouble(bucket -> bucket.getUpperBound())
          .toArray();
    }

    @Override
    Histogram metric(Registration registration) {
      return new Histogram(registration);
    }
  }

  /** One series' buckets and sum. */
  static final class DataPoint extends LabelledCells implements DistributionDataPoint {
    private final BucketIndex index;

    DataPoint(Cells cells, String[] labelValues, BucketIndex index) {
      super(cells, labelValues);
      this.index = index;
    }

    @Override
    public void observe(double value) {
      if (Double.isNaN(value)) {
        return;
      }
      int bucket = cell + CellLayout.HISTOGRAM_BUCKETS + index.of(value);
      Column column = owned();
      if (column != null) {
        column.addOwned(bucket, 1L);
        column.addOwned(cell + CellLayout.DISTRIBUTION_SUM, value);
      } else {
        addShared(bucket, 1L).addAtomic(cell + CellLayout.DISTRIBUTION_SUM, value);
      }
    }

    /** Observes; exemplars are not kept. */
    @Override
    public void observeWithExemplar(double value, Labels labels) {
      observe(value);
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
}
