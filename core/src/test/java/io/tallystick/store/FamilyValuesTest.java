package io.tallystick.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.QuantileShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FamilyValuesTest {
  private static final double INF = Double.POSITIVE_INFINITY;

  private static FamilyValues family(
      FamilyType type, GaugeMode mode, List<Double> bounds, SeriesValues... series) {
    return new FamilyValues(
        "m",
        "m",
        "m",
        type,
        mode,
        null,
        null,
        bounds,
        List.of(),
        List.of(),
        1,
        Arrays.asList(series));
  }

  private static SeriesValues series(Labels labels, Long... counts) {
    return new SeriesValues(labels, 1, 0, List.of(counts), 0, 0, null, null, List.of());
  }

  private static void assertRefused(String what, FamilyType type, SeriesValues... series) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> family(type, GaugeMode.ALL, List.of(), series))
        .withMessageContaining(what);
  }

  @Test
  void shouldRefuseSeriesThatNoMergeCouldTakeIn() {
    SeriesValues good = series(Labels.of("a", "b"), 1L);
    assertThat(family(FamilyType.COUNTER, GaugeMode.ALL, List.of(), good).series()).hasSize(1);
    assertRefused("number of counts", FamilyType.COUNTER, series(Labels.EMPTY));
    assertRefused("repeated", FamilyType.COUNTER, good, good);
    assertRefused("too long", FamilyType.COUNTER, series(Labels.of("a", "é".repeat(20_000)), 1L));
    assertRefused("surrogate", FamilyType.COUNTER, series(Labels.of("a", "\ud800"), 1L));
    assertRefused("no label pid", FamilyType.GAUGE, series(Labels.of("a", "b")));
    assertRefused("quantile", FamilyType.SUMMARY, good, series(Labels.of("quantile", "1"), 1L));
    assertThat(series(Labels.of("a", "é".repeat(5_000)), 1L).counts()).hasSize(1);
  }

  @Test
  void shouldRefuseFamiliesThatNoProcessHas() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> family(FamilyType.HISTOGRAM, GaugeMode.ALL, List.of(1.0)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> family(FamilyType.HISTOGRAM, GaugeMode.ALL, List.of(2.0, 1.0, INF)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> family(FamilyType.STATESET, GaugeMode.ALL, List.of()));
  }

  @Test
  void shouldRefuseSketchesThatAreTooLargeOrMissing() {
    QuantileShape shape =
        QuantileShape.of(60_000, 5, new double[] {0.5}, new double[] {0.1}).published();
    int most = shape.foldedCapacity();
    assertThat(summary(shape, sketch(most)).series()).hasSize(1);
    assertThatIllegalArgumentException().isThrownBy(() -> summary(shape, sketch(most + 1)));
    assertThatIllegalArgumentException().isThrownBy(() -> summary(shape, null));
    assertThat(shape.published().toParameters()).isEqualTo(shape.toParameters());
  }

  private static FamilyValues summary(QuantileShape shape, QuantileValues quantiles) {
    SeriesValues series =
        new SeriesValues(Labels.EMPTY, 1, 0, List.of(1L), 0, 0, null, quantiles, List.of());
    return new FamilyValues(
        "s",
        "s",
        "s",
        FamilyType.SUMMARY,
        GaugeMode.ALL,
        null,
        null,
        List.of(),
        List.of(),
        Arrays.stream(shape.toParameters()).boxed().toList(),
        1,
        List.of(series));
  }

  private static QuantileValues sketch(int entries) {
    return new QuantileValues(
        new TreeMap<>(Map.of(1L, Collections.nCopies(entries, new QuantileValues.Entry(1, 1, 1)))));
  }

  @Test
  void shouldMergeSketchesWhoseRanksAddUpToMoreThanAnEntryHolds() {
    QuantileShape shape =
        QuantileShape.of(60_000, 5, new double[] {0.5}, new double[] {0.1}).published();
    List<QuantileValues.Entry> entries = new ArrayList<>();
    for (int i = 0; i < shape.foldedCapacity(); i++) {
      entries.add(new QuantileValues.Entry(i, (1L << 32) - 1, (1L << 32) - 1));
    }
    QuantileValues lying = new QuantileValues(new TreeMap<>(Map.of(1L, entries)));
    LedgerMerge merge = new LedgerMerge(1);
    for (String source : List.of("a", "b", "c")) {
      merge.addSource(source, true, 1, List.of(summary(shape, lying)));
    }
    assertThat(merge.toShow()).hasSize(1);
  }

  @Test
  void shouldRefuseValuesThatNobodyCounts() {
    assertThatIllegalArgumentException().isThrownBy(() -> series(Labels.EMPTY, -1L));
    assertThatIllegalArgumentException().isThrownBy(() -> natives(9, 0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> natives(0, Double.NaN, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> natives(0, 0, -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QuantileValues.Entry(Double.NaN, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new QuantileValues.Entry(1, -1, 1));
  }

  private static NativeValues natives(int schema, double zeroThreshold, long zeroCount) {
    return new NativeValues(schema, zeroThreshold, zeroCount, new TreeMap<>(), new TreeMap<>());
  }
}
