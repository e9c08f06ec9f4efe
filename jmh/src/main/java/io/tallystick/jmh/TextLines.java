package io.tallystick.jmh;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** The samples of many counters and some histograms, and a way to write them as text. */
interface TextLines {
  int COUNTERS = 50_000;
  int HISTOGRAMS = 2_500;
  int LINES_OF_HISTOGRAM = 14; // eleven bounds and the infinite one, count and sum
  int LINES = COUNTERS + HISTOGRAMS * LINES_OF_HISTOGRAM;

  void writePrometheus(OutputStream out) throws IOException;

  void writeOpenMetrics(OutputStream out) throws IOException;

  /** Fails where a format has not all lines. */
  default void requireAll() throws IOException {
    ByteArrayOutputStream prometheus = new ByteArrayOutputStream();
    writePrometheus(prometheus);
    require(prometheus.toString(UTF_8));
    ByteArrayOutputStream openMetrics = new ByteArrayOutputStream();
    writeOpenMetrics(openMetrics);
    require(openMetrics.toString(UTF_8));
  }

  private static void require(String text) {
    long lines = SampleLines.count(text, "shop_");
    if (lines != LINES) {
      throw new IllegalStateException("lines missing: expected=" + LINES + " written=" + lines);
    }
  }

  /** The direct writer, which reads the directory each time. */
  static TextLines tallystick(SharedMemory memory) throws IOException {
    Scraper scraper = count(memory);
    return new TextLines() {
      @Override
      public void writePrometheus(OutputStream out) throws IOException {
        scraper.write(TextFormat.PROMETHEUS, out);
      }

      @Override
      public void writeOpenMetrics(OutputStream out) throws IOException {
        scraper.write(TextFormat.OPENMETRICS, out);
      }
    };
  }

  /** client_java's writers, with the snapshots of one scrape. */
  static TextLines clientJava(SharedMemory memory) throws IOException {
    MetricSnapshots snapshots = count(memory).snapshots();
    PrometheusTextFormatWriter prometheus = PrometheusTextFormatWriter.create();
    OpenMetricsTextFormatWriter openMetrics = OpenMetricsTextFormatWriter.create();
    return new TextLines() {
      @Override
      public void writePrometheus(OutputStream out) throws IOException {
        prometheus.write(out, snapshots, EscapingScheme.DEFAULT);
      }

      @Override
      public void writeOpenMetrics(OutputStream out) throws IOException {
        openMetrics.write(out, snapshots, EscapingScheme.DEFAULT);
      }
    };
  }

  /** The floor: the same beginnings of lines, the same for both formats. */
  static TextLines plain(SharedMemory memory) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    count(memory).write(TextFormat.PROMETHEUS, text);
    byte[][] prefixes =
        text.toString(UTF_8)
            .lines()
            .filter(line -> line.startsWith("shop_"))
            .map(line -> line.substring(0, line.lastIndexOf(' ') + 1).getBytes(UTF_8))
            .toArray(byte[][]::new);
    ScrapeTarget.PlainText plain =
        new ScrapeTarget.PlainText(prefixes, new long[1][prefixes.length]);
    return new TextLines() {
      @Override
      public void writePrometheus(OutputStream out) throws IOException {
        plain.write(out);
      }

      @Override
      public void writeOpenMetrics(OutputStream out) throws IOException {
        plain.write(out);
      }
    };
  }

  /** Counts in a directory of this process, and opens it as another would. */
  static Scraper count(SharedMemory memory) throws IOException {
    SeriesNames names = new SeriesNames(1, COUNTERS, "/shop");
    Tallystick tallystick = memory.open(builder -> builder.maxSeriesPerMetric(2 * COUNTERS));
    Counter requests =
        Counter.builder()
            .name("shop_requests_total")
            .help("Requests served.")
            .labelNames("path", "status")
            .register(tallystick);
    for (int series = 0; series < COUNTERS; series++) {
      requests.labelValues(names.path(series), names.status(series)).inc(series);
    }
    Histogram durations =
        Histogram.builder()
            .classicOnly()
            .name("shop_duration_seconds")
            .help("Time that requests took.")
            .labelNames("path", "status")
            .register(tallystick);
    for (int series = 0; series < HISTOGRAMS; series++) {
      durations.labelValues(names.path(series), names.status(series)).observe(series / 1024.0);
    }
    return Scraper.open(memory.directory());
  }
}
