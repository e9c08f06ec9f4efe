package io.tallystick.jmh;

import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.Summary;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;

/**
 * client_java before 1.0. Children are kept, as it recommends; exemplars are off, since it would
 * take OpenTelemetry's API for a tracer, which is on the class path here only because that is a
 * peer.
 */
final class Simpleclient {
  private Simpleclient() {}

  static CounterDataPoint counter() {
    return new CounterAdapter(counters().labels("/", "200"));
  }

  static CounterLookup lookup() {
    Counter counter = counters();
    return (path, status) -> counter.labels(path, status).inc();
  }

  private static Counter counters() {
    return Counter.build("requests_total", "Requests served.")
        .labelNames("path", "status")
        .withoutExemplars()
        .create();
  }

  static GaugeDataPoint gauge() {
    return new GaugeAdapter(
        Gauge.build("queue_length", "Jobs waiting.").labelNames("queue").create().labels("orders"));
  }

  static DistributionDataPoint histogram() {
    Histogram.Child histogram =
        Histogram.build("request_duration_seconds", "Time to serve a request.")
            .buckets(Samples.BOUNDS)
            .labelNames("path")
            .withoutExemplars()
            .create()
            .labels("/");
    return new WriteOnlyDistribution() {
      @Override
      public void observe(double value) {
        histogram.observe(value);
      }
    };
  }

  static DistributionDataPoint summary() {
    Summary.Child summary =
        Summary.build("request_duration_seconds", "Time to serve a request.")
            .labelNames("path")
            .create()
            .labels("/");
    return new WriteOnlyDistribution() {
      @Override
      public void observe(double value) {
        summary.observe(value);
      }
    };
  }

  private static final class CounterAdapter extends WriteOnlyCounter {
    private final Counter.Child counter;

    CounterAdapter(Counter.Child counter) {
      this.counter = counter;
    }

    @Override
    public void inc() {
      counter.inc();
    }

    @Override
    public void inc(double amount) {
      counter.inc(amount);
    }
  }

  private static final class GaugeAdapter extends WriteOnlyGauge {
    private final Gauge.Child gauge;

    GaugeAdapter(Gauge.Child gauge) {
      this.gauge = gauge;
    }

    @Override
    public void inc(double amount) {
      gauge.inc(amount);
    }

    @Override
    public void set(double value) {
      gauge.set(value);
    }
  }
}
