package io.tallystick.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.QuantileShape;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.NativeValues;
import io.tallystick.store.QuantileValues;
import io.tallystick.store.SeriesValues;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is left of each type when what a ledger has folded is taken from it. */
class FoldedValuesTest {
  private static final double INF = Double.POSITIVE_INFINITY;

  @Test
  void shouldTakeCountAndSumWhenItIsACounter() {
    FamilyValues folded = family(FamilyType.COUNTER, series(List.of(3L), 0.5));
    FamilyValues present = family(FamilyType.COUNTER, series(List.of(10L), 2));

    SeriesValues left = left(folded, present);

    assertThat(left.counts()).containsExactly(7L);
    assertThat(left.sum()).isEqualTo(1.5);
  }

  @Test
  void shouldKeepWhatRoundingTookWhenSumsAreLarge() {
    double large = 1e16;
    FamilyValues folded = family(FamilyType.COUNTER, series(List.of(0L), 1));
    FamilyValues present = family(FamilyType.COUNTER, series(List.of(0L), large));

    SeriesValues left = left(folded, present);

    assertThat(left.sum() - large + left.rest()).isEqualTo(-1);
  }

  @Test
  void shouldLeaveNothingWhenACounterIsLessThanWhatWasFolded() {
    FamilyValues folded = family(FamilyType.COUNTER, series(List.of(3L), 0.5));
    FamilyValues present = family(FamilyType.COUNTER, series(List.of(2L), 0.25));

    assertThat(left(folded, present).total()).isZero();
  }

  @Test
  void shouldTakeNothingWhenTheSeriesBeganLater() {
    FamilyValues folded = family(FamilyType.COUNTER, series(List.of(3L), 0));
    SeriesValues later = created(series(List.of(5L), 0), 2);

    assertThat(left(folded, family(FamilyType.COUNTER, later)).total()).isEqualTo(5);
  }

  @Test
  void shouldTakeNothingWhenTheSeriesWasNotFolded() {
    FamilyValues folded = family(FamilyType.COUNTER);
    FamilyValues present = family(FamilyType.COUNTER, series(List.of(5L), 0));

    assertThat(left(folded, present).total()).isEqualTo(5);
  }

  @Test
  void shouldTakeBucketsThatBothHaveWhenBoundsDiffer() {
    FamilyValues folded =
        histogram(List.of(1.0, 2.0, INF), series(List.of(1L, 2L, 3L), 4), List.of());
    FamilyValues present =
        histogram(List.of(1.0, 5.0, INF), series(List.of(2L, 7L, 9L), 10), List.of());

    FamilyValues left = FoldedValues.of(List.of(folded)).takenFrom(present);

    assertThat(left.bounds()).containsExactly(1.0, INF);
    assertThat(left.series().get(0).counts()).containsExactly(1L, 11L);
    assertThat(left.series().get(0).sum()).isEqualTo(6);
  }

  @Test
  void shouldTakeNativeBucketsWhenTheyHaveBecomeCoarser() {
    List<Double> parameters = parameters(new NativeShape(3, 0.001, 0.5, 160));
    FamilyValues folded =
        histogram(
            List.of(INF),
            natives(series(List.of(6L), 4), 1, 0, map(2, 1, 3, 2, 4, 3), map()),
            parameters);
    FamilyValues present =
        histogram(
            List.of(INF),
            natives(series(List.of(14L), 9), 0, 0, map(1, 4, 2, 10), map()),
            parameters);

    NativeValues left = left(folded, present).nativeValues();

    assertThat(left).isNotNull();
    assertThat(left.schema()).isZero();
    assertThat(left.positive()).isEqualTo(map(1, 3, 2, 5)); // 2 is in 1; 3 and 4 are in 2
  }

