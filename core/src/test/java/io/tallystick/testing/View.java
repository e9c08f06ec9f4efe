package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.tallystick.scrape.Exposition;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One way to show a scrape, by client_java's writers or ours.
 *
 * @param format a text format, or null for protobuf, of which the lines are those of its debug text
 * @param created whether created times are shown, which protobuf always does
 * @param inMs whether the text format has them in milliseconds
 */
public record View(TextFormat format, EscapingScheme escaping, boolean created, boolean inMs) {
  /** All of them. */
  public static List<View> all() {
    List<View> views = new ArrayList<>(texts());
    for (EscapingScheme escaping : EscapingScheme.values()) {
      views.add(new View(null, escaping, true, true));
    }
    return views;
  }

  /** Those of the text formats. */
  public static List<View> texts() {
    List<View> views = new ArrayList<>();
    for (EscapingScheme escaping : EscapingScheme.values()) {
      for (TextFormat format : TextFormat.values()) {
        views.add(new View(format, escaping, false, false));
        views.add(new View(format, escaping, true, false));
      }
      views.add(new View(TextFormat.PROMETHEUS, escaping, true, true));
    }
    return views;
  }

  /** Those of the text formats that have no created times. */
  public static List<View> timeless() {
    return texts().stream().filter(view -> !view.created()).toList();
  }

  /** Whether client_java can show it: dots make names of some labels that it then refuses. */
  public boolean canShow(MetricSnapshots snapshots) {
    return snapshots.stream()
        .flatMap(family -> family.getDataPoints().stream())
        .flatMap(point -> point.getLabels().stream())
        .map(label -> PrometheusNaming.escapeName(label.getName(), escaping))
        .allMatch(PrometheusNaming::isValidLabelName);
  }

  /** The lines of a directory, by our direct writer where it has the format. */
  public List<String> of(Scraper scraper, Predicate<String> names) throws IOException {
    if (format == null) {
      return of(scraper.snapshots(names));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    scraper.write(new Exposition(format, escaping, created, inMs, false), out, names);
    return lines(out.toString(UTF_8));
  }

  /** The lines that client_java's writers make of snapshots. */
  public List<String> of(MetricSnapshots snapshots) throws IOException {
    if (format == null) {
      return lines(new PrometheusProtobufWriter().toDebugString(snapshots, escaping));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer().write(out, snapshots, escaping);
    return lines(out.toString(UTF_8));
  }

  @SuppressWarnings("deprecation") // the exporters call it, too
  private ExpositionFormatWriter writer() {
    return switch (format) {
      case PROMETHEUS ->
          PrometheusTextFormatWriter.builder()
              .setIncludeCreatedTimestamps(created)
              .setTimestampsInMs(inMs)
              .build();
      case OPENMETRICS ->
          OpenMetricsTextFormatWriter.builder().setCreatedTimestampsEnabled(created).build();
    };
  }

  private static List<String> lines(String text) {
    return List.of(text.split("\n", -1));
  }
}
