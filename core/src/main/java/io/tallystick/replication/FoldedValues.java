package io.tallystick.replication;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.merge.Buckets;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.FamilyValues.Identity;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.QuantileValues;
import io.tallystick.store.SeriesValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a ledger's base has of a directory, to be taken from what the directory has now. Immutable.
 *
 * <p>Only what adds up is taken: counters, histograms, summaries, and gauges that are summed with
 * the dead. Of all else the base has what a merge shows once. A series that began after the folded
 * one is another one of its labels, which had expired: nothing is taken from it. Of quantiles the
 * slices of time are left out that the base has: they are gone when the window has passed.
 */
final class FoldedValues {
  private final List<FamilyValues> families;
  private final Map<Identity, Family> byIdentity = new HashMap<>();

  private FoldedValues(List<FamilyValues> families) {
    this.families = families;
    families.forEach(family -> byIdentity.put(family.identity(), Family.of(family)));
  }

  static FoldedValues of(List<FamilyValues> values) {
    return new FoldedValues(values.stream().filter(FoldedValues::addsUp).toList());
  }

  private static boolean addsUp(FamilyValues family) {
    return switch (family.type()) {
      case COUNTER, HISTOGRAM, SUMMARY -> true;
      case GAUGE -> family.mode() == GaugeMode.SUM;
      case INFO, STATESET -> false;
    };
  }

  /** What is taken, of the types that add up. */
  List<FamilyValues> values() {
    return families;
  }

  /** What is left of a family when that is taken from it. */
  FamilyValues takenFrom(FamilyValues present) {
    Family folded = byIdentity.get(present.identity());
    return folded == null ? present : folded.takenFrom(present);
  }

  /**
   * The sum of these values and those that were folded later.
   *
   * @param nowMs of the host, in milliseconds of the Unix epoch
   */
  List<FamilyValues> plus(List<FamilyValues> later, long nowMs) {
    LedgerMerge merge = new LedgerMerge(nowMs);
    FoldedValues added = of(later);
    List<FamilyValues> stillCounting = new ArrayList<>();
    for (FamilyValues family : families) {
      Family other = added.byIdentity.get(family.identity());
      stillCounting.add(
          other == null
              ? family
              : family.withSeries(
                  family.series().stream().filter(each -> !other.hasLaterLife(each)).toList()));
    }
    merge.addBase(stillCounting);
    merge.addBase(added.families);
    return merge.toBase();
  }

  /** A family of the base. */
  private record Family(FamilyValues values, Map<Labels, SeriesValues> series) {
    static Family of(FamilyValues family) {
      Map<Labels, SeriesValues> series = new HashMap<>();
      family.series().forEach(each -> series.put(each.labels(), each));
      return new Family(family, series);
    }

    boolean hasLaterLife(SeriesValues than) {
      SeriesValues own = series.get(than.labels());
      return own != null && own.createdMs() > than.createdMs();
    }

    FamilyValues takenFrom(FamilyValues present) {
      double[] bounds = common(present);
      int[] map = map(present, bounds);
      int[] foldedMap = map(values, bounds);
      boolean hasNatives =
          present.type() == FamilyType.HISTOGRAM
              && !present.parameters().isEmpty()
              && !values.parameters().isEmpty();
      List<Double> parameters =
          present.type() == FamilyType.HISTOGRAM && !hasNatives ? List.of() : present.parameters();
      List<SeriesValues> left = new ArrayList<>(present.series().size());
      for (SeriesValues each : present.series()) {
        SeriesValues mapped = mapped(each, map, bounds.length, hasNatives);
        SeriesValues folded = series.get(each.labels());
        left.add(
            folded == null || each.createdMs() > folded.createdMs()
                ? mapped
                : difference(mapped, mapped(folded, foldedMap, bounds.length, hasNatives)));
      }
      return new FamilyValues(
          present.name(),
          present.originalName(),
          present.expositionBaseName(),
          present.type(),
          present.mode(),
          present.help(),
          present.unit(),
          boxed(bounds),
          present.states(),
          parameters,
          present.createdMs(),
          left);
    }

    /** The bounds that both have: the ledger has no others, once it has merged them. */
    private double[] common(FamilyValues present) {
      return Buckets.common(array(present.bounds()), array(values.bounds()));
    }

    private static int[] map(FamilyValues family, double[] bounds) {
      return bounds.length == 0 ? new int[0] : Buckets.map(array(family.bounds()), bounds);
    }

    private SeriesValues mapped(SeriesValues each, int[] map, int width, boolean hasNatives) {
      if (values.type() != FamilyType.HISTOGRAM) {
        return each;
      }
      long[] counts = new long[width];
      for (int i = 0; i < map.length; i++) {
        counts[map[i]] += each.counts().get(i);
      }
      return new SeriesValues(
          each.labels(),
          each.createdMs(),
          each.writtenMs(),
          boxed(counts),
          each.sum(),
          each.rest(),
          hasNatives ? each.nativeValues() : null,
          null,
          each.exemplars());
    }

    private SeriesValues difference(SeriesValues present, SeriesValues folded) {
      long[] counts = new long[present.counts().size()];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = Math.max(0, present.counts().get(i) - folded.counts().get(i));
      }
      double sum = present.sum() - folded.sum();
      double taken = sum - present.sum();
      double lost = present.sum() - (sum - taken) - (folded.sum() + taken);
      double rest = lost + present.rest() - folded.rest();
      boolean isCounter = values.type() == FamilyType.COUNTER;
      boolean isLess = isCounter && sum + rest < 0; // a file was lost
      boolean isExact = Double.isFinite(sum) && !isLess;
      return new SeriesValues(
          present.labels(),
          present.createdMs(),
          present.writtenMs(),
          boxed(counts),
          isExact ? sum : isLess || !Double.isFinite(folded.sum()) ? 0 : present.sum(),
          isExact && Double.isFinite(rest) && values.type() != FamilyType.GAUGE ? rest : 0,
          NativeDifference.of(present.nativeValues(), folded.nativeValues()),
          difference(present.quantileValues(), folded.quantileValues()),
          present.exemplars());
    }

    private static @Nullable QuantileValues difference(
        @Nullable QuantileValues present, @Nullable QuantileValues folded) {
      if (present == null || folded == null) {
        return present;
      }
      SortedMap<Long, List<QuantileValues.Entry>> slices = new TreeMap<>(present.slices());
      slices.keySet().removeAll(folded.slices().keySet());
      return new QuantileValues(slices);
    }

    private static double[] array(List<Double> numbers) {
      return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static List<Double> boxed(double[] numbers) {
      return Arrays.stream(numbers).boxed().toList();
    }

    private static List<Long> boxed(long[] numbers) {
      return Arrays.stream(numbers).boxed().toList();
    }
  }
}
