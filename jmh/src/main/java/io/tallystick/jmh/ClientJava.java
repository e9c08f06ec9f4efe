package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.tracer.initializer.SpanContextSupplier;

/**
 * The peer whose interfaces Tallystick implements.
 *
 * <p>It asks OpenTelemetry for a span wherever it finds OpenTelemetry's API, which is on the class
 * path here only because that is a peer too; so it is told that there is no tracer.
 */
final class ClientJava {
  static {
    SpanContextSupplier.setSpanContext(null);
  }

  private ClientJava() {}

  static CounterDataPoint counter(boolean exemplars) {
    return counters(exemplars)
        .name("requests_total")
        .labelNames("path", "status")
        .build()
        .labelValues("/", "200");
  }

  /** What to make counters of. */
  static Counter.Builder counters(boolean exemplars) {
    Counter.Builder builder = Counter.builder();
    return exemplars ? builder : builder.withoutExemplars();
  }

  static CounterLookup lookup(boolean exemplars) {
    Counter counter =
        counters(exemplars).name("requests_total").labelNames("path", "status").build();
    return (path, status) -> counter.labelValues(path, status).inc();
  }

  static GaugeDataPoint gauge(boolean exemplars) {
    Gauge.Builder builder = Gauge.builder();
    return (exemplars ? builder : builder.withoutExemplars())
        .name("queue_length")
        .labelNames("queue")
        .build()
        .labelValues("orders");
  }

  static DistributionDataPoint classicHistogram(boolean exemplars) {
    Histogram.Builder builder = Histogram.builder().classicOnly();
    return (exemplars ? builder : builder.withoutExemplars())
        .name("request_duration_seconds")
        .labelNames("path")
        .build()
        .labelValues("/");
  }

  static DistributionDataPoint nativeHistogram() {
    return Histogram.builder()
        .nativeOnly()
        .name("request_duration_seconds")
        .labelNames("path")
        .build()
        .labelValues("/");
  }

  static DistributionDataPoint summary(boolean exemplars) {
    Summary.Builder builder = Summary.builder();
    return (exemplars ? builder : builder.withoutExemplars())
        .name("request_duration_seconds")
        .labelNames("path")
        .build()
        .labelValues("/");
  }
}
