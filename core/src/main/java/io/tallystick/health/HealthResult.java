package io.tallystick.health;

import java.util.Objects;

/**
 * What a check found, or what is reported of a component.
 *
 * @param message why it is so; empty where there is nothing to say. Without secrets: it is shown
 */
public record HealthResult(HealthStatus status, String message) {
  private static final int MOST_CHARS = 1_000;

  /** Cuts messages that are very long. */
  public HealthResult {
    Objects.requireNonNull(status, "status");
    message = message.length() > MOST_CHARS ? message.substring(0, MOST_CHARS) + "…" : message;
  }

  /** It works. */
  public static HealthResult healthy() {
    return new HealthResult(HealthStatus.HEALTHY, "");
  }

  /** It works, with something to say of it. */
  public static HealthResult healthy(String message) {
    return new HealthResult(HealthStatus.HEALTHY, message);
  }

  /** It works, but not as it should. */
  public static HealthResult degraded(String message) {
    return new HealthResult(HealthStatus.DEGRADED, message);
  }

  /** It does not work. */
  public static HealthResult unhealthy(String message) {
    return new HealthResult(HealthStatus.UNHEALTHY, message);
  }

  /** Nobody could say. */
  public static HealthResult unknown(String message) {
    return new HealthResult(HealthStatus.UNKNOWN, message);
  }
}
