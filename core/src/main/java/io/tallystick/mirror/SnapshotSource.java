package io.tallystick.mirror;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.Predicate;

/** Whatever has metrics to mirror: a registry of client_java, or one that is read like it. */
@FunctionalInterface
public interface SnapshotSource {
  /**
   * Collects the metrics whose names are included.
   *
   * @param includedNames asked once or more for a name before its metric is collected, so that a
   *     collector which fails can be left out the next time
   */
  SnapshotCursor collect(Predicate<String> includedNames);

  /** Reads a registry of client_java. */
  static SnapshotSource of(PrometheusRegistry registry) {
    return new RegistrySource(registry);
  }
}
