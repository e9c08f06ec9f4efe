package io.tallystick.health;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Logs to {@code io.tallystick.health}: a check whose status has changed as INFO, or as WARNING
 * where it is not healthy any more; everything else as DEBUG. Each is one line, whatever a message
 * has in it.
 *
 * <p>Threading: any.
 */
public final class LoggingSink implements HealthSink {
  private static final System.Logger LOG = System.getLogger("io.tallystick.health");

  private static final Pattern NOT_IN_A_LINE = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+");

  private final Map<String, HealthStatus> last = new ConcurrentHashMap<>();

  @Override
  public void emit(String name, double value, Map<String, String> labels) {
    LOG.log(
        System.Logger.Level.DEBUG,
        () -> line(name + (labels.isEmpty() ? "" : labels) + " " + value));
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
            line(
                "health check: name="
                    + report.name()
                    + " status="
                    + report.status()
                    + " message="
                    + report.message()
                    + " latencyMs="
                    + report.latency().toMillis()));
  }

  /**
   * Without what a reader of the log could take for the next entry, or a terminal for a command.
   */
  private static String line(String text) {
    return NOT_IN_A_LINE.matcher(text).replaceAll(" ");
  }
}
