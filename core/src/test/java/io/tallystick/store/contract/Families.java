package io.tallystick.store.contract;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.QuantileShape;
import io.tallystick.store.ExemplarValue;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.NativeValues;
import io.tallystick.store.Publication;
import io.tallystick.store.QuantileValues;
import io.tallystick.store.SeriesValues;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Families for the clauses of ledgers. */
final class Families {
  static final Duration LEASE = Duration.ofMinutes(1);

  private static final double INF = Double.POSITIVE_INFINITY;

  private Families() {}

  static SeriesValues series(Labels labels, List<Long> counts, double sum, long writtenMs) {
    return new SeriesValues(labels, 1, writtenMs, counts, sum, 0, null, null, List.of());
  }

  /** A counter's series that counts half a unit more than this. */
  static SeriesValues count(String path, long count) {
    return series(Labels.of("path", path), List.of(count), 0.5, 0);
  }

  static FamilyValues counter(SeriesValues... series) {
    return family("m", FamilyType.COUNTER, GaugeMode.ALL, List.of(), series);
  }

  static FamilyValues family(
      String name, FamilyType type, GaugeMode mode, List<Double> bounds, SeriesValues... series) {
    return new FamilyValues(
        name,
        name,
        name,
        type,
        mode,
        "help of " + name,
        null,
        bounds,
        List.of(),
        List.of(),
        1,
        List.of(series));
  }

  static FamilyValues gauge(GaugeMode mode, double value, long writtenMs) {
    Labels labels = mode.isPerProcess() ? Labels.of("pid", "1") : Labels.EMPTY;
    SeriesValues series = series(labels, List.of(), value, writtenMs);
    return family("g_" + mode, FamilyType.GAUGE, mode, List.of(), series);
  }

  static FamilyValues histogram(List<Double> bounds, List<Long> counts) {
    SeriesValues series = series(Labels.EMPTY, counts, 1, 0);
    return family("h", FamilyType.HISTOGRAM, GaugeMode.ALL, bounds, series);
  }

  static Publication all(String source, long version, FamilyValues... families) {
    return Publication.ofAll(source, version, List.of(families), LEASE);
  }

  /** One series of each type, with all that it can have. */
  static Publication allTypes(String source, long version, long nowMs) {
    return all(
        source,
        version,
        typed("c", FamilyType.COUNTER, List.of(), List.of(), exemplary(List.of(3L), 0.25, nowMs)),
        gauge(GaugeMode.MAX, 7, nowMs),
        typed(
            "native",
            FamilyType.HISTOGRAM,
            List.of(),
            parameters(new NativeShape(2, 1e-9, 1e-3, 100).toParameters()),
            natives()),
        typed(
            "s",
            FamilyType.SUMMARY,
            List.of(),
            parameters(quantiles().published().toParameters()),
            quantiles(nowMs)),
        typed(
            "i",
            FamilyType.INFO,
            List.of(),
            List.of(),
            series(Labels.of("version", "\ud83d\ude00\"\\\n"), List.of(), 0, nowMs)),
        typed(
            "state",
            FamilyType.STATESET,
            List.of("off", "on"),
            List.of(),
            series(Labels.EMPTY, List.of(0L, 1L), 0, nowMs)));
  }

  private static FamilyValues typed(
      String name,
      FamilyType type,
      List<String> states,
      List<Double> parameters,
      SeriesValues series) {
    boolean isHistogram = type == FamilyType.HISTOGRAM;
    boolean hasUnit = type != FamilyType.INFO && type != FamilyType.STATESET;
    String full = hasUnit ? name + "_seconds" : name;
    return new FamilyValues(
        full,
        full,
        full,
        type,
        GaugeMode.ALL,
        null,
        hasUnit ? "seconds" : null,
        isHistogram ? List.of(INF) : List.of(),
        states,
        parameters,
        1,
        List.of(series));
  }

  private static List<Double> parameters(double[] parameters) {
    return Arrays.stream(parameters).boxed().toList();
  }

  private static SeriesValues exemplary(List<Long> counts, double sum, long nowMs) {
    ExemplarValue exemplar = new ExemplarValue(1, Labels.of("trace_id", "abc"), nowMs);
    return new SeriesValues(
        Labels.of("path", "/"), 1, 0, counts, sum, 0, null, null, List.of(exemplar));
  }

  private static SeriesValues natives() {
    NativeValues natives =
        new NativeValues(2, 1e-9, 1, new TreeMap<>(Map.of(3, 2L)), new TreeMap<>(Map.of(-1, 4L)));
    return new SeriesValues(
        Labels.EMPTY, 1, 0, List.of(7L), 1.5, 0x1p-60, natives, null, List.of());
  }

  private static QuantileShape quantiles() {
    return QuantileShape.of(300_000, 5, new double[] {0.5, 0.99}, new double[] {0.01, 0.001});
  }

  private static SeriesValues quantiles(long nowMs) {
    long startMs = Math.floorDiv(nowMs, quantiles().sliceMs()) * quantiles().sliceMs();
    List<QuantileValues.Entry> entries =
        List.of(new QuantileValues.Entry(1, 1, 1), new QuantileValues.Entry(2, 2, 2));
    QuantileValues values = new QuantileValues(new TreeMap<>(Map.of(startMs, entries)));
    return new SeriesValues(Labels.EMPTY, 1, 0, List.of(3L), 5, 0, null, values, List.of());
  }
}
