package io.tallystick.merge;

import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.ExemplarSlots.RawExemplar;
import io.tallystick.shm.FamilyType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BinaryOperator;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The exemplars of a merged family: of each bucket, or of a counter, the newest one of all
 * processes; of a histogram without classic buckets as many as a process keeps.
 */
final class MergedExemplars {
  /** Of two of one time, the same one is shown whichever file is read first. */
  private static final Comparator<Exemplar> NEWEST =
      Comparator.comparingLong(Exemplar::getTimestampMillis)
          .thenComparingDouble(Exemplar::getValue)
          .thenComparing(Exemplar::getLabels);

  private final MergedFamily family;
  private final Int2ObjectHashMap<Int2ObjectHashMap<Exemplar>> bySeries = new Int2ObjectHashMap<>();

  MergedExemplars(MergedFamily family) {
    this.family = family;
  }

  void clear() {
    bySeries.clear();
  }

  /** Takes in an exemplar of a process' slot. */
  void add(int series, int slot, RawExemplar raw) {
    Exemplar exemplar = new Exemplar(raw.value(), Labels.of(raw.labels()), raw.timeMs());
    int place = family.type() == FamilyType.HISTOGRAM ? bucketOf(raw.value(), slot) : 0;
    bySeries
        .computeIfAbsent(series, s -> new Int2ObjectHashMap<>())
        .merge(place, exemplar, BinaryOperator.maxBy(NEWEST));
  }

  private int bucketOf(double value, int slot) {
    double[] bounds = family.bounds();
    if (bounds.length == 1) {
      return slot;
    }
    int bucket = 0;
    while (value > bounds[bucket]) {
      bucket++;
    }
    return bucket;
  }

  /** A series' exemplars, in the order of their buckets. */
  List<Exemplar> of(int series) {
    Int2ObjectHashMap<Exemplar> byPlace = bySeries.get(series);
    if (byPlace == null) {
      return List.of();
    }
    List<Integer> places = new ArrayList<>(byPlace.keySet());
    places.sort(null);
    List<Exemplar> exemplars = new ArrayList<>();
    for (int place : places) {
      Exemplar exemplar = byPlace.get(place);
      if (exemplar != null) {
        exemplars.add(exemplar);
      }
    }
    return exemplars;
  }

  /** The exemplar of a bucket, or of a counter's total; null where there is none. */
  @Nullable Exemplar of(int series, int bucket) {
    Int2ObjectHashMap<Exemplar> byPlace = bySeries.get(series);
    return byPlace == null ? null : byPlace.get(bucket);
  }
}
