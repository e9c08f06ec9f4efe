package io.tallystick.server.health;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot.StateSetDataPointSnapshot;
import io.tallystick.fallback.FallbackMode;
import io.tallystick.health.FallbackHealth;
import io.tallystick.health.HealthSink;
import io.tallystick.health.HealthState;
import io.tallystick.health.HealthStatus;
import io.tallystick.health.Usage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A state as gauges, its mode as a state set: what sinks get of it, under the same names, and some
 * of what else is in it. Threading: one.
 */
final class SnapshotSink implements HealthSink {
  private final Map<String, Map<Labels, Double>> families = new TreeMap<>();

  private SnapshotSink() {}

  /** What is scraped of a state. */
  static MetricSnapshots of(HealthState state) {
    SnapshotSink sink = new SnapshotSink();
    state.checks().values().forEach(sink::emitHealthCheck);
    sink.put("health_system_status", state.system().status().value());
    sink.put("health_ready", state.isReady() ? 1 : 0);
    sink.put("health_uptime_seconds", state.uptime().toMillis() / 1e3);
    sink.put("health_retry_failures_1h", (double) state.retry().failures1h());
    sink.components(state);
    sink.usage("cpu", state.resources().cpu());
    sink.usage("memory", state.resources().memory());
    sink.usage("disk", state.resources().disk());
    return sink.snapshots(mode(state.fallback()));
  }

  private static StateSetSnapshot mode(FallbackHealth fallback) {
    StateSetDataPointSnapshot.Builder modes = StateSetDataPointSnapshot.builder();
    for (FallbackMode each : FallbackMode.values()) { // where it is not known, none is true
      modes.state(each.name(), each.name().equals(fallback.mode()));
    }
    return StateSetSnapshot.builder()
        .name("health_mode")
        .help("The mode of what is checked.")
        .dataPoint(modes.build())
        .build();
  }

  private void components(HealthState state) {
    Map<HealthStatus, Integer> counts = new LinkedHashMap<>();
    for (HealthStatus status : HealthStatus.values()) {
      counts.put(status, 0);
    }
    state.components().values().forEach(each -> counts.merge(each.status(), 1, Integer::sum));
    counts.forEach((status, count) -> put("health_components", count, "status", status.name()));
  }

  private void usage(String resource, Usage usage) {
    usage
        .percent()
        .ifPresent(percent -> put("health_resource_usage_percent", percent, "resource", resource));
  }

  private void put(String name, double value, String... label) {
    emit(name, value, label.length == 0 ? Map.of() : Map.of(label[0], label[1]));
  }

  /** Of checks whose names are one in metrics, the first one's values stay. */
  @Override
  public void emit(String name, double value, Map<String, String> labels) {
    Labels sorted = Labels.EMPTY;
    for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
      sorted = sorted.add(label.getKey(), label.getValue());
    }
    families.computeIfAbsent(name, first -> new LinkedHashMap<>()).putIfAbsent(sorted, value);
  }

  private MetricSnapshots snapshots(StateSetSnapshot mode) {
    MetricSnapshots.Builder all = MetricSnapshots.builder().metricSnapshot(mode);
    families.forEach((name, values) -> all.metricSnapshot(family(name, values)));
    return all.build();
  }

  private static GaugeSnapshot family(String name, Map<Labels, Double> values) {
    GaugeSnapshot.Builder family =
        GaugeSnapshot.builder().name(name).help("A measurement of health.");
    values.forEach(
        (labels, value) ->
            family.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
    return family.build();
  }
}
