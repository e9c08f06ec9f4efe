package io.tallystick.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.distributed.DistributedFamilies.Foreign;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a series when Python counts on, begins anew, or writes nonsense. */
class DistributedSeriesTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final String TOTAL = "_total:{}";
  private static final String CREATED = "_created:{}";

  private static FamilyValues family(
      FamilyType type, List<Double> bounds, List<Long> counts, double sum) {
    SeriesValues series =
        new SeriesValues(Labels.EMPTY, 1_500, 0, counts, sum, 0, null, null, List.of());
    return new FamilyValues(
        "m",
        "m",
        "m",
        type,
        GaugeMode.ALL,
        null,
        null,
        bounds,
        List.of(),
        List.of(),
        1,
        List.of(series));
  }

  private static FamilyValues counter(long total) {
    return family(FamilyType.COUNTER, List.of(), List.of(total), 0);
  }

  private static SeriesValues counted(FamilyValues family, Map<String, Double> present) {
    return DistributedSeries.counted(family, family.series().get(0), new HashMap<>(present));
  }

  private static SeriesValues kept(FamilyValues family, Map<String, Double> present) {
    return DistributedSeries.kept(family, family.series().get(0), new HashMap<>(present));
  }

  @Test
  void shouldBeWhatTheFieldsSayWhenPythonHasCountedOn() {
    Map<String, Double> present = Map.of(TOTAL, 103.0, CREATED, 1.5);
    assertThat(counted(counter(100), present).total()).isEqualTo(103);
    assertThat(kept(counter(100), present).total()).isEqualTo(103);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 99, 100, 101})
  void shouldCountBothWhenTheFieldsWereCreatedAtAnotherTime(long theirs) {
    Map<String, Double> present = Map.of(TOTAL, (double) theirs, CREATED, 1_900_000_000.5);
    assertThat(counted(counter(100), present).total()).isEqualTo(100.0 + theirs);
    assertThat(counted(counter(100), Map.of(TOTAL, (double) theirs)).total())
        .isEqualTo(100.0 + theirs);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -5, 1e308 * 10})
  void shouldBeWhatItWasWhenAFieldSaysWhatNoCounterCan(double nonsense) {
    FamilyValues ours = counter(100);
    assertThat(counted(ours, Map.of(TOTAL, nonsense, CREATED, 1.5))).isSameAs(ours.series().get(0));
    assertThat(counted(ours, Map.of(TOTAL, nonsense))).isSameAs(ours.series().get(0));
    assertThat(kept(ours, Map.of(TOTAL, nonsense))).isSameAs(ours.series().get(0));
    assertThat(DistributedFamilies.of("m", Map.of(TOTAL, nonsense), null, 1)).isEmpty();
    FamilyValues histogram = family(FamilyType.HISTOGRAM, List.of(1.0, INF), List.of(1L, 2L), 7);
    Map<String, Double> buckets =
        Map.of("_bucket:{\"le\":\"1.0\"}", nonsense, "_count:{}", nonsense, CREATED, 1.5);
    assertThat(counted(histogram, buckets)).isSameAs(histogram.series().get(0));
    assertThat(kept(histogram, buckets)).isSameAs(histogram.series().get(0));
  }

  @Test
  void shouldBeWhatItWasWhenTheTimeOfItsCreationCannotBeRead() {
    assertThat(counted(counter(100), Map.of(TOTAL, 100.0, CREATED, Double.NaN)).total())
        .isEqualTo(100);
    assertThat(counted(counter(100), Map.of(TOTAL, 101.0, CREATED, INF)).total()).isEqualTo(101);
  }

  @Test
  void shouldNotCountLessWhenAFieldHasLessThanWasWritten() {
    assertThat(counted(counter(100), Map.of(TOTAL, 7.0, CREATED, 1.5)).total()).isEqualTo(100);
  }

  @Test
  void shouldTakeASumThatHasFallenButNoneThatIsNotFinite() {
    FamilyValues summary = family(FamilyType.SUMMARY, List.of(), List.of(3L), 7);
    Map<String, Double> fallen = Map.of("_sum:{}", -2.0, "_count:{}", 4.0, CREATED, 1.5);
    assertThat(counted(summary, fallen).sum()).isEqualTo(-2);
    Map<String, Double> infinite = Map.of("_sum:{}", INF, "_count:{}", 4.0, CREATED, 1.5);
    assertThat(counted(summary, infinite).sum()).isEqualTo(7);
    assertThat(counted(summary, infinite).counts()).containsExactly(4L);
  }

  @Test
  void shouldBeGoneOnlyWhereNothingExpiresWhenAllFieldsWereRemoved() {
    assertThat(kept(counter(100), Map.of())).isNull();
    assertThat(counted(counter(100), Map.of()).total()).isEqualTo(100);
  }

  @Test
  void shouldLeaveOutOnlyTheSeriesThatCannotBeWhenPythonHasManyOfThem() {
    Map<String, Double> rows = new LinkedHashMap<>();
    for (int i = 0; i < 20_000; i++) { // at once, or this takes minutes
      rows.put("_total:{\"path\":\"/" + i + "\"}", 1.0);
    }
    rows.put("_total:{\"__path\":\"\"}", 1.0);
    List<Foreign> families = DistributedFamilies.of("m", rows, null, 1);
    assertThat(families).hasSize(1);
    assertThat(families.get(0).family().series()).hasSize(20_000);
    assertThat(families.get(0).rows()).hasSize(20_000);
  }
}
