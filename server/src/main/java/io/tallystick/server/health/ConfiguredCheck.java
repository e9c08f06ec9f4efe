package io.tallystick.server.health;

import io.tallystick.health.HealthCheck;
import io.tallystick.health.HealthMonitor;
import java.time.Duration;
import java.util.Optional;

/**
 * A check of a config.
 *
 * @param node where it stands
 * @param timeLimit another one than its kind has
 */
record ConfiguredCheck(
    ConfigNode node, String name, CheckSource source, Optional<Duration> timeLimit) {
  /** Opens the check, and has a monitor run it. */
  void register(HealthMonitor monitor, OpenedParts parts) {
    HealthCheck check = source.open(monitor.components(), parts);
    HealthCheck limited = timeLimit.map(check::within).orElse(check);
    node.taken(
        () -> {
          monitor.register(name, limited);
          return name;
        });
  }
}