  @Test
  void shouldTakeNativeBucketsFromTheZeroBucketWhenItHasGrown() {
    List<Double> parameters = parameters(new NativeShape(0, 0.001, 4, 160));
    FamilyValues folded =
        histogram(
            List.of(INF),
            natives(series(List.of(6L), 4), 0, 0, map(1, 1, 2, 2), map(1, 3)),
            parameters);
    FamilyValues present =
        histogram(
            List.of(INF), natives(series(List.of(14L), 9), 0, 2, map(2, 5), map()), parameters);

    NativeValues left = left(folded, present).nativeValues();

    assertThat(left).isNotNull();
    assertThat(left.zeroCount()).isEqualTo(9 - 4);
    assertThat(left.positive()).isEqualTo(map(2, 3));
    assertThat(left.negative()).isEmpty();
  }

  @Test
  void shouldLeaveNativeBucketsOutWhenTheLedgerHasNoneOfThem() {
    FamilyValues folded = histogram(List.of(1.0, INF), series(List.of(1L, 2L), 4), List.of());
    FamilyValues present =
        histogram(
            List.of(1.0, INF),
            natives(series(List.of(5L, 5L), 9), 0, 0, map(1, 10), map()),
            parameters(new NativeShape(0, 0.001, 0.5, 160)));

    FamilyValues left = FoldedValues.of(List.of(folded)).takenFrom(present);

    assertThat(left.parameters()).isEmpty();
    assertThat(left.series().get(0).counts()).containsExactly(4L, 3L);
  }

  @Test
  void shouldTakeCountAndSumAndLeaveFoldedSlicesOutWhenItIsASummary() {
    QuantileValues.Entry entry = new QuantileValues.Entry(1, 1, 1);
    SeriesValues folded = quantiles(series(List.of(3L), 3), sliced(60_000, entry));
    SortedMap<Long, List<QuantileValues.Entry>> slices = sliced(60_000, entry);
    slices.put(120_000L, List.of(entry));
    SeriesValues present = quantiles(series(List.of(5L), 7), slices);

    SeriesValues left = leftOfQuantiles(folded, present);

    assertThat(left.counts()).containsExactly(2L);
    assertThat(left.sum()).isEqualTo(4);
    assertThat(left.quantileValues()).isNotNull();
    assertThat(left.quantileValues().slices().keySet()).containsExactly(120_000L);
  }

  @Test
  void shouldTakeTheValueWhenAGaugeIsSummedWithTheDead() {
    FamilyValues folded = gauge(GaugeMode.SUM, 5);

    assertThat(left(folded, gauge(GaugeMode.SUM, 3)).sum()).isEqualTo(-2);
  }

  @Test
  void shouldTakeNothingWhenAGaugeIsNotSummedWithTheDead() {
    for (GaugeMode mode : GaugeMode.values()) {
      if (mode != GaugeMode.SUM) {
        assertThat(left(gauge(mode, 5), gauge(mode, 3)).sum()).as("%s", mode).isEqualTo(3);
      }
    }
  }

  @Test
  void shouldAddUpWhenItIsFoldedAgain() {
    FoldedValues first =
        FoldedValues.of(List.of(family(FamilyType.COUNTER, series(List.of(3L), 0.5))));

    List<FamilyValues> both =
        first.plus(List.of(family(FamilyType.COUNTER, series(List.of(4L), 0.25))), 1_000);

    assertThat(both.get(0).series().get(0).total()).isEqualTo(7.75);
  }

  @Test
  void shouldForgetTheEarlierLifeWhenASeriesThatBeganLaterIsFolded() {
    FoldedValues first =
        FoldedValues.of(List.of(family(FamilyType.COUNTER, series(List.of(3L), 0))));
    SeriesValues later = created(series(List.of(4L), 0), 2);

    List<FamilyValues> both = first.plus(List.of(family(FamilyType.COUNTER, later)), 1_000);
    SeriesValues present = created(series(List.of(9L), 0), 2);

    assertThat(
            FoldedValues.of(both)
                .takenFrom(family(FamilyType.COUNTER, present))
                .series()
                .get(0)
                .total())
        .isEqualTo(5);
  }

