package io.tallystick.health;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Logs to {@code io.tallystick.health}: a check whose status has changed as INFO, or as WARNING
 * where it is not healthy any more; everything else as DEBUG.
 *
 * <p>Threading: any.
 */
public final class LoggingSink implements HealthSink {
  private static final System.Logger LOG = System.getLogger("io.tallystick.health");

  private final Map<String, HealthStatus> last = new ConcurrentHashMap<>();

  @Override
  public void emit(String name, double value, Map<String, String> labels) {
    LOG.log(System.Logger.Level.DEBUG, () -> name + (labels.isEmpty() ? "" : labels) + " " + value);
  }

  @Override
  public void emitHealthCheck(CheckReport report) {
    HealthStatus before = last.put(report.name(), report.status());
    System.Logger.Level level =
        before == report.status()
            ? System.Logger.Level.DEBUG
            : report.status() == HealthStatus.HEALTHY
                ? System.Logger.Level.INFO
                : System.Logger.Level.WARNING;
    LOG.log(
        level,
        () ->
            "health check: name="
                + report.name()
                + " status="
                + report.status()
                + " message="
                + report.message()
                + " latencyMs="
                + report.latency().toMillis());
  }
}
