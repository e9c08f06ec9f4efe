package io.tallystick.agent.attached;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.Mirror;
import io.tallystick.Tallystick;
import io.tallystick.scrape.ScrapeServer;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import org.jspecify.annotations.Nullable;

/** The agent in one JVM: its part in a directory, for as long as the JVM lives. */
public final class Attachment {
  private Attachment() {}

  /**
   * Starts it.
   *
   * @throws IllegalArgumentException where an option is not right; the message names it
   */
  public static void start(@Nullable String text, Instrumentation instrumentation)
      throws IOException {
    AgentOptions options = AgentOptions.parse(text == null ? "" : text);
    Tallystick tallystick = open(options);
    PrometheusRegistry registry = new PrometheusRegistry();
    if (options.jvmMetrics()) {
      JvmMetrics.builder().register(registry);
    }
    Mirror mirror = tallystick.mirror(registry);
    // Hooks run side by side, and the application goes on in its own: nothing is closed here.
    Runtime.getRuntime().addShutdownHook(new Thread(mirror::copy, "tallystick-agent-end"));
    new ApplicationRegistries(tallystick, instrumentation).watch();
    ScrapeServer unused =
        ScrapeServer.builder().scraper(tallystick.scraper()).port(options.port()).start();
  }

  private static Tallystick open(AgentOptions options) {
    Tallystick.Builder builder = Tallystick.builder();
    if (options.directory() != null) {
      builder.directory(options.directory());
    }
    return builder.open();
  }
}
