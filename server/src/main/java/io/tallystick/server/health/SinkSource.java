package io.tallystick.server.health;

import io.tallystick.health.HealthSink;

/** Opens a sink of a config. */
@FunctionalInterface
interface SinkSource {
  /**
   * The sink, which is among the parts then.
   *
   * @param reports where it counts what it sends
   * @throws ConfigException where only that shows that the config is wrong
   */
  HealthSink open(HealthSink reports, OpenedParts parts);
}
