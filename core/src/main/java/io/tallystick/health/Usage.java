package io.tallystick.health;

import java.util.OptionalDouble;

/**
 * How much of something is in use.
 *
 * @param percent from 0 to 100; empty where nobody can say
 * @param status by its thresholds; UNKNOWN where nobody can say
 */
public record Usage(OptionalDouble percent, HealthStatus status) {
  /** Where nobody can say. */
  public static final Usage UNKNOWN = new Usage(OptionalDouble.empty(), HealthStatus.UNKNOWN);

  /**
   * A usage with its status: DEGRADED and UNHEALTHY from these percentages on.
   *
   * @param percent not a number, or below zero, where nobody can say
   */
  static Usage of(double percent, double degradedFrom, double unhealthyFrom) {
    if (!(percent >= 0)) {
      return UNKNOWN;
    }
    HealthStatus status =
        percent >= unhealthyFrom
            ? HealthStatus.UNHEALTHY
            : percent >= degradedFrom ? HealthStatus.DEGRADED : HealthStatus.HEALTHY;
    return new Usage(OptionalDouble.of(Math.min(100, percent)), status);
  }
}
