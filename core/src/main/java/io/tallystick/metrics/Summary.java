package io.tallystick.metrics;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.Column;
import io.tallystick.shm.FamilyType;

/**
 * A summary: the count and the sum of observations, over all processes of the directory.
 *
 * <p>Not-a-number is not counted. Order: an observation's count is stored before its sum, in one
 * column.
 */
public final class Summary extends StatefulMetric<DistributionDataPoint, Summary.DataPoint>
    implements DistributionDataPoint {

  private Summary(MetricBuilder.Registration registration) {
    super(registration);
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
    return new DataPoint(cells, labelValues);
  }

  @Override
  DistributionDataPoint asDataPoint(DataPoint point) {
    return point;
  }

  /** Makes a {@link Summary}. */
  public static final class Builder extends MetricBuilder<Builder, Summary> {
    private Builder() {
      super(io.prometheus.metrics.core.metrics.Summary.builder());
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
  static final class DataPoint extends LabelledCells implements DistributionDataPoint {
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
}
