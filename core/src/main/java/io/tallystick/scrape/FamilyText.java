package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.merge.LabelText;
import io.tallystick.merge.MergedFamily;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one family in both text formats, with the parts that stay the same made once.
 *
 * <p>It is made again when the family's metadata or bounds are.
 */
final class FamilyText {
  private static final byte[] EXEMPLAR_START = " # {".getBytes(UTF_8);
  private static final byte[] EXEMPLAR_END = "} ".getBytes(UTF_8);

  private final MergedFamily family;
  private final MetricMetadata metadata;
  private final double[] bounds;
  private final byte[] prometheusHeader;
  private final byte[] openMetricsHeader;
  private final byte[] name;
  private final byte[] sample;
  private final byte[] bucket;
  private final byte[] count;
  private final byte[] sum;
  private final byte[][] lastLabels; // what stands behind the series' own labels in each line

  FamilyText(MergedFamily family) {
    this.family = family;
    this.metadata = family.metadata();
    this.bounds = family.bounds();
    String base =
        PrometheusNaming.escapeName(metadata.getName(), EscapingScheme.UNDERSCORE_ESCAPING);
    this.prometheusHeader = prometheusHeader(base).getBytes(UTF_8);
    this.openMetricsHeader = openMetricsHeader(base).getBytes(UTF_8);
    this.name = base.getBytes(UTF_8);
    this.sample = (base + suffix()).getBytes(UTF_8);
    this.bucket = (base + "_bucket").getBytes(UTF_8);
    this.count = (base + "_count").getBytes(UTF_8);
    this.sum = (base + "_sum").getBytes(UTF_8);
    this.lastLabels = lastLabels(base);
  }

  /** Whether what was made of the family still holds. */
  boolean isCurrent() {
    return family.metadata() == metadata && Arrays.equals(family.bounds(), bounds);
  }

  void write(TextFormat format, ByteSink sink) throws IOException {
    if (!family.isSeen()) {
      return;
    }
    sink.put(format == TextFormat.PROMETHEUS ? prometheusHeader : openMetricsHeader);
    for (int series : family.order()) {
      if (family.isSeen(series)) {
        writeSeries(format, series, family.labelText(series), sink);
      }
    }
  }

  private void writeSeries(TextFormat format, int series, byte[] labels, ByteSink sink)
      throws IOException {
    switch (family.type()) {
      case COUNTER -> {
        start(sample, labels, sink);
        sink.putDouble(family.total(series));
        putExemplar(format, family.exemplar(series, 0), sink);
        sink.put('\n');
      }
      case GAUGE -> {
        start(sample, labels, sink);
        sink.putDouble(family.sum(series));
        sink.put('\n');
      }
      case INFO -> {
        start(sample, labels, sink);
        sink.put('1');
        sink.put('\n');
      }
      case SUMMARY -> writeCountAndSum(series, labels, family.word(series, 0), sink);
      case HISTOGRAM -> writeHistogram(format, series, labels, sink);
      case STATESET -> {
        for (int state = 0; state < lastLabels.length; state++) {
          start(name, labels, lastLabels[state], sink);
          sink.put(family.word(series, 1 + state) == 0 ? '0' : '1');
          sink.put('\n');
        }
      }
    }
  }

  private void writeHistogram(TextFormat format, int series, byte[] labels, ByteSink sink)
      throws IOException {
    long cumulative = 0;
    for (int i = 0; i < lastLabels.length; i++) {
      cumulative += family.word(series, i);
      start(bucket, labels, lastLabels[i], sink);
      sink.putLong(cumulative);
      putExemplar(format, family.exemplar(series, i), sink);
      sink.put('\n');
    }
    // OpenMetrics wants both or none
    if (format == TextFormat.PROMETHEUS || !Double.isNaN(family.sum(series))) {
      writeCountAndSum(series, labels, cumulative, sink);
    }
  }

