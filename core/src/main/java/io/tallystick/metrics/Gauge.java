package io.tallystick.metrics;

import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.CoarseClock;
import io.tallystick.shm.Column;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;

/**
 * A gauge: a value that is set, or goes up and down. How the values of several processes become one
 * says its {@link MultiprocessMode}.
 *
 * <p>Threading: the last {@code set} wins; {@code inc} and {@code dec} lose nothing.
 */
public final class Gauge extends StatefulMetric<GaugeDataPoint, Gauge.DataPoint>
    implements GaugeDataPoint {
  private final GaugeMode mode;

  private Gauge(MetricBuilder.Registration registration) {
    super(registration);
    this.mode = registration.family().descriptor().mode();
    initNoLabels();
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void inc(double amount) {
    noLabels().inc(amount);
  }

  @Override
  public void set(double value) {
    noLabels().set(value);
  }

  @Override
  public double get() {
    return noLabels().get();
  }

  @Override
  public void incWithExemplar(double amount, Labels labels) {
    noLabels().incWithExemplar(amount, labels);
  }

  @Override
  public void setWithExemplar(double value, Labels labels) {
    noLabels().setWithExemplar(value, labels);
  }

  @Override
  DataPoint newDataPoint(Cells cells, String[] labelValues) {
    return new DataPoint(cells, labelValues, mode);
  }

  @Override
  GaugeDataPoint asDataPoint(DataPoint point) {
    return point;
  }

  /** Makes a {@link Gauge}. */
  public static final class Builder extends MetricBuilder<Builder, Gauge> {
    private MultiprocessMode mode = MultiprocessMode.ALL;

    private Builder() {
      super(io.prometheus.metrics.core.metrics.Gauge.builder());
    }

    /** How the values of several processes become one; default {@link MultiprocessMode#ALL}. */
    public Builder multiprocessMode(MultiprocessMode mode) {
      this.mode = mode;
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    FamilyType type() {
      return FamilyType.GAUGE;
    }

    @Override
    GaugeMode mode() {
      return mode.toGaugeMode();
    }

    @Override
    Gauge metric(Registration registration) {
      return new Gauge(registration);
    }
  }

  /** One series' value and when it was written. */
  static final class DataPoint extends LabelledCells implements GaugeDataPoint {
    private final Column column;
    private final CoarseClock clock;
    private final boolean mostRecent;

    DataPoint(Cells cells, String[] labelValues, GaugeMode mode) {
      super(cells, labelValues);
      this.column = single();
      this.clock = cells.clock();
      this.mostRecent = mode.isMostRecent();
    }

    @Override
    public void set(double value) {
      column.putRelease(cell + CellLayout.GAUGE_VALUE, Double.doubleToRawLongBits(value));
      touch();
    }

    /**
     * Adds.
     *
     * @throws IllegalStateException where the mode is one of the most recent value
     */
    @Override
    public void inc(double amount) {
      if (mostRecent) {
        throw new IllegalStateException(
            "inc and dec are not possible where the most recent value counts; use set");
      }
      long nowMs = clock.coarseMs();
      boolean isOld =
          column.getPlain(cell + CellLayout.GAUGE_WRITTEN_MS) != nowMs; // before the CAS
      column.addAtomic(cell + CellLayout.GAUGE_VALUE, amount);
      if (isOld) {
        column.putRelease(cell + CellLayout.GAUGE_WRITTEN_MS, nowMs);
      }
      keepReachable();
    }

    /** Stores the time where it is another; only the order of most recent values needs it exact. */
    private void touch() {
      long nowMs = mostRecent ? clock.nowMs() : clock.coarseMs();
      if (column.getPlain(cell + CellLayout.GAUGE_WRITTEN_MS) != nowMs) {
        column.putRelease(cell + CellLayout.GAUGE_WRITTEN_MS, nowMs);
      }
      keepReachable();
    }

    @Override
    public double get() {
      return Double.longBitsToDouble(column.getAcquire(cell + CellLayout.GAUGE_VALUE));
    }

    /** Adds; exemplars are not kept. */
    @Override
    public void incWithExemplar(double amount, Labels labels) {
      inc(amount);
    }

    /** Sets; exemplars are not kept. */
    @Override
    public void setWithExemplar(double value, Labels labels) {
      set(value);
    }
  }
}
