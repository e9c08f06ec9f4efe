package io.tallystick.metrics;

import io.prometheus.metrics.config.MetricsProperties;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.Column;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.Log;
import io.tallystick.shm.QuantileLayout;
import io.tallystick.shm.QuantileShape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A summary: the count and the sum of observations, and quantiles of those of the last minutes,
 * over all processes of the directory.
 *
 * <p>Not-a-number is not counted. Order: an observation is stored for the quantiles first, then its
 * count, then its sum, in one column. A thread without a column takes one that threads share for
 * itself for as long as an observation takes, where there are quantiles.
 */
public final class Summary extends StatefulMetric<DistributionDataPoint, Summary.DataPoint>
    implements DistributionDataPoint {
  private final @Nullable QuantileWriter quantiles;

  private Summary(MetricBuilder.Registration registration) {
    super(registration);
    QuantileShape shape = QuantileShape.of(registration.family().descriptor());
    this.quantiles =
        shape == null ? null : new QuantileWriter(shape, registration.registrar().file().clock());
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
    QuantileWriter writer = quantiles;
    return writer == null
        ? new DataPoint(cells, labelValues)
        : new QuantileDataPoint(cells, labelValues, writer);
  }

  @Override
  DistributionDataPoint asDataPoint(DataPoint point) {
    return point;
  }

  /** Makes a {@link Summary}. */
  public static final class Builder extends MetricBuilder<Builder, Summary> {
    /** How long an observation counts for quantiles: 5 minutes. */
    public static final long DEFAULT_MAX_AGE_SECONDS = TimeUnit.MINUTES.toSeconds(5);

    /** How many parts of that time go at once: 5. */
    public static final int DEFAULT_NUMBER_OF_AGE_BUCKETS = 5;

    private final io.prometheus.metrics.core.metrics.Summary.Builder shape;
    private final List<Double> ranks = new ArrayList<>();
    private final List<Double> errors = new ArrayList<>();
    private @Nullable Long maxAgeSeconds;
    private @Nullable Integer ageBuckets;

    private Builder() {
      this(io.prometheus.metrics.core.metrics.Summary.builder());
    }

    private Builder(io.prometheus.metrics.core.metrics.Summary.Builder shape) {
      super(shape);
      this.shape = shape;
    }

    /**
     * Adds a quantile, with an error of 0.001 up to 0.01 and from 0.99 on, of 0.005 up to 0.02 and
     * from 0.98 on, else of 0.01.
     */
    public Builder quantile(double quantile) {
      return quantile(quantile, defaultError(quantile));
    }

    /**
     * Adds a quantile. What is shown for 0.95 with an error of 0.001 is between the 0.949 and the
     * 0.951 quantile of all observations of the window, of all processes together. The quantiles 0
     * and 1 are the least and the greatest observation.
     *
     * <p>The memory that each series takes grows as the errors get smaller; an error that is
     * smaller than can be kept counts as what can be, with a warning.
     *
     * @throws IllegalArgumentException where one is not between 0 and 1
     */
    public Builder quantile(double quantile, double error) {
      shape.quantile(quantile, error);
      ranks.add(quantile);
      errors.add(error);
      return this;
    }

    /** How long an observation counts for quantiles. */
    public Builder maxAgeSeconds(long maxAgeSeconds) {
      shape.maxAgeSeconds(maxAgeSeconds);
      this.maxAgeSeconds = maxAgeSeconds;
      return this;
    }

    /**
     * How many parts of the maximum age go at once: with 5 minutes and 5 buckets, each minute one
     * minute goes. More than {@value io.tallystick.shm.QuantileShape#MAX_SLICES} are as so many.
     */
    public Builder numberOfAgeBuckets(int ageBuckets) {
      shape.numberOfAgeBuckets(ageBuckets);
      this.ageBuckets = ageBuckets;
      return this;
    }

    private static double defaultError(double quantile) {
      if (quantile <= 0.01 || quantile >= 0.99) {
        return 0.001;
      }
      return quantile <= 0.02 || quantile >= 0.98 ? 0.005 : 0.01;
    }

    @Override
    double[] parameters(MetricWithFixedMetadata built) {
      String name = built.getMetricFamilyDescriptor().getMetadata().getName();
      List<Double> own = ranks.isEmpty() ? null : ranks;
      List<Double> wanted = setting(name, own, MetricsProperties::getSummaryQuantiles);
      if (wanted == null || wanted.isEmpty()) {
        return super.parameters(built);
      }
      refuseRepeated((io.prometheus.metrics.core.metrics.Summary) built);
      double[] wantedErrors = errors(name, wanted);
      Long maxAge = setting(name, maxAgeSeconds, MetricsProperties::getSummaryMaxAgeSeconds);
      Integer buckets = setting(name, ageBuckets, MetricsProperties::getSummaryNumberOfAgeBuckets);
      return QuantileShape.of(
              TimeUnit.SECONDS.toMillis(maxAge == null ? DEFAULT_MAX_AGE_SECONDS : maxAge),
              buckets == null ? DEFAULT_NUMBER_OF_AGE_BUCKETS : buckets,
              wanted.stream().mapToDouble(rank -> rank).toArray(),
              wantedErrors)
          .toParameters();
    }

    /** Shows a series: client_java says at each scrape that a quantile is there twice. */
    private void refuseRepeated(io.prometheus.metrics.core.metrics.Summary built) {
      built.initLabelValues(sampleValues());
      built.collect();
    }

    private double[] errors(String name, List<Double> wanted) {
      List<Double> own = ranks.isEmpty() ? null : errors;
      List<Double> given = setting(name, own, MetricsProperties::getSummaryQuantileErrors);
      double[] all = new double[wanted.size()];
      for (int i = 0; i < all.length; i++) {
        double rank = wanted.get(i);
        all[i] = given == null || given.isEmpty() ? defaultError(rank) : given.get(i);
        double kept = QuantileShape.keptError(rank, all[i]);
        if (kept > all[i]) {
          Log.logger()
              .log(
                  System.Logger.Level.WARNING,
                  "error of a quantile is smaller than can be kept: metric="
                      + name
                      + " quantile="
                      + rank
                      + " error="
                      + all[i]
                      + " kept="
                      + kept);
        }
      }
      return all;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    FamilyType type() {
      return FamilyType.SUMMARY;
    }

    @Override
    Summary metric(Registration registration) {
      return new Summary(registration);
    }
  }

  /** One series' count and sum. */
  static class DataPoint extends LabelledCells implements DistributionDataPoint {
    DataPoint(Cells cells, String[] labelValues) {
      super(cells, labelValues);
    }

    @Override
    public void observe(double value) {
      if (Double.isNaN(value)) {
        return;
      }
      Column column = owned();
      if (column != null) {
        column.addOwned(cell + CellLayout.SUMMARY_COUNT, 1L);
        column.addOwned(cell + CellLayout.DISTRIBUTION_SUM, value);
      } else {
        addShared(cell + CellLayout.SUMMARY_COUNT, 1L)
            .addAtomic(cell + CellLayout.DISTRIBUTION_SUM, value);
      }
      keepReachable();
    }

    /** Observes; exemplars are not kept. */
    @Override
    public void observeWithExemplar(double value, Labels labels) {
      observe(value);
    }

    @Override
    public long getCount() {
      return sumLong(cell + CellLayout.SUMMARY_COUNT);
    }

    @Override
    public double getSum() {
      return sumDouble(cell + CellLayout.DISTRIBUTION_SUM);
    }
  }

  /** One series' count, sum and quantiles. Loaded with the first summary that has quantiles. */
  static final class QuantileDataPoint extends DataPoint {
    private final QuantileWriter quantiles;

    QuantileDataPoint(Cells cells, String[] labelValues, QuantileWriter quantiles) {
      super(cells, labelValues);
      this.quantiles = quantiles;
      if (cells.isResumed()) {
        for (Column column : columns()) {
          QuantileWriter.putRight(column, cell + CellLayout.QUANTILE_PART);
        }
      }
    }

    @Override
    public void observe(double value) {
      if (Double.isNaN(value)) {
        return;
      }
      Column column = owned();
      if (column != null) {
        add(column, value);
        keepReachable();
        return;
      }
      int lock = cell + CellLayout.QUANTILE_PART + QuantileLayout.LOCK;
      Column taken = lockShared(lock);
      try {
        add(taken, value);
      } finally {
        unlock(taken, lock);
      }
      keepReachable();
    }

    private void add(Column column, double value) {
      quantiles.add(column, cell + CellLayout.QUANTILE_PART, value);
      column.addOwned(cell + CellLayout.SUMMARY_COUNT, 1L);
      column.addOwned(cell + CellLayout.DISTRIBUTION_SUM, value);
    }
  }
}
