package io.tallystick.jmh;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.util.ArrayList;
import java.util.List;

/** A family of counter series, as a source publishes them. */
final class PublishedSeries {
  private PublishedSeries() {}

  /**
   * Some of the series of one family, evenly spread, each with the same count.
   *
   * @param changed how many there are of all {@code series}
   */
  static FamilyValues family(int series, int changed, long count) {
    List<SeriesValues> values = new ArrayList<>();
    for (int i = 0; i < changed; i++) {
      Labels labels = Labels.of("path", "/" + i * (series / changed), "status", "200");
      values.add(new SeriesValues(labels, 1, 0, List.of(count), 0, 0, null, null, List.of()));
    }
    return new FamilyValues(
        "requests",
        "requests",
        "requests",
        FamilyType.COUNTER,
        GaugeMode.ALL,
        "Requests served.",
        null,
        List.of(),
        List.of(),
        List.of(),
        1,
        values);
  }
}
