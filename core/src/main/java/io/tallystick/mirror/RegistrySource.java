package io.tallystick.mirror;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.Predicate;

/**
 * Reads a registry of client_java.
 *
 * <p>This class and {@link ClientJavaCursor} are all that knows client_java's classes. So an agent
 * may define the two once more against the copy of client_java that an application has.
 */
public final class RegistrySource implements SnapshotSource {
  private final PrometheusRegistry registry;

  public RegistrySource(PrometheusRegistry registry) {
    this.registry = registry;
  }

  @Override
  public SnapshotCursor collect(Predicate<String> includedNames) {
    return new ClientJavaCursor(registry.scrape(includedNames));
  }
}
