package io.tallystick.health;

import java.time.Instant;

/**
 * What is known of a component: what was reported of it, what the check of its name found, or the
 * worse of both.
 *
 * @param updatedAt when that was
 */
public record ComponentHealth(HealthStatus status, String message, Instant updatedAt) {
  ComponentHealth worse(ComponentHealth other) {
    return status.worse(other.status) == status ? this : other;
  }
}
