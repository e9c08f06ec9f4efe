package io.tallystick.health;

/** Whether something works. */
public enum HealthStatus {
  /** It works. */
  HEALTHY(1, 0),
  /** It works, but not as it should. */
  DEGRADED(0.5, 2),
  /** It does not work. */
  UNHEALTHY(0, 3),
  /** Nobody could say. */
  UNKNOWN(-1, 1);

  private final double value;
  private final int badness;

  HealthStatus(double value, int badness) {
    this.value = value;
    this.badness = badness;
  }

  /** What it is as a metric: 1, 0.5, 0 or -1. */
  public double value() {
    return value;
  }

  /** The worse of two; not to know is worse than healthy, and better than degraded. */
  public HealthStatus worse(HealthStatus other) {
    return other.badness > badness ? other : this;
  }
}
