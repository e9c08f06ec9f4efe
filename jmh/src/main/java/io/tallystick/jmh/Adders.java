package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** What the JDK has for counts that many threads write. */
final class Adders {
  private Adders() {}

  static CounterDataPoint counter() {
    return new Counter();
  }

  static DistributionDataPoint summary() {
    return new Summary();
  }

  /** Is the adder rather than has one, so that nothing stands between caller and adder. */
  private static final class Counter extends LongAdder implements CounterDataPoint {
    private static final long serialVersionUID = 1;

    private final DoubleAdder doubles = new DoubleAdder();

    @Override
    public void inc() {
      increment();
    }

    @Override
    public void inc(long amount) {
      add(amount);
    }

    @Override
    public void inc(double amount) {
      doubles.add(amount);
    }

    @Override
    public void incWithExemplar(double amount, Labels labels) {
      throw new UnsupportedOperationException();
    }

    @Override
    public double get() {
      return sum() + doubles.sum();
    }

    @Override
    public long getLongValue() {
      return (long) get();
    }
  }

  private static final class Summary extends WriteOnlyDistribution {
    private final LongAdder count = new LongAdder();
    private final DoubleAdder sum = new DoubleAdder();

    @Override
    public void observe(double value) {
      count.increment();
      sum.add(value);
    }
  }
}
