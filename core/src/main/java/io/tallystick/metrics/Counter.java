package io.tallystick.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.Column;
import io.tallystick.shm.FamilyType;
import org.jspecify.annotations.Nullable;

/**
 * A counter: a total that only grows, summed over all processes of the directory.
 *
 * <p>Whole amounts are counted in a long word, exactly, doubles among them up to the size of an
 * int; others in a double. {@code get()} shows what this process counted.
 */
public final class Counter extends StatefulMetric<CounterDataPoint, Counter.DataPoint>
    implements CounterDataPoint {
  private final @Nullable Exemplars exemplars;

  private Counter(MetricBuilder.Registration registration) {
    super(registration);
    this.exemplars = registration.exemplars(1, true);
    initNoLabels();
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void inc(long amount) {
    noLabels().inc(amount);
  }

  @Override
  public void inc(double amount) {
    noLabels().inc(amount);
  }

  @Override
  public void incWithExemplar(long amount, Labels labels) {
    noLabels().incWithExemplar(amount, labels);
  }

  @Override
  public void incWithExemplar(double amount, Labels labels) {
    noLabels().incWithExemplar(amount, labels);
  }

  @Override
  public double get() {
    return noLabels().get();
  }

  @Override
  public long getLongValue() {
    return noLabels().getLongValue();
  }

  @Override
  DataPoint newDataPoint(Cells cells, String[] labelValues) {
    return new DataPoint(cells, labelValues, exemplars);
  }

  @Override
  CounterDataPoint asDataPoint(DataPoint point) {
    return point;
  }

  /** Makes a {@link Counter}. */
  public static final class Builder extends MetricBuilder<Builder, Counter> {
    private Builder() {
      super(io.prometheus.metrics.core.metrics.Counter.builder());
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    FamilyType type() {
      return FamilyType.COUNTER;
    }

    @Override
    Counter metric(Registration registration) {
      return new Counter(registration);
    }
  }

  /** One series' total. */
  static final class DataPoint extends SampledCells implements CounterDataPoint {
    DataPoint(Cells cells, String[] labelValues, @Nullable Exemplars exemplars) {
      super(cells, labelValues, exemplars);
    }

    @Override
    public void inc() {
      add(1);
      sample(0, 1);
    }

    @Override
    public void inc(long amount) {
      count(amount);
      sample(0, (double) amount);
    }

    private void count(long amount) {
      if (amount < 0) {
        throw negative(Long.toString(amount));
      }
      add(amount);
    }

    @Override
    public void inc(double amount) {
      count(amount);
      sample(0, amount);
    }

    private void count(double amount) {
      int whole = (int) amount;
      if (whole == amount && whole >= 0) {
        add(whole);
      } else {
        addDouble(amount);
      }
    }

    private void add(long amount) {
      Column column = owned();
      if (column != null) {
        column.addOwned(cell + CellLayout.COUNTER_LONG, amount);
      } else {
        addShared(cell + CellLayout.COUNTER_LONG, amount);
      }
      keepReachable();
    }

    private void addDouble(double amount) {
      if (amount < 0) {
        throw negative(Double.toString(amount));
      }
      Column column = owned();
      if (column != null) {
        column.addOwned(cell + CellLayout.COUNTER_DOUBLE, amount);
      } else {
        addShared(cell + CellLayout.COUNTER_DOUBLE, amount);
      }
      keepReachable();
    }

    @Override
    public void incWithExemplar(long amount, Labels labels) {
      count(amount);
      take(0, (double) amount, labels);
    }

    @Override
    public void incWithExemplar(double amount, Labels labels) {
      count(amount);
      take(0, amount, labels);
    }

    @Override
    public double get() {
      return sumLong(cell + CellLayout.COUNTER_LONG) + sumDouble(cell + CellLayout.COUNTER_DOUBLE);
    }

    @Override
    public long getLongValue() {
      return sumLong(cell + CellLayout.COUNTER_LONG)
          + (long) sumDouble(cell + CellLayout.COUNTER_DOUBLE);
    }

    private static IllegalArgumentException negative(String amount) {
      return new IllegalArgumentException(
          "Negative increment " + amount + " is illegal for Counter metrics.");
    }
  }
}
