package io.tallystick.server;

import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.config.PrometheusPropertiesException;
import io.prometheus.metrics.config.PrometheusPropertiesLoader;

/** The properties of client_java's exporters, {@code io.prometheus.*}, which hold here too. */
final class ExporterSettings {
  private ExporterSettings() {}

  /**
   * Those of system properties, the environment and files, where client_java looks for them.
   *
   * @throws UsageException if one is unknown, or its value is
   */
  static PrometheusProperties load() {
    try {
      return PrometheusPropertiesLoader.load();
    } catch (PrometheusPropertiesException e) {
      throw new UsageException("bad property of client_java: " + Lines.of(e));
    }
  }
}
