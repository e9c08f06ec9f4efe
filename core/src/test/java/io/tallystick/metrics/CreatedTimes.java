package io.tallystick.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.HashMap;
import java.util.Map;

/**
 * When the series of client_java were created, by a clock that a test turns; client_java itself
 * asks the system's.
 */
final class CreatedTimes {
  private final Map<Series, Long> times = new HashMap<>();

  /** Takes those for new, and made at this time, that were not there at the last call. */
  void note(MetricSnapshots present, long nowMs) {
    Map<Series, Long> before = Map.copyOf(times);
    times.clear();
    for (MetricSnapshot family : present) {
      for (DataPointSnapshot point : family.getDataPoints()) {
        Series series = new Series(family.getMetadata().getName(), point.getLabels());
        times.put(series, before.getOrDefault(series, nowMs));
      }
    }
  }

  /** The snapshots, with these times in the place of the system's. */
  MetricSnapshots in(MetricSnapshots snapshots) {
    return new MetricSnapshots(snapshots.stream().map(this::in).toList());
  }

  private MetricSnapshot in(MetricSnapshot family) {
    if (family instanceof CounterSnapshot counter) {
      return new CounterSnapshot(
          counter.getMetadata(),
          counter.getDataPoints().stream()
              .map(
                  point ->
                      new CounterDataPointSnapshot(
                          point.getValue(),
                          point.getLabels(),
                          point.getExemplar(),
                          of(family, point)))
              .toList());
    }
    if (family instanceof HistogramSnapshot histogram) {
      return new HistogramSnapshot(
          histogram.getMetadata(),
          histogram.getDataPoints().stream()
              .map(
                  point ->
                      new HistogramDataPointSnapshot(
                          point.getClassicBuckets(),
                          point.getNativeSchema(),
                          point.getNativeZeroCount(),
                          point.getNativeZeroThreshold(),
                          point.getNativeBucketsForPositiveValues(),
                          point.getNativeBucketsForNegativeValues(),
                          point.getSum(),
                          point.getLabels(),
                          point.getExemplars(),
                          of(family, point)))
              .toList());
    }
    if (family instanceof SummarySnapshot summary) {
      return new SummarySnapshot(
          summary.getMetadata(),
          summary.getDataPoints().stream()
              .map(
                  point ->
                      new SummaryDataPointSnapshot(
                          point.getCount(),
                          point.getSum(),
                          point.getQuantiles(),
                          point.getLabels(),
                          point.getExemplars(),
                          of(family, point)))
              .toList());
    }
    return family;
  }

  private long of(MetricSnapshot family, DataPointSnapshot point) {
    return times.get(new Series(family.getMetadata().getName(), point.getLabels()));
  }

  private record Series(String family, Labels labels) {}
}
