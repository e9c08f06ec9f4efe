package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.tallystick.merge.LabelText;
import io.tallystick.merge.MergedFamily;
import io.tallystick.shm.FamilyType;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one family in one exposition, with the parts that stay the same made once.
 *
 * <p>It is made again when the family's metadata, bounds or quantiles are.
 */
final class FamilyText {
  private static final byte[] EXEMPLAR_START = " # {".getBytes(UTF_8);
  private static final byte[] EXEMPLAR_END = "} ".getBytes(UTF_8);

  private final MergedFamily family;
  private final Exposition exposition;
  private final boolean openMetrics;
  private final MetricMetadata metadata;
  private final double[] bounds;
  private final double[] ranks;
  private final double[] quantiles; // of the series that is written
  private final byte[] header;
  private final byte[] createdHeader;
  private final SampleName sample;
  private final SampleName bucket;
  private final SampleName count;
  private final SampleName sum;
  private final SampleName created;
  private final byte[][] lastLabels; // what stands behind the series' own labels in each line

  FamilyText(MergedFamily family, Exposition exposition) {
    this.family = family;
    this.exposition = exposition;
    this.openMetrics = exposition.format() == TextFormat.OPENMETRICS;
    this.metadata = family.metadata();
    this.bounds = family.bounds();
    this.ranks = family.quantiles().ranks();
    this.quantiles = new double[ranks.length];
    FamilyType type = family.type();
    ExposedNames names = ExposedNames.of(metadata, type, exposition);
    String name = names.sample();
    String createdName = names.created() + "_created";
    this.header = HeaderText.of(exposition.format(), names.family(), type, metadata);
    this.createdHeader = HeaderText.ofCreated(createdName, metadata);
    this.sample = type == FamilyType.STATESET ? SampleName.unquoted(name) : SampleName.of(name);
    this.bucket = SampleName.of(name + "_bucket");
    this.count = SampleName.of(name + "_count");
    this.sum = SampleName.of(name + "_sum");
    this.created = SampleName.of(createdName);
    this.lastLabels = lastLabels(name);
  }

