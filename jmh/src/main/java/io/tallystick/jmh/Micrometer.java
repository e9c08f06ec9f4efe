package io.tallystick.jmh;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import java.util.concurrent.atomic.AtomicLong;

/** A peer with its own interface, on its registry for Prometheus. */
final class Micrometer {
  private Micrometer() {}

  static PrometheusMeterRegistry registry() {
    return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  }

  static CounterDataPoint counter() {
    return new CounterAdapter(
        Counter.builder("requests").tags("path", "/", "status", "200").register(registry()));
  }

  /** By way of a provider, which is what it has for label values that vary. */
  static CounterLookup lookup() {
    MeterProvider<Counter> counters = Counter.builder("requests").withRegistry(registry());
    return (path, status) -> counters.withTags("path", path, "status", status).increment();
  }

  static GaugeDataPoint gauge() {
    return new GaugeAdapter(registry());
  }

  /** A distribution summary with a bucket for each bound, like a classic histogram. */
  static DistributionDataPoint histogram() {
    return new DistributionAdapter(
        DistributionSummary.builder("request.duration")
            .tags("path", "/")
            .serviceLevelObjectives(Samples.BOUNDS)
            .register(registry()));
  }

  static DistributionDataPoint summary() {
    return new DistributionAdapter(
        DistributionSummary.builder("request.duration").tags("path", "/").register(registry()));
  }

  private static final class CounterAdapter extends WriteOnlyCounter {
    private final Counter counter;

    CounterAdapter(Counter counter) {
      this.counter = counter;
    }

    @Override
    public void inc() {
      counter.increment();
    }

    @Override
    public void inc(double amount) {
      counter.increment(amount);
    }
  }

  /** A gauge here is a function of an object that its user keeps. */
  private static final class GaugeAdapter extends WriteOnlyGauge {
    private final AtomicLong count = new AtomicLong();
    private volatile double value;

    GaugeAdapter(PrometheusMeterRegistry registry) {
      Gauge.builder("queue.length", this, gauge -> gauge.value + gauge.count.get())
          .tags("queue", "orders")
          .register(registry);
    }

    @Override
    public void inc() {
      count.incrementAndGet();
    }

    @Override
    public void inc(double amount) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void set(double newValue) {
      value = newValue;
    }
  }

  private static final class DistributionAdapter extends WriteOnlyDistribution {
    private final DistributionSummary distribution;

    DistributionAdapter(DistributionSummary distribution) {
      this.distribution = distribution;
    }

    @Override
    public void observe(double value) {
      distribution.record(value);
    }
  }
}
