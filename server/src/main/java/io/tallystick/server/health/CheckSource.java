package io.tallystick.server.health;

import io.tallystick.health.Components;
import io.tallystick.health.HealthCheck;

/** Opens a check of a config. */
@FunctionalInterface
interface CheckSource {
  /**
   * The check; what it needs to have closed is among the parts then.
   *
   * @throws ConfigException where only that shows that the config is wrong
   */
  HealthCheck open(Components components, OpenedParts parts);
}