  /** Leaves out a sum that is no number, as client_java does. */
  private void writeCountAndSum(int series, byte[] labels, long observations, ByteSink sink)
      throws IOException {
    start(count, labels, sink);
    sink.putLong(observations);
    sink.put('\n');
    double total = family.sum(series);
    if (!Double.isNaN(total)) {
      start(sum, labels, sink);
      sink.putDouble(total);
      sink.put('\n');
    }
  }

  private static void putExemplar(TextFormat format, @Nullable Exemplar exemplar, ByteSink sink)
      throws IOException {
    if (exemplar == null || format != TextFormat.OPENMETRICS) {
      return;
    }
    sink.put(EXEMPLAR_START);
    sink.put(LabelText.of(exemplar.getLabels()));
    sink.put(EXEMPLAR_END);
    sink.putDouble(exemplar.getValue());
    sink.put(' ');
    long timeMs = exemplar.getTimestampMillis();
    sink.putLong(timeMs / 1000);
    sink.put('.');
    long millis = timeMs % 1000;
    sink.put((char) ('0' + millis / 100));
    sink.put((char) ('0' + millis / 10 % 10));
    sink.put((char) ('0' + millis % 10));
  }

  private static void start(byte[] name, byte[] labels, ByteSink sink) throws IOException {
    sink.put(name);
    if (labels.length > 0) {
      sink.put('{');
      sink.put(labels);
      sink.put('}');
    }
    sink.put(' ');
  }

  private static void start(byte[] name, byte[] labels, byte[] lastLabel, ByteSink sink)
      throws IOException {
    sink.put(name);
    sink.put('{');
    if (labels.length > 0) {
      sink.put(labels);
      sink.put(',');
    }
    sink.put(lastLabel);
    sink.put('}');
    sink.put(' ');
  }

  private String suffix() {
    return switch (family.type()) {
      case COUNTER -> "_total";
      case INFO -> "_info";
      default -> "";
    };
  }

  private String typeName() {
    return switch (family.type()) {
      case COUNTER -> "counter";
      case GAUGE -> "gauge";
      case HISTOGRAM -> "histogram";
      case SUMMARY -> "summary";
      case INFO -> "info";
      case STATESET -> "stateset";
    };
  }

  private String prometheusHeader(String base) {
    String sampleName = base + suffix();
    String type =
        switch (family.type()) {
          case INFO, STATESET -> "gauge";
          default -> typeName();
        };
    StringBuilder header = new StringBuilder();
    String help = metadata.getHelp();
    if (help != null && !help.isEmpty()) {
      header.append("# HELP ").append(sampleName).append(' ');
      header.append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
    }
    return header
        .append("# TYPE ")
        .append(sampleName)
        .append(' ')
        .append(type)
        .append('\n')
        .toString();
  }

  private String openMetricsHeader(String base) {
    StringBuilder header = new StringBuilder();
    header.append("# TYPE ").append(base).append(' ').append(typeName()).append('\n');
    Unit unit = metadata.getUnit();
    if (unit != null) {
      header.append("# UNIT ").append(base).append(' ').append(escaped(unit.toString()));
      header.append('\n');
    }
    String help = metadata.getHelp();
    if (help != null && !help.isEmpty()) {
      header.append("# HELP ").append(base).append(' ').append(escaped(help)).append('\n');
    }
    return header.toString();
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private byte[][] lastLabels(String base) {
    return switch (family.type()) {
      case HISTOGRAM ->
          Arrays.stream(bounds)
              .mapToObj(bound -> "le=\"" + boundText(bound) + '"')
              .map(text -> text.getBytes(UTF_8))
              .toArray(byte[][]::new);
      case STATESET ->
          family.states().stream()
              .map(state -> base + "=\"" + escaped(state) + '"')
              .map(text -> text.getBytes(UTF_8))
              .toArray(byte[][]::new);
      default -> new byte[0][];
    };
  }

  private static String boundText(double bound) {
    if (bound == Double.POSITIVE_INFINITY) {
      return "+Inf";
    }
    return bound == Double.NEGATIVE_INFINITY ? "-Inf" : Double.toString(bound);
  }
}
