package io.tallystick.jmh;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.LockFreeExponentiallyDecayingReservoir;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

/**
 * Dropwizard Metrics, which knows whole numbers only: a fraction is cut, and durations are in
 * microseconds. Its histogram is a sample of what was observed, in the reservoir without locks.
 */
final class Dropwizard {
  private static final double MICROSECONDS = 1e6;

  private Dropwizard() {}

  static CounterDataPoint counter() {
    Counter counter = new Counter();
    return new WriteOnlyCounter() {
      @Override
      public void inc() {
        counter.inc();
      }

      @Override
      public void inc(double amount) {
        counter.inc((long) amount);
      }
    };
  }

  static DistributionDataPoint histogram() {
    Histogram histogram = new Histogram(LockFreeExponentiallyDecayingReservoir.builder().build());
    return new WriteOnlyDistribution() {
      @Override
      public void observe(double value) {
        histogram.update((long) (value * MICROSECONDS));
      }
    };
  }
}
