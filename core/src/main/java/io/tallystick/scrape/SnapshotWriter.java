package io.tallystick.scrape;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot.StateSetDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.MergedQuantiles;
import io.tallystick.merge.NativeBuckets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/** Makes client_java's snapshots of merged families. */
public final class SnapshotWriter {
  private SnapshotWriter() {}

  /** The snapshots of the families of whose names one is included. */
  public static MetricSnapshots snapshots(
      List<MergedFamily> families, Predicate<String> includedNames) {
    List<MetricSnapshot> snapshots = new ArrayList<>();
    for (MergedFamily family : families) {
      if (NameFilter.includes(includedNames, family.metadata())) {
        snapshots.add(snapshot(family));
      }
    }
    return new MetricSnapshots(snapshots);
  }

  private static MetricSnapshot snapshot(MergedFamily family) {
    MetricMetadata metadata = family.metadata();
    return switch (family.type()) {
      case COUNTER -> new CounterSnapshot(metadata, points(family, s -> counter(family, s)));
      case GAUGE -> new GaugeSnapshot(metadata, points(family, s -> gauge(family, s)));
      case HISTOGRAM -> new HistogramSnapshot(metadata, points(family, s -> histogram(family, s)));
      case SUMMARY -> new SummarySnapshot(metadata, points(family, s -> summary(family, s)));
      case INFO ->
          new InfoSnapshot(
              metadata, points(family, s -> new InfoDataPointSnapshot(family.labels(s))));
      case STATESET -> new StateSetSnapshot(metadata, points(family, s -> stateSet(family, s)));
    };
  }

  private static <T> List<T> points(MergedFamily family, IntFunction<T> point) {
    List<T> points = new ArrayList<>(family.size());
    for (int series : family.order()) {
      if (family.isSeen(series)) {
        points.add(point.apply(series));
      }
    }
    return points;
  }

  private static CounterDataPointSnapshot counter(MergedFamily family, int series) {
    return CounterDataPointSnapshot.builder()
        .value(family.total(series))
        .labels(family.labels(series))
        .exemplar(family.exemplar(series, 0))
        .createdTimestampMillis(family.createdMs(series))
        .build();
  }

  private static GaugeDataPointSnapshot gauge(MergedFamily family, int series) {
    return GaugeDataPointSnapshot.builder()
        .value(family.sum(series))
        .labels(family.labels(series))
        .build();
  }

  private static HistogramDataPointSnapshot histogram(MergedFamily family, int series) {
    double[] bounds = family.bounds();
    long[] counts = new long[bounds.length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = family.word(series, i);
    }
    ClassicHistogramBuckets classic =
        family.nativeShape() != null && bounds.length == 1
            ? ClassicHistogramBuckets.EMPTY
            : ClassicHistogramBuckets.of(bounds, counts);
    if (family.nativeShape() == null) {
      return new HistogramDataPointSnapshot(
          classic,
          family.sum(series),
          family.labels(series),
          Exemplars.of(family.exemplars(series)),
          family.createdMs(series));
    }
    NativeBuckets natives = family.nativeBuckets(series);
    return new HistogramDataPointSnapshot(
        classic,
        natives.schema(),
        natives.zeroCount(),
        natives.zeroThreshold(),
        buckets(natives, false),
        buckets(natives, true),
        family.sum(series),
        family.labels(series),
        Exemplars.of(family.exemplars(series)),
        family.createdMs(series));
  }

  private static NativeHistogramBuckets buckets(NativeBuckets natives, boolean negative) {
    int[] indexes = natives.indexes(negative);
    long[] counts = new long[indexes.length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = natives.count(negative, indexes[i]);
    }
    return NativeHistogramBuckets.of(indexes, counts);
  }

  private static SummaryDataPointSnapshot summary(MergedFamily family, int series) {
    return new SummaryDataPointSnapshot(
        family.word(series, 0),
        family.sum(series),
        quantiles(family.quantiles(), series),
        family.labels(series),
        Exemplars.EMPTY,
        family.createdMs(series));
  }

  private static Quantiles quantiles(MergedQuantiles merged, int series) {
    double[] ranks = merged.ranks();
    if (ranks.length == 0) {
      return Quantiles.EMPTY;
    }
    double[] values = new double[ranks.length];
    merged.read(series, values);
    Quantiles.Builder quantiles = Quantiles.builder();
    for (int i = 0; i < ranks.length; i++) {
      quantiles.quantile(ranks[i], values[i]);
    }
    return quantiles.build();
  }

  private static StateSetDataPointSnapshot stateSet(MergedFamily family, int series) {
    Labels labels = family.labels(series);
    String[] names = family.states().toArray(String[]::new);
    boolean[] values = new boolean[names.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = family.word(series, 1 + i) != 0;
    }
    return new StateSetDataPointSnapshot(names, values, labels);
  }
}
