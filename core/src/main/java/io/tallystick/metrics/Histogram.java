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
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
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
public final class Histogram extends StatefulMetric<DistributionDataPoint, HistogramDataPoint>
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
  HistogramDataPoint newDataPoint(Cells cells, String[] labelValues) {
    return new HistogramDataPoint(cells, labelValues, exemplars, index, natives, nativePart);
  }

  @Override
  DistributionDataPoint asDataPoint(HistogramDataPoint point) {
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
}
