package io.tallystick.health;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What a run has for sinks. Immutable.
 *
 * @param reports of all checks, and of those that have gone since the emission before
 */
record Emission(List<CheckReport> reports, HealthStatus system) {
  static Emission of(
      SortedMap<String, CheckReport> before,
      SortedMap<String, CheckReport> now,
      HealthStatus system,
      Instant time) {
    List<CheckReport> reports = new ArrayList<>(now.values());
    for (String name : before.keySet()) {
      if (!now.containsKey(name)) {
        reports.add(gone(name, time));
      }
    }
    return new Emission(List.copyOf(reports), system);
  }

  private static CheckReport gone(String name, Instant time) {
    return new CheckReport(
        name, HealthStatus.UNKNOWN, "Health check is not registered any more", Duration.ZERO, time);
  }

  void to(HealthSink sink) {
    reports.forEach(sink::emitHealthCheck);
    sink.emit("health_system_status", system.value(), Map.of());
  }
}
