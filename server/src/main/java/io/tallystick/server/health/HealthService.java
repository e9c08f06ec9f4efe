package io.tallystick.server.health;

import com.sun.net.httpserver.HttpHandler;
import io.tallystick.fallback.FallbackController;
import io.tallystick.health.HealthMonitor;
import io.tallystick.health.HealthSink;
import io.tallystick.health.PrometheusSink;
import java.util.List;

/**
 * The checks and sinks of a config, at work until it is closed.
 *
 * <p>Threading: any. Checks run on threads of the monitor's.
 */
public final class HealthService implements AutoCloseable {
  /** What the paths of requests for its handler begin with. */
  public static final List<String> PATHS = List.of("/health", "/monitoring");

  private final HealthMonitor monitor;
  private final HttpHandler handler;
  private final OpenedParts parts;

  private HealthService(HealthMonitor monitor, HttpHandler handler, OpenedParts parts) {
    this.monitor = monitor;
    this.handler = handler;
    this.parts = parts;
  }

  /**
   * Opens what the config names, and begins to run its checks. A store that is away does not keep
   * it from that.
   *
   * @throws ConfigException where the config names what cannot be used
   */
  public static HealthService start(HealthConfig config) {
    OpenedParts parts = new OpenedParts();
    try {
      HealthMonitor monitor = parts.add(monitor(config, parts));
      config.checks().forEach(check -> check.register(monitor, parts));
      monitor.start(config.interval());
      return new HealthService(monitor, new HealthHandler(monitor, config.secret()), parts);
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  private static HealthMonitor monitor(HealthConfig config, OpenedParts parts) {
    FallbackController controller = parts.add(FallbackController.builder().open());
    HealthMonitor.Builder builder =
        HealthMonitor.builder()
            .disk(config.disk())
            .maxThreads(config.maxThreads())
            .fallback(controller::health)
            .afterRun(controller::cascade);
    HealthSink reports = HealthSink.NONE;
    for (SinkSource source : config.sinks()) {
      HealthSink sink = source.open(reports, parts);
      builder.sink(sink);
      reports = sink instanceof PrometheusSink ? sink : reports;
    }
    return builder.build();
  }

  /** What answers requests. */
  public HttpHandler handler() {
    return handler;
  }

  /** Ends checks and sinks; twice does no harm. */
  @Override
  public void close() {
    monitor.close();
    parts.close();
  }
}