  private static SeriesValues left(FamilyValues folded, FamilyValues present) {
    return FoldedValues.of(List.of(folded)).takenFrom(present).series().get(0);
  }

  private static SeriesValues leftOfQuantiles(SeriesValues folded, SeriesValues present) {
    List<Double> shape =
        parameters(
            QuantileShape.of(600_000, 10, new double[] {0.5}, new double[] {0.01})
                .published()
                .toParameters());
    return left(
        family(FamilyType.SUMMARY, GaugeMode.ALL, List.of(), shape, folded),
        family(FamilyType.SUMMARY, GaugeMode.ALL, List.of(), shape, present));
  }

  private static List<Double> parameters(NativeShape shape) {
    return parameters(shape.toParameters());
  }

  private static List<Double> parameters(double[] parameters) {
    return Arrays.stream(parameters).boxed().toList();
  }

  private static SortedMap<Long, List<QuantileValues.Entry>> sliced(
      long startMs, QuantileValues.Entry entry) {
    SortedMap<Long, List<QuantileValues.Entry>> slices = new TreeMap<>();
    slices.put(startMs, List.of(entry));
    return slices;
  }

  private static SortedMap<Integer, Long> map(long... indexesAndCounts) {
    SortedMap<Integer, Long> map = new TreeMap<>();
    for (int i = 0; i < indexesAndCounts.length; i += 2) {
      map.put((int) indexesAndCounts[i], indexesAndCounts[i + 1]);
    }
    return map;
  }

  private static SeriesValues series(List<Long> counts, double sum) {
    return new SeriesValues(Labels.EMPTY, 1, 0, counts, sum, 0, null, null, List.of());
  }

  private static SeriesValues created(SeriesValues series, long createdMs) {
    return new SeriesValues(
        series.labels(), createdMs, 0, series.counts(), series.sum(), 0, null, null, List.of());
  }

  private static SeriesValues natives(
      SeriesValues series,
      int schema,
      double zeroThreshold,
      SortedMap<Integer, Long> positive,
      SortedMap<Integer, Long> negative) {
    NativeValues natives =
        new NativeValues(schema, zeroThreshold, zeroThreshold == 2 ? 9 : 0, positive, negative);
    return copy(series, natives, null);
  }

  private static SeriesValues quantiles(
      SeriesValues series, SortedMap<Long, List<QuantileValues.Entry>> slices) {
    return copy(series, null, new QuantileValues(slices));
  }

  private static SeriesValues copy(
      SeriesValues series, @Nullable NativeValues natives, @Nullable QuantileValues quantiles) {
    return new SeriesValues(
        series.labels(), 1, 0, series.counts(), series.sum(), 0, natives, quantiles, List.of());
  }

  private static FamilyValues gauge(GaugeMode mode, double value) {
    Labels labels = mode.isPerProcess() ? Labels.of("pid", "1") : Labels.EMPTY;
    SeriesValues series =
        new SeriesValues(labels, 1, 7, List.of(), value, 0, null, null, List.of());
    return family(FamilyType.GAUGE, mode, List.of(), List.of(), series);
  }

  private static FamilyValues histogram(
      List<Double> bounds, SeriesValues series, List<Double> parameters) {
    return family(FamilyType.HISTOGRAM, GaugeMode.ALL, bounds, parameters, series);
  }

  private static FamilyValues family(FamilyType type, SeriesValues... series) {
    return family(type, GaugeMode.ALL, List.of(), List.of(), series);
  }

  private static FamilyValues family(
      FamilyType type,
      GaugeMode mode,
      List<Double> bounds,
      List<Double> parameters,
      SeriesValues... series) {
    return new FamilyValues(
        "m", "m", "m", type, mode, null, null, bounds, List.of(), parameters, 1, List.of(series));
  }
}
