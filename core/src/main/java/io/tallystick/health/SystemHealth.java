package io.tallystick.health;

import java.util.Collection;

/**
 * All components in one.
 *
 * @param status UNHEALTHY where one is, else DEGRADED where one is, else UNKNOWN where one is, else
 *     HEALTHY
 */
public record SystemHealth(
    HealthStatus status,
    int healthyComponents,
    int degradedComponents,
    int failedComponents,
    int totalComponents) {
  static SystemHealth of(Collection<ComponentHealth> components) {
    HealthStatus worst = HealthStatus.HEALTHY;
    for (ComponentHealth component : components) {
      worst = worst.worse(component.status());
    }
    return new SystemHealth(
        worst,
        count(components, HealthStatus.HEALTHY),
        count(components, HealthStatus.DEGRADED),
        count(components, HealthStatus.UNHEALTHY),
        components.size());
  }

  private static int count(Collection<ComponentHealth> components, HealthStatus status) {
    return (int) components.stream().filter(component -> component.status() == status).count();
  }
}
