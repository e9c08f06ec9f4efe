package io.tallystick.store.redis;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.python.DistributedField;
import io.tallystick.python.PythonKey;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The families of one process of gunicorn-prometheus-exporter, made of its samples. A sample of
 * which no series can be is left out; no other is. Not thread-safe; used once.
 */
final class GunicornFamilies {
  private static final String TOTAL = "_total";
  private static final String PID = "pid";
  private static final double MS_PER_SECOND = 1_000;
  private static final double MOST_EXACT = 1L << 53;

  private final String pid;
  private final List<Map<Shape, Map<Labels, SeriesValues>>> families = new ArrayList<>();
  private final Map<Shape, String> help = new HashMap<>();
  private final Map<PartsOf, Parts> parts = new LinkedHashMap<>();

  /**
   * @param pid the text that tells the process apart
   */
  GunicornFamilies(String pid) {
    this.pid = pid;
  }

  /** Takes in a sample that is shown, or a part of a histogram. */
  void add(GunicornKey name, GunicornSample sample) {
    PythonKey key = sample.key();
    if (!key.isText()) {
      return;
    }
    switch (name.type()) {
      case COUNTER -> {
        String family = without(key.family(), TOTAL);
        if (key.sample().equals(family + TOTAL)) {
          Shape shape = new Shape(family, FamilyType.COUNTER, GaugeMode.ALL, List.of());
          add(shape, key, 0, List.of(0L), sample.value());
        }
      }
      case GAUGE -> addGauge(name.mode(), key, sample);
      default -> addPart(name.type(), key, sample);
    }
  }

  private void addGauge(GaugeMode mode, PythonKey key, GunicornSample sample) {
    boolean isOwn = mode.isPerProcess();
    if (!key.sample().equals(key.family()) || (isOwn && key.labelNames().contains(PID))) {
      return;
    }
    long writtenMs = Math.max(1, Math.round(sample.writtenSeconds() * MS_PER_SECOND));
    Shape shape = new Shape(key.family(), FamilyType.GAUGE, mode, List.of());
    add(shape, isOwn ? key : key.without(PID), writtenMs, List.of(), sample.value());
  }

  private void addPart(FamilyType type, PythonKey key, GunicornSample sample) {
    int le = key.labelNames().indexOf(DistributedField.LE);
    boolean isBucket =
        type == FamilyType.HISTOGRAM && key.sample().equals(key.family() + "_bucket");
    if (isBucket && le < 0) {
      return;
    }
    PythonKey own = isBucket ? key.without(DistributedField.LE) : key;
    Parts all =
        parts.computeIfAbsent(
            new PartsOf(type, key.family(), own.labelNames(), own.labelValues()),
            p -> new Parts(own));
    if (isBucket) {
      try {
        all.buckets.merge(
            DistributedField.bound(key.labelValues().get(le)), sample.value(), Double::sum);
      } catch (NumberFormatException e) {
        return; // a bucket without a bound is none
      }
    } else if (sample.isShown() && key.sample().startsWith(key.family())) {
      all.bySuffix.merge(
          key.sample().substring(key.family().length()), sample.value(), Double::sum);
    }
  }

  /** All families; those that have labels in common are not in one. */
  List<FamilyValues> toFamilies() {
    parts.forEach(this::add);
    List<FamilyValues> all = new ArrayList<>();
    for (Map<Shape, Map<Labels, SeriesValues>> each : families) {
      each.forEach((shape, series) -> all.add(family(shape, new ArrayList<>(series.values()))));
    }
    return all;
  }

  private void add(PartsOf of, Parts all) {
    Double sum = all.bySuffix.get("_sum");
    if (sum == null) {
      return;
    }
    if (of.type == FamilyType.HISTOGRAM) {
      all.buckets.putIfAbsent(Double.POSITIVE_INFINITY, 0.0); // nothing was above all others
      List<Long> counts = counts(all.buckets.values());
      List<Double> bounds = List.copyOf(all.buckets.keySet());
      if (counts != null) {
        add(new Shape(of.family, of.type, GaugeMode.ALL, bounds), all.key, 0, counts, sum);
      }
      return;
    }
    Double count = all.bySuffix.get("_count");
    List<Long> counts = count == null ? null : counts(List.of(count));
    if (counts != null) {
      add(new Shape(of.family, of.type, GaugeMode.ALL, List.of()), all.key, 0, counts, sum);
    }
  }

  private static @Nullable List<Long> counts(Iterable<Double> numbers) {
    List<Long> counts = new ArrayList<>();
    for (double number : numbers) {
      if (!(number >= 0 && number <= MOST_EXACT)) {
        return null;
      }
      counts.add(Math.round(number));
    }
    return counts;
  }

  private void add(Shape shape, PythonKey key, long writtenMs, List<Long> counts, double sum) {
    try {
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < key.labelNames().size(); i++) {
        texts.add(key.labelNames().get(i));
        texts.add(key.labelValues().get(i));
      }
      if (shape.type == FamilyType.GAUGE && shape.mode.isPerProcess()) {
        texts.add(PID);
        texts.add(pid);
      }
      SeriesValues series =
          new SeriesValues(
              Labels.of(texts.toArray(String[]::new)),
              0,
              writtenMs,
              counts,
              sum,
              0,
              null,
              null,
              List.of());
      help.putIfAbsent(shape, key.help());
      FamilyValues unused = family(shape, List.of(series)); // which checks it
      put(shape, series);
    } catch (IllegalArgumentException e) {
      return; // a name or a label that no family can have
    }
  }

  /** Keys that differ in their help alone have the same labels: both count. */
  private void put(Shape shape, SeriesValues series) {
    for (int i = 0; ; i++) {
      if (i == families.size()) {
        families.add(new LinkedHashMap<>());
      }
      Map<Labels, SeriesValues> present =
          families.get(i).computeIfAbsent(shape, s -> new LinkedHashMap<>());
      if (present.putIfAbsent(series.labels(), series) == null) {
        return;
      }
    }
  }

  private FamilyValues family(Shape shape, List<SeriesValues> series) {
    String shown = shape.type == FamilyType.COUNTER ? shape.name + TOTAL : shape.name;
    return new FamilyValues(
        shape.name,
        shown,
        shown,
        shape.type,
        shape.mode,
        help.get(shape),
        null,
        shape.bounds,
        List.of(),
        List.of(),
        Long.MAX_VALUE, // nobody knows when it was registered: others count as older
        series);
  }

  private static String without(String text, String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  /** What the series of a family have in common. */
  private record Shape(String name, FamilyType type, GaugeMode mode, List<Double> bounds) {}

  /** Which series samples are parts of. */
  private record PartsOf(
      FamilyType type, String family, List<String> labelNames, List<String> labelValues) {}

  /** The samples of a series of a histogram or summary. */
  private static final class Parts {
    private final PythonKey key;
    private final TreeMap<Double, Double> buckets = new TreeMap<>();
    private final Map<String, Double> bySuffix = new HashMap<>();

    Parts(PythonKey key) {
      this.key = key;
    }
  }
}
