package io.tallystick.metrics;

import io.prometheus.metrics.config.MetricsProperties;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.Column;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeShape;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A histogram: observations counted in buckets, and their sum. It has classic buckets with fixed
 * upper bounds, native ones whose bounds follow from a schema, or, where nothing is said, both.
 *
 * <p>Not-a-number is not counted. Order: an observation's buckets are stored before its sum, in one
 * column, so that no scrape shows a sum with an observation that the buckets lack. All processes'
 * native buckets are shown at the coarsest schema and the greatest zero bucket of any.
 */
public final class Histogram extends StatefulMetric<DistributionDataPoint, Histogram.DataPoint>
    implements DistributionDataPoint {
  /** A series without classic buckets has so many exemplars. */
  private static final int NATIVE_EXEMPLARS = 4;

  private final BucketIndex index;
  private final @Nullable NativeWriter natives;
  private final int nativePart;
  private final @Nullable Exemplars exemplars;

  private Histogram(MetricBuilder.Registration registration) {
    super(registration);
    FamilyDescriptor descriptor = registration.family().descriptor();
    NativeShape shape = NativeShape.of(descriptor);
    this.index = new BucketIndex(descriptor.bounds());
    this.natives = shape == null ? null : new NativeWriter(shape);
    this.nativePart = CellLayout.nativePart(descriptor);
    boolean byBucket = shape == null || index.buckets() > 1;
    this.exemplars =
        registration.exemplars(byBucket ? index.buckets() : NATIVE_EXEMPLARS, byBucket);
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
    return new DataPoint(cells, labelValues, this);
  }

  @Override
  DistributionDataPoint asDataPoint(DataPoint point) {
    return point;
  }

  /** Makes a {@link Histogram}. */
  public static final class Builder extends MetricBuilder<Builder, Histogram> {
    private final io.prometheus.metrics.core.metrics.Histogram.Builder shape;

    private @Nullable Double maxZeroThreshold;
    private @Nullable Integer maxBuckets;

    private Builder() {
      this(io.prometheus.metrics.core.metrics.Histogram.builder());
    }

    private Builder(io.prometheus.metrics.core.metrics.Histogram.Builder shape) {
      super(shape);
      this.shape = shape;
    }

    /** Only native buckets. */
    public Builder nativeOnly() {
      shape.nativeOnly();
      return this;
    }

    /** Only classic buckets. */
    public Builder classicOnly() {
      shape.classicOnly();
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

    /** The resolution of the first native buckets: from -4 to 8, by default 5. */
    public Builder nativeInitialSchema(int nativeSchema) {
      shape.nativeInitialSchema(nativeSchema);
      return this;
    }

    /** How far the bucket for values around zero may grow; by default it does not. */
    public Builder nativeMaxZeroThreshold(double nativeMaxZeroThreshold) {
      shape.nativeMaxZeroThreshold(nativeMaxZeroThreshold);
      this.maxZeroThreshold = nativeMaxZeroThreshold;
      return this;
    }

    /** Values up to this, above and below zero, are in one bucket at first. */
    public Builder nativeMinZeroThreshold(double nativeMinZeroThreshold) {
      shape.nativeMinZeroThreshold(nativeMinZeroThreshold);
      return this;
    }

    /**
     * With more native buckets than this, the resolution is halved; by default 160. At most {@value
     * io.tallystick.shm.NativeShape#MOST_BUCKETS}, also where 0 says that there is no limit.
     */
    public Builder nativeMaxNumberOfBuckets(int nativeMaxBuckets) {
      shape.nativeMaxNumberOfBuckets(nativeMaxBuckets);
      this.maxBuckets = nativeMaxBuckets;
      return this;
    }

    /**
     * Is taken and has no effect: counts of a directory never go down, so nothing is reset to get a
     * lost resolution back.
     */
    public Builder nativeResetDuration(long duration, TimeUnit unit) {
      shape.nativeResetDuration(duration, unit);
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
      ClassicHistogramBuckets buckets = samplePoint(built).getClassicBuckets();
      return buckets.isEmpty()
          ? new double[] {Double.POSITIVE_INFINITY}
          : buckets.stream().mapToDouble(ClassicHistogramBucket::getUpperBound).toArray();
    }

    @Override
    double[] parameters(MetricWithFixedMetadata built) {
      HistogramDataPointSnapshot point = samplePoint(built);
      if (!point.hasNativeHistogramData()) {
        return super.parameters(built);
      }
      double min = point.getNativeZeroThreshold();
      double max =
          setting(built, maxZeroThreshold, MetricsProperties::getHistogramNativeMaxZeroThreshold);
      int most =
          setting(built, maxBuckets, MetricsProperties::getHistogramNativeMaxNumberOfBuckets);
      return new NativeShape(
              point.getNativeSchema(),
              min,
              Math.min(Math.max(min, max), Double.MAX_VALUE),
              most <= 0 ? NativeShape.MOST_BUCKETS : Math.min(most, NativeShape.MOST_BUCKETS))
          .toParameters();
    }

    /** What the builder or client_java's properties made of it: a series shows that. */
    private HistogramDataPointSnapshot samplePoint(MetricWithFixedMetadata built) {
      var histogram = (io.prometheus.metrics.core.metrics.Histogram) built;
      histogram.initLabelValues(sampleValues());
      return histogram.collect().getDataPoints().get(0);
    }

    /** A setting that a series does not show. */
    private <T> T setting(
        MetricWithFixedMetadata built,
        @Nullable T own,
        Function<MetricsProperties, @Nullable T> property) {
      String name = built.getMetricFamilyDescriptor().getMetadata().getName();
      T value = setting(name, own, property);
      if (value == null) {
        value = property.apply(shape.getDefaultProperties());
      }
      return Objects.requireNonNull(value, "default");
    }

    @Override
    Histogram metric(Registration registration) {
      return new Histogram(registration);
    }
  }

  /** One series' buckets and sum. */
  static final class DataPoint extends SampledCells implements DistributionDataPoint {
    private final BucketIndex index;
    private final @Nullable NativeWriter natives;
    private final int part; // the native part's first cell
    private KnownEntries first = KnownEntries.NONE; // racy, as the columns that are remembered
    private KnownEntries second = KnownEntries.NONE;

    DataPoint(Cells cells, String[] labelValues, Histogram histogram) {
      super(cells, labelValues, histogram.exemplars);
      this.index = histogram.index;
      this.natives = histogram.natives;
      this.part = cell + histogram.nativePart;
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
      sample(bucket, value);
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
      take(bucket, value, labels);
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
