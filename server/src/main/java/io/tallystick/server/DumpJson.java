package io.tallystick.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DistributionDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot.StateSetDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A scrape as JSON: one array of families, in the order of their names.
 *
 * <pre>{@code
 * [{"name":"http_requests","type":"counter","help":"Requests served.","unit":"seconds",
 *   "samples":[{"name":"http_requests_total","labels":{"path":"/"},"value":3}]}]
 * }</pre>
 *
 * <p>The samples of a family are in the order of their labels. A sample has a {@code name} where it
 * is not the family's. It has a {@code value}; or {@code count}, {@code sum} and, for a histogram,
 * {@code buckets} of {@code le} and the {@code count} of all observations up to it; or {@code
 * states}. A number that is not finite is a string: {@code "NaN"}, {@code "+Inf"}, {@code "-Inf"}.
 */
final class DumpJson {
  /** Beyond it a double cannot tell a whole number from its neighbours. */
  private static final double MAX_EXACT_INTEGER = 1L << 53;

  private final JsonGenerator json;

  private DumpJson(JsonGenerator json) {
    this.json = json;
  }

  /** Writes a scrape and a line feed; leaves the stream open. */
  static void write(MetricSnapshots snapshots, OutputStream out) throws IOException {
    Json.write(out, json -> new DumpJson(json).writeFamilies(sorted(snapshots)));
  }

  private void writeFamilies(List<MetricSnapshot> families) throws IOException {
    json.writeStartArray();
    for (MetricSnapshot family : families) {
      writeFamily(family);
    }
    json.writeEndArray();
  }

  private static List<MetricSnapshot> sorted(MetricSnapshots snapshots) {
    return snapshots.stream()
        .sorted(Comparator.comparing(family -> family.getMetadata().getExpositionBaseName()))
        .toList();
  }

  private void writeFamily(MetricSnapshot family) throws IOException {
    MetricMetadata metadata = family.getMetadata();
    String suffix = sampleSuffix(family);
    String name = withoutSuffix(metadata.getExpositionBaseName(), suffix);
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeStringField("type", type(family));
    json.writeStringField("help", metadata.getHelp() == null ? "" : metadata.getHelp());
    if (metadata.hasUnit()) {
      json.writeStringField("unit", String.valueOf(metadata.getUnit()));
    }
    json.writeArrayFieldStart("samples");
    List<DataPointSnapshot> samples = new ArrayList<>(family.getDataPoints());
    samples.sort(Comparator.comparing(DataPointSnapshot::getLabels));
    for (DataPointSnapshot sample : samples) {
      writeSample(name, suffix, sample);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** The exposed type, after which client_java names the snapshot's class. */
  private static String type(MetricSnapshot family) {
    if (family instanceof HistogramSnapshot histogram && histogram.isGaugeHistogram()) {
      return "gaugehistogram";
    }
    String type = family.getClass().getSimpleName().replace("Snapshot", "");
    return type.toLowerCase(Locale.ROOT);
  }

  private static String sampleSuffix(MetricSnapshot family) {
    if (family instanceof CounterSnapshot) {
      return "_total";
    }
    return family instanceof InfoSnapshot ? "_info" : "";
  }

  private static String withoutSuffix(String name, String suffix) {
    return name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name;
  }

  private void writeSample(String family, String suffix, DataPointSnapshot sample)
      throws IOException {
    json.writeStartObject();
    if (!suffix.isEmpty()) {
      json.writeStringField("name", family + suffix);
    }
    json.writeObjectFieldStart("labels");
    for (Label label : sample.getLabels()) {
      json.writeStringField(label.getName(), label.getValue());
    }
    json.writeEndObject();
    writeValues(sample);
    json.writeEndObject();
  }

  private void writeValues(DataPointSnapshot sample) throws IOException {
    if (sample instanceof CounterDataPointSnapshot counter) {
      writeNumber("value", counter.getValue());
    } else if (sample instanceof GaugeDataPointSnapshot gauge) {
      writeNumber("value", gauge.getValue());
    } else if (sample instanceof UnknownDataPointSnapshot unknown) {
      writeNumber("value", unknown.getValue());
    } else if (sample instanceof DistributionDataPointSnapshot distribution) {
      writeDistribution(distribution);
    } else if (sample instanceof StateSetDataPointSnapshot states) {
      writeStates(states);
    } else {
      writeNumber("value", 1); // the sample of an info
    }
  }

  private void writeDistribution(DistributionDataPointSnapshot sample) throws IOException {
    if (sample.hasCount()) {
      json.writeNumberField("count", sample.getCount());
    }
    if (sample.hasSum()) {
      writeNumber("sum", sample.getSum());
    }
    if (sample instanceof HistogramDataPointSnapshot histogram
        && histogram.hasClassicHistogramData()) {
      writeBuckets(histogram.getClassicBuckets());
    }
  }

  private void writeBuckets(ClassicHistogramBuckets buckets) throws IOException {
    json.writeArrayFieldStart("buckets");
    long cumulated = 0;
    for (int i = 0; i < buckets.size(); i++) {
      cumulated += buckets.getCount(i);
      json.writeStartObject();
      writeNumber("le", buckets.getUpperBound(i));
      json.writeNumberField("count", cumulated);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void writeStates(StateSetDataPointSnapshot sample) throws IOException {
    json.writeObjectFieldStart("states");
    for (StateSetSnapshot.State state : sample) {
      json.writeBooleanField(state.getName(), state.isTrue());
    }
    json.writeEndObject();
  }

  private void writeNumber(String field, double value) throws IOException {
    if (Double.isNaN(value)) {
      json.writeStringField(field, "NaN");
    } else if (Double.isInfinite(value)) {
      json.writeStringField(field, value > 0 ? "+Inf" : "-Inf");
    } else if (value == Math.rint(value) && Math.abs(value) <= MAX_EXACT_INTEGER) {
      json.writeNumberField(field, (long) value);
    } else {
      json.writeNumberField(field, value);
    }
  }
}
