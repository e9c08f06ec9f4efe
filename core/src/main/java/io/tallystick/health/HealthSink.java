package io.tallystick.health;

import java.util.Map;

/**
 * Takes measurements of health to where they are looked at.
 *
 * <p>Threading: any. A {@link HealthMonitor} calls it by one thread at a time, does not wait for
 * it, and leaves out what it has where the call before has not returned; what it throws is logged
 * once.
 */
@FunctionalInterface
public interface HealthSink extends AutoCloseable {
  /** A sink that does nothing. */
  HealthSink NONE = (name, value, labels) -> {};

  /** Takes the present value of something. */
  void emit(String name, double value, Map<String, String> labels);

  /**
   * Takes how often something has happened since the last time.
   *
   * @param amount not below zero
   */
  default void emitCounter(String name, double amount, Map<String, String> labels) {
    emit(name, amount, labels);
  }

  /** Takes one of many values whose distribution is looked at. */
  default void emitHistogram(String name, double value, Map<String, String> labels) {
    emit(name, value, labels);
  }

  /**
   * Takes the result of a check, as {@code health_check_<name>_status} (1, 0.5, 0 or -1) and {@code
   * health_check_<name>_latency_ms}. What of the name cannot stand in a metric's is a {@code _}.
   */
  default void emitHealthCheck(CheckReport report) {
    String prefix = "health_check_" + Names.inMetrics(report.name());
    emit(prefix + "_status", report.status().value(), Map.of());
    emit(prefix + "_latency_ms", report.latency().toNanos() / 1e6, Map.of());
  }

  /** Sends what is still to be sent, as far as that is quick; twice does no harm. */
  @Override
  default void close() {}
}
