package io.tallystick.server;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.ExporterProperties;
import io.tallystick.python.PythonLayout;
import io.tallystick.scrape.Exposition;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How {@code tallystick dump} writes a scrape. */
enum DumpFormat {
  /** Prometheus' text format 0.0.4. */
  TEXT("text"),

  /** OpenMetrics 1.0. */
  OPENMETRICS("openmetrics"),

  /** One array of families, as {@link DumpJson} describes. */
  JSON("json"),

  /** Files of client_python's multiprocess mode. */
  PYTHON_DB("python-db"),

  /** The same, for client_python up to 0.16. */
  PYTHON_DB_0_16("python-db-0.16");

  private final String option;

  DumpFormat(String option) {
    this.option = option;
  }

  /** The format that has this name on the command line. */
  static DumpFormat named(String name) {
    for (DumpFormat format : values()) {
      if (format.option.equals(name)) {
        return format;
      }
    }
    String options =
        Arrays.stream(values()).map(DumpFormat::toString).collect(Collectors.joining(", "));
    throw new UsageException("unknown format: format=" + name + "; use one of " + options);
  }

  /** Whether it is a format of lines, in which names are escaped. */
  boolean isText() {
    return this == TEXT || this == OPENMETRICS;
  }

  /** Writes one scrape as a stream. */
  void write(
      Scraper scraper,
      EscapingScheme escaping,
      ExporterProperties properties,
      Predicate<String> names,
      OutputStream out)
      throws IOException {
    if (this == JSON) {
      DumpJson.write(scraper.snapshots(names), out);
      return;
    }
    TextFormat format = this == OPENMETRICS ? TextFormat.OPENMETRICS : TextFormat.PROMETHEUS;
    scraper.write(Exposition.of(format, escaping, properties), out, names);
  }

  /** The layout of client_python's files; null where it is a stream. */
  @Nullable PythonLayout layout() {
    return switch (this) {
      case PYTHON_DB -> PythonLayout.WITH_TIMESTAMP;
      case PYTHON_DB_0_16 -> PythonLayout.VALUE_ONLY;
      default -> null;
    };
  }

  @Override
  public String toString() {
    return option;
  }
}
