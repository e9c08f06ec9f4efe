package io.tallystick.fleet;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a scraper says of the ledger that it reads: gauges. */
final class FleetMetrics {
  private FleetMetrics() {}

  /**
   * The gauges of a scrape.
   *
   * @param isUp whether what is shown was read for it
   */
  static List<FamilyValues> of(LedgerContent content, boolean isUp) {
    return List.of(
        gauge(
            "tallystick_store_up",
            "Whether the store was read for this scrape: 1, or 0 where older values are shown.",
            null,
            isUp ? 1 : 0),
        gauge(
            "tallystick_store_age_seconds",
            "How long ago the reading of the store began that is shown.",
            "seconds",
            content.age().toNanos() / 1e9),
        gauge(
            "tallystick_store_read_duration_seconds",
            "How long the reading of the store took that is shown.",
            "seconds",
            content.duration().toNanos() / 1e9),
        gauge(
            "tallystick_store_sources",
            "Sources of the store that are not retired, but for a directory that is shown live.",
            null,
            (double) content.sources()));
  }

  private static FamilyValues gauge(String name, String help, @Nullable String unit, double value) {
    SeriesValues series =
        new SeriesValues(Labels.EMPTY, 0, 1, List.of(), value, 0, null, null, List.of());
    return new FamilyValues(
        name,
        name,
        name,
        FamilyType.GAUGE,
        GaugeMode.MOSTRECENT,
        help,
        unit,
        List.of(),
        List.of(),
        List.of(),
        0,
        List.of(series));
  }
}
