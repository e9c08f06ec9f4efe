package io.tallystick.health;

/**
 * How much CPU, memory and disk of the host, or of the container, is in use.
 *
 * @param cpu DEGRADED from 70 % on, UNHEALTHY from 90 %
 * @param memory from 75 % and 90 %
 * @param disk from 80 % and 95 %
 */
public record Resources(Usage cpu, Usage memory, Usage disk) {
  /** Where nobody can say. */
  public static final Resources UNKNOWN =
      new Resources(Usage.UNKNOWN, Usage.UNKNOWN, Usage.UNKNOWN);

  /** Whether anything could be found out. */
  public boolean available() {
    return cpu.percent().isPresent() || memory.percent().isPresent() || disk.percent().isPresent();
  }

  /** The worst of those of which something could be found out. */
  public HealthStatus overall() {
    if (!available()) {
      return HealthStatus.UNKNOWN;
    }
    return known(cpu).worse(known(memory)).worse(known(disk));
  }

  private static HealthStatus known(Usage usage) {
    return usage.percent().isPresent() ? usage.status() : HealthStatus.HEALTHY;
  }
}
