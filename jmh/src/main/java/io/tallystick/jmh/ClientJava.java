package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;

/** The peer whose interfaces Tallystick implements. */
final class ClientJava {
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
    return summary(exemplars ? builder : builder.withoutExemplars());
  }

  static DistributionDataPoint summaryWithQuantiles() {
    return summary(
        Summary.builder().quantile(0.5, 0.01).quantile(0.95, 0.005).quantile(0.99, 0.001));
  }

  private static DistributionDataPoint summary(Summary.Builder builder) {
    return builder.name("request_duration_seconds").labelNames("path").build().labelValues("/");
  }
}
