package io.tallystick.mirror;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.core.metrics.StateSet;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Unit;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;

/** A registry of client_java with metrics of all types that a directory shows as they are. */
public final class MirroredRegistry {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter counter =
      Counter.builder()
          .name("http.requests_total")
          .help("Requests \\ served.\nIn \"two\" lines.")
          .labelNames("path", "status")
          .constLabels(Labels.of("zone", "eu-1"))
          .register(registry);
  private final Gauge gauge =
      Gauge.builder().name("heat").unit(Unit.CELSIUS).labelNames("room").register(registry);
  private final Histogram histogram =
      Histogram.builder()
          .name("latency")
          .unit(Unit.SECONDS)
          .classicOnly()
          .labelNames("path")
          .register(registry);
  private final Summary summary =
      Summary.builder().name("payload").unit(Unit.BYTES).labelNames("kind").register(registry);
  private final Info info = Info.builder().name("build").labelNames("version").register(registry);
  private final StateSet states =
      StateSet.builder().name("state").states("up", "down").labelNames("part").register(registry);

  public MirroredRegistry() {
    Counter.builder().name("plain_total").register(registry).inc(0.1);
    info.addLabelValues("1.0");
    info.addLabelValues("1.1");
  }

  public PrometheusRegistry registry() {
    return registry;
  }

  /** Changes something of every metric. */
  public void update(int round) {
    counter.labelValues("/", "200").inc();
    counter.labelValues("/" + round, "404").inc(0.25);
    gauge.labelValues("b").set(round);
    gauge.labelValues("a").dec(1.5);
    histogram.labelValues("/").observe(round);
    histogram.labelValues("/é\n\"\\").observe(0.07);
    summary.labelValues("in").observe(10 * round);
    states.labelValues("pump").setTrue("up");
    states.labelValues("pump").setFalse("down");
  }

  /** Registers a metric of unknown type, which a directory shows as a gauge. */
  public void addUnknown(double value) {
    registry.register(
        () ->
            UnknownSnapshot.builder()
                .name("strange")
                .dataPoint(UnknownDataPointSnapshot.builder().value(value).build())
                .build());
  }
}
