package io.tallystick.store;

import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.NativeBuckets;
import io.tallystick.merge.PublishedSource;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.ExemplarSlots;
import io.tallystick.shm.ExemplarSlots.RawExemplar;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.QuantileShape;
import io.tallystick.shm.RankSketch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns families and their values into the cells of a merge, and back. */
public final class FamilyCells {
  static final String PID = "pid";

  private FamilyCells() {}

  /** The names of labels that a merge is told; that of the process it adds itself. */
  static List<String> labelNames(Labels labels, boolean perProcess) {
    return labels.stream()
        .map(Label::getName)
        .filter(name -> !perProcess || !name.equals(PID))
        .collect(Collectors.toList());
  }

  /** Whether two sets of labels differ in values alone. */
  static boolean haveSameNames(Labels a, Labels b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!a.getName(i).equals(b.getName(i))) {
        return false;
      }
    }
    return true;
  }

  /** Adds a family's series to what a merge takes in. */
  static void add(FamilyValues family, PublishedSource source) {
    boolean perProcess = FamilyValues.isPerProcess(family.type(), family.mode());
    Map<List<String>, Schema> schemas = new HashMap<>();
    Schema schema = null;
    for (SeriesValues series : family.series()) {
      Labels labels = series.labels();
      if (schema == null || !haveSameNames(labels, schema.first)) {
        schema =
            schemas.computeIfAbsent(
                labelNames(labels, perProcess),
                names -> {
                  FamilyDescriptor descriptor = family.describe(names);
                  return new Schema(labels, descriptor, source.addFamily(descriptor));
                });
      }
      List<String> labelValues = new ArrayList<>(labels.size());
      String instance = null;
      for (int i = 0; i < labels.size(); i++) {
        if (perProcess && labels.getName(i).equals(PID)) {
          instance = labels.getValue(i);
        } else {
          labelValues.add(labels.getValue(i));
        }
      }
      int cell = source.addSeries(schema.number, labelValues, instance, series.createdMs());
      put(schema.descriptor, series, cell, source);
    }
  }

  private static void put(
      FamilyDescriptor family, SeriesValues series, int cell, PublishedSource source) {
    switch (family.type()) {
      case COUNTER -> {
        source.put(cell + CellLayout.COUNTER_LONG, series.counts().get(0));
        source.put(cell + CellLayout.COUNTER_DOUBLE, series.sum(), series.rest());
      }
      case SUMMARY -> {
        source.put(cell + CellLayout.DISTRIBUTION_SUM, series.sum(), series.rest());
        source.put(cell + CellLayout.SUMMARY_COUNT, series.counts().get(0));
        QuantileValues quantiles = series.quantileValues();
        if (quantiles != null) {
          quantiles.slices().forEach((startMs, slice) -> source.addSlice(startMs, sketch(slice)));
        }
      }
      case HISTOGRAM -> {
        source.put(cell + CellLayout.DISTRIBUTION_SUM, series.sum(), series.rest());
        putCounts(series, cell + CellLayout.HISTOGRAM_BUCKETS, source);
        NativeValues natives = series.nativeValues();
        if (natives != null) {
          putNatives(natives, cell + CellLayout.nativePart(family), source);
        }
      }
      case GAUGE, INFO -> {
        source.put(cell + CellLayout.GAUGE_VALUE, series.sum());
        source.put(cell + CellLayout.GAUGE_WRITTEN_MS, series.writtenMs());
      }
      case STATESET -> {
        source.put(cell + CellLayout.STATESET_WRITTEN_MS, series.writtenMs());
        putCounts(series, cell + CellLayout.STATESET_STATES, source);
      }
    }
    int slot = 0;
    for (ExemplarValue exemplar : series.exemplars()) {
      List<String> texts = new ArrayList<>();
      exemplar.labels().forEach(label -> texts.addAll(List.of(label.getName(), label.getValue())));
      byte[] text = ExemplarSlots.encode(texts);
      if (text != null) {
        source.addExemplar(slot++, new RawExemplar(exemplar.timeMs(), exemplar.value(), text));
      }
    }
  }

  private static void putCounts(SeriesValues series, int cell, PublishedSource source) {
    for (int i = 0; i < series.counts().size(); i++) {
      source.put(cell + i, series.counts().get(i));
    }
  }

  private static void putNatives(NativeValues natives, int part, PublishedSource source) {
    double zeroThreshold = natives.zeroThreshold();
    source.put(part + NativeLayout.SCHEMA, NativeLayout.schemaWord(natives.schema()));
    source.put(part + NativeLayout.ZERO_COUNT, natives.zeroCount());
    source.put(part + NativeLayout.ZERO_THRESHOLD, zeroThreshold == 0 ? -0.0 : zeroThreshold);
    int at = part + NativeLayout.ENTRIES;
    for (boolean negative : new boolean[] {false, true}) {
      SortedMap<Integer, Long> counts = negative ? natives.negative() : natives.positive();
      for (Map.Entry<Integer, Long> count : counts.entrySet()) {
        source.put(at++, NativeLayout.key(natives.schema(), negative, count.getKey()));
        source.put(at++, count.getValue());
      }
    }
    int size = natives.positive().size() + natives.negative().size();
    source.put(part + NativeLayout.USED, size);
  }

  private static RankSketch sketch(List<QuantileValues.Entry> slice) {
    RankSketch sketch = new RankSketch();
    slice.forEach(entry -> sketch.add(entry.value(), entry.lower(), entry.upper()));
    return sketch;
  }

  /** A merged family with the series that it shows. */
  static FamilyValues of(MergedFamily family) {
    return of(family, Arrays.stream(family.order()).filter(family::isSeen).toArray());
  }

  /**
   * A merged family with some of the series that it shows.
   *
   * @throws IllegalArgumentException where one of them is none that a ledger takes
   */
  public static FamilyValues of(MergedFamily family, int[] numbers) {
    MetricMetadata metadata = family.metadata();
    Unit unit = metadata.getUnit();
    family.quantiles().gather();
    List<SeriesValues> series = new ArrayList<>(numbers.length);
    for (int number : numbers) {
      series.add(of(family, number));
    }
    return new FamilyValues(
        metadata.getName(),
        metadata.getOriginalName(),
        metadata.getExpositionBaseName(),
        family.type(),
        family.mode(),
        metadata.getHelp(),
        unit == null ? null : unit.toString(),
        Arrays.stream(family.bounds()).boxed().toList(),
        family.states(),
        parameters(family),
        family.createdMs(),
        series);
  }

  private static List<Double> parameters(MergedFamily family) {
    NativeShape natives = family.nativeShape();
    QuantileShape quantiles = family.quantiles().shape();
    double[] parameters = {};
    if (natives != null) {
      parameters = natives.toParameters();
    } else if (quantiles != null) {
      parameters = quantiles.published().toParameters();
    }
    return Arrays.stream(parameters).boxed().toList();
  }

  private static SeriesValues of(MergedFamily family, int series) {
    List<Long> counts =
        switch (family.type()) {
          case COUNTER, SUMMARY -> List.of(family.word(series, 0));
          case HISTOGRAM -> words(family, series, 0, family.bounds().length);
          case STATESET -> words(family, series, 1, family.states().size());
          case GAUGE, INFO -> List.of();
        };
    List<ExemplarValue> exemplars = new ArrayList<>();
    for (Exemplar each : family.exemplars(series)) {
      exemplars.add(
          new ExemplarValue(each.getValue(), each.getLabels(), each.getTimestampMillis()));
    }
    return new SeriesValues(
        family.labels(series),
        family.createdMs(series),
        family.type().isSingle() ? family.word(series, 0) : 0,
        counts,
        family.sum(series),
        family.type().isSingle() ? 0 : family.rest(series),
        nativesOf(family, series),
        quantilesOf(family, series),
        exemplars);
  }

  private static List<Long> words(MergedFamily family, int series, int first, int length) {
    List<Long> words = new ArrayList<>(length);
    for (int i = 0; i < length; i++) {
      words.add(family.word(series, first + i));
    }
    return words;
  }

  private static @Nullable NativeValues nativesOf(MergedFamily family, int series) {
    NativeShape shape = family.nativeShape();
    if (shape == null) {
      return null;
    }
    NativeBuckets buckets = family.nativeBuckets(series);
    buckets.limit(shape.capacity());
    return new NativeValues(
        buckets.schema(),
        buckets.zeroThreshold(),
        buckets.zeroCount(),
        counts(buckets, false),
        counts(buckets, true));
  }

  private static @Nullable QuantileValues quantilesOf(MergedFamily family, int series) {
    if (family.quantiles().shape() == null) {
      return null;
    }
    SortedMap<Long, List<QuantileValues.Entry>> slices = new TreeMap<>();
    family.quantiles().slices(series).forEach((startMs, s) -> slices.put(startMs, entries(s)));
    return new QuantileValues(slices);
  }

  private static List<QuantileValues.Entry> entries(RankSketch sketch) {
    List<QuantileValues.Entry> entries = new ArrayList<>();
    for (int i = 0; i < sketch.size(); i++) {
      long lower = Math.min(sketch.lower(i), QuantileValues.MAX_JUMP); // more where a source lies
      long upper = Math.min(sketch.upper(i), QuantileValues.MAX_JUMP);
      entries.add(new QuantileValues.Entry(sketch.value(i), lower, upper));
    }
    return entries;
  }

  private static SortedMap<Integer, Long> counts(NativeBuckets buckets, boolean negative) {
    SortedMap<Integer, Long> counts = new TreeMap<>();
    for (int index : buckets.indexes(negative)) {
      counts.put(index, buckets.count(negative, index));
    }
    return counts;
  }

  /**
   * Labels of the same names.
   *
   * @param first those of the first series that has them
   * @param number of the family of these names in its source
   */
  private record Schema(Labels first, FamilyDescriptor descriptor, int number) {}
}