  private byte[][] lastLabels(String name) {
    return switch (family.type()) {
      case HISTOGRAM ->
          Arrays.stream(bounds)
              .mapToObj(bound -> SampleName.lastLabel("le", boundText(bound)))
              .toArray(byte[][]::new);
      case SUMMARY ->
          Arrays.stream(ranks)
              .mapToObj(rank -> SampleName.lastLabel("quantile", boundText(rank)))
              .toArray(byte[][]::new);
      case STATESET ->
          family.states().stream()
              .map(state -> SampleName.lastLabel(name, SampleName.escaped(state)))
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

  /** Whether what was made of the family still holds. */
  boolean isCurrent() {
    return family.metadata() == metadata
        && Arrays.equals(family.bounds(), bounds)
        && Arrays.equals(family.quantiles().ranks(), ranks);
  }

  /** Writes the family where it has anything to show. */
  void write(ByteSink sink) throws IOException {
    if (!family.isSeen()) {
      return;
    }
    boolean createdToo = openMetrics && exposition.createdTimestamps() && hasCreated();
    sink.put(header);
    for (int series : family.order()) {
      if (family.isSeen(series)) {
        byte[] labels = family.labelText(series, exposition.escaping());
        writeSeries(series, labels, sink);
        if (createdToo && family.createdMs(series) > 0) {
          created.start(labels, sink);
          sink.putSeconds(family.createdMs(series));
          sink.put('\n');
        }
      }
    }
  }

  /** Writes the created times as Prometheus' format has them: as a gauge, behind all families. */
  void writeCreated(ByteSink sink) throws IOException {
    if (!hasCreated()) {
      return;
    }
    boolean isDescribed = false;
    for (int series : family.order()) {
      long createdMs = family.createdMs(series);
      if (family.isSeen(series) && createdMs > 0) {
        if (!isDescribed) {
          isDescribed = true;
          sink.put(createdHeader);
        }
        created.start(family.labelText(series, exposition.escaping()), sink);
        if (exposition.timestampsInMs()) {
          sink.putLong(createdMs);
        } else {
          sink.putSeconds(createdMs);
        }
        sink.put('\n');
      }
    }
  }

  private boolean hasCreated() {
    return switch (family.type()) {
      case COUNTER, HISTOGRAM, SUMMARY -> true;
      default -> false;
    };
  }

  private void writeSeries(int series, byte[] labels, ByteSink sink) throws IOException {
    switch (family.type()) {
      case COUNTER -> {
        sample.start(labels, sink);
        sink.putDouble(family.total(series));
        putExemplar(openMetrics ? family.exemplar(series, 0) : null, sink);
        sink.put('\n');
      }
      case GAUGE -> {
        sample.start(labels, sink);
        sink.putDouble(family.sum(series));
        sink.put('\n');
      }
      case INFO -> {
        sample.start(labels, sink);
        sink.put('1');
        sink.put('\n');
      }
      case SUMMARY -> writeSummary(series, labels, sink);
      case HISTOGRAM -> writeHistogram(series, labels, sink);
      case STATESET -> {
        for (int state = 0; state < lastLabels.length; state++) {
          sample.start(labels, lastLabels[state], sink);
          sink.put(family.word(series, 1 + state) == 0 ? '0' : '1');
          sink.put('\n');
        }
      }
    }
  }

  private void writeSummary(int series, byte[] labels, ByteSink sink) throws IOException {
    if (quantiles.length > 0) {
      family.quantiles().read(series, quantiles);
    }
    for (int i = 0; i < quantiles.length; i++) {
      sample.start(labels, lastLabels[i], sink);
      sink.putDouble(quantiles[i]);
      sink.put('\n');
    }
    writeCountAndSum(series, labels, family.word(series, 0), sink);
  }

  private void writeHistogram(int series, byte[] labels, ByteSink sink) throws IOException {
    long cumulative = 0;
    for (int i = 0; i < lastLabels.length; i++) {
      cumulative += family.word(series, i);
      bucket.start(labels, lastLabels[i], sink);
      sink.putLong(cumulative);
      putExemplar(openMetrics ? exemplarOfBucket(series, i) : null, sink);
      sink.put('\n');
    }
    // OpenMetrics wants both or none
    if (!openMetrics || !Double.isNaN(family.sum(series))) {
      writeCountAndSum(series, labels, cumulative, sink);
    }
  }

  /** Leaves out a sum that is no number, as client_java does. */
  private void writeCountAndSum(int series, byte[] labels, long observations, ByteSink sink)
      throws IOException {
    count.start(labels, sink);
    sink.putLong(observations);
    if (openMetrics && exposition.exemplarsOnAllMetricTypes()) {
      putExemplar(latestExemplar(series, Double.NEGATIVE_INFINITY), sink);
    }
    sink.put('\n');
    double total = family.sum(series);
    if (!Double.isNaN(total)) {
      sum.start(labels, sink);
      sink.putDouble(total);
      sink.put('\n');
    }
  }

  /** A histogram without classic buckets has several exemplars, and one line for them. */
  private @Nullable Exemplar exemplarOfBucket(int series, int index) {
    return bounds.length == 1
        ? latestExemplar(series, -Double.MAX_VALUE)
        : family.exemplar(series, index);
  }

  private @Nullable Exemplar latestExemplar(int series, double least) {
    Exemplar latest = null;
    for (Exemplar exemplar : family.exemplars(series)) {
      if (exemplar.getValue() >= least
          && (latest == null || exemplar.getTimestampMillis() > latest.getTimestampMillis())) {
        latest = exemplar;
      }
    }
    return latest;
  }

  private void putExemplar(@Nullable Exemplar exemplar, ByteSink sink) throws IOException {
    if (exemplar == null) {
      return;
    }
    sink.put(EXEMPLAR_START);
    sink.put(LabelText.of(exemplar.getLabels(), exposition.escaping(), true));
    sink.put(EXEMPLAR_END);
    sink.putDouble(exemplar.getValue());
    sink.put(' ');
    sink.putSeconds(exemplar.getTimestampMillis());
  }
}
