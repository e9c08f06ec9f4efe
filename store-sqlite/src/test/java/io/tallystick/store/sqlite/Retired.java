package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Publication;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.Store;
import java.time.Duration;
import java.util.List;

/** Families that sources had when they were retired, and what a ledger shows of them. */
final class Retired {
  private static final double INF = Double.POSITIVE_INFINITY;

  private Retired() {}

  static SeriesValues series(Labels labels, List<Long> counts, double sum) {
    return new SeriesValues(labels, 1_500, 0, counts, sum, 0, null, null, List.of());
  }

  static FamilyValues family(
      String name, FamilyType type, GaugeMode mode, List<Double> bounds, SeriesValues... series) {
    return new FamilyValues(
        name, name, name, type, mode, null, null, bounds, List.of(), List.of(), 1, List.of(series));
  }

  static FamilyValues counter(String name, SeriesValues... series) {
    return family(name, FamilyType.COUNTER, GaugeMode.ALL, List.of(), series);
  }

  static FamilyValues histogram(List<Long> counts, double sum) {
    return histogram(List.of(0.5, 1e6, INF), counts, sum);
  }

  static FamilyValues histogram(List<Double> bounds, List<Long> counts, double sum) {
    SeriesValues series = series(Labels.of("path", "/"), counts, sum);
    return family("h", FamilyType.HISTOGRAM, GaugeMode.ALL, bounds, series);
  }

  static void retire(Store store, String source, FamilyValues... families) {
    store.ledger().publish(Publication.ofAll(source, 1, List.of(families), Duration.ofHours(1)));
    assertThat(store.ledger().retire(source)).isTrue();
  }

  static SeriesValues onlySeries(Store store, String family) {
    return store.ledger().read().stream()
        .filter(each -> each.name().equals(family))
        .reduce(
            (a, b) -> {
              throw new AssertionError("two families: " + a + b);
            })
        .orElseThrow()
        .series()
        .get(0);
  }
}
