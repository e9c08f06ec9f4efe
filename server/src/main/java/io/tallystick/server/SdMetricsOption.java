package io.tallystick.server;

import com.sun.net.httpserver.HttpHandler;
import io.prometheus.metrics.config.PrometheusProperties;
import io.tallystick.Tallystick;
import io.tallystick.scrape.MetricsHandler;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --dir}: the directory in which servers and workers of a host count together. */
final class SdMetricsOption {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "The directory in which servers and workers of this host count together (default: that"
              + " of TALLYSTICK_DIR, else this user's in shared memory).")
  private @Nullable String directory;

  /**
   * This process' part in the directory, which the caller closes.
   *
   * @throws UsageException if it cannot be used
   */
  Tallystick open() {
    try {
      return directory == null
          ? Tallystick.builder().open()
          : Tallystick.open(Path.of(requireName(directory)));
    } catch (UncheckedIOException | IllegalArgumentException e) {
      throw new UsageException("directory cannot be used: " + Lines.of(e));
    }
  }

  private static String requireName(String name) {
    if (name.isBlank()) {
      throw new UsageException("directory name is empty: give --dir one to count in");
    }
    return name;
  }

  /** What answers scrapes of the directory, whatever path they ask for. */
  static HttpHandler handler(Tallystick tallystick) {
    PrometheusProperties properties = ExporterSettings.load();
    return MetricsHandler.atAnyPath(tallystick.scraper(), properties);
  }
}
