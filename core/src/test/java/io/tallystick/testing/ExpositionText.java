package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/** Expositions as lines, so that two can be compared. */
public final class ExpositionText {
  private static final String OWN_FAMILIES = "tallystick_";

  private ExpositionText() {}

  /** What our direct writer makes of a directory. */
  public static List<String> of(Scraper scraper, TextFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    scraper.write(format, out);
    return lines(out);
  }

  /** What client_java's writers make of snapshots. */
  public static List<String> of(MetricSnapshots snapshots, TextFormat format) throws IOException {
    ExpositionFormatWriter writer =
        switch (format) {
          case PROMETHEUS -> PrometheusTextFormatWriter.create();
          case OPENMETRICS -> OpenMetricsTextFormatWriter.create();
        };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out, snapshots, EscapingScheme.UNDERSCORE_ESCAPING);
    return lines(out);
  }

  /** The lines without those of the families that a scraper adds of its own. */
  public static List<String> withoutOwn(List<String> lines) {
    return withoutFamilies(lines, OWN_FAMILIES);
  }

  /** The lines without those of families whose names start like this. */
  public static List<String> withoutFamilies(List<String> lines, String namePrefix) {
    return lines.stream().filter(line -> !nameIn(line).startsWith(namePrefix)).toList();
  }

  private static String nameIn(String line) {
    return line.startsWith("# ") ? line.replaceFirst("^# (HELP|TYPE|UNIT) ", "") : line;
  }

  private static List<String> lines(ByteArrayOutputStream out) {
    return List.of(out.toString(UTF_8).split("\n", -1));
  }
}
