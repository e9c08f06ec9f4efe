package io.tallystick.store.redis;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Publication;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Counters for tests of ledgers, and their totals. */
final class Counters {
  static final Duration LEASE = Duration.ofMinutes(1);

  private Counters() {}

  static FamilyValues counter(String name, SeriesValues... series) {
    return family(name, List.of(series));
  }

  private static FamilyValues family(String name, List<SeriesValues> series) {
    return new FamilyValues(
        name,
        name,
        name,
        FamilyType.COUNTER,
        GaugeMode.ALL,
        "help of " + name,
        null,
        List.of(),
        List.of(),
        List.of(),
        1,
        series);
  }

  static SeriesValues count(String path, long count) {
    return new SeriesValues(
        Labels.of("path", path), 1, 0, List.of(count), 0, 0, null, null, List.of());
  }

  /** Families of so many series, each of which counts this. */
  static List<FamilyValues> families(int families, int series, long count) {
    List<FamilyValues> all = new ArrayList<>();
    for (int i = 0; i < families; i++) {
      List<SeriesValues> each = new ArrayList<>();
      for (int j = 0; j < series; j++) {
        each.add(count("/path/" + j, count));
      }
      all.add(family("f" + i, each));
    }
    return all;
  }

  static Publication all(String source, long version, FamilyValues... families) {
    return Publication.ofAll(source, version, List.of(families), LEASE);
  }

  static Publication changes(String source, long version, long since, FamilyValues... families) {
    return Publication.ofChanges(source, version, since, List.of(families), LEASE);
  }

  /** What all series of a family count together; 0 where it is not there. */
  static double total(Store store, String name) {
    return store.ledger().read().stream()
        .filter(family -> family.name().equals(name))
        .flatMap(family -> family.series().stream())
        .mapToDouble(SeriesValues::total)
        .sum();
  }
}
