package io.tallystick.store.redis;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.StoreException.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A store's traffic as metrics: {@code docs/metrics.md} lists them. Threading: any. */
final class RedisMetrics {
  private final Traffic traffic;
  private long roundTripsBefore; // guarded by this

  RedisMetrics(Traffic traffic) {
    this.traffic = traffic;
  }

  synchronized List<FamilyValues> read() {
    long roundTrips = traffic.roundTrips();
    long sinceThen = roundTrips - roundTripsBefore;
    roundTripsBefore = roundTrips;
    List<SeriesValues> failures = new ArrayList<>();
    for (Category category : Category.values()) {
      String text = category.name().toLowerCase(Locale.ROOT);
      failures.add(count(Labels.of("category", text), traffic.failed(category)));
    }
    return List.of(
        family(
            "tallystick_redis_bytes",
            FamilyType.COUNTER,
            "Bytes of what Redis was sent, and of what it answered.",
            List.of(
                count(Labels.of("direction", "received"), traffic.receivedBytes()),
                count(Labels.of("direction", "sent"), traffic.sentBytes()))),
        family(
            "tallystick_redis_failures",
            FamilyType.COUNTER,
            "Requests that failed, by what the error says can be done.",
            failures),
        family(
            "tallystick_redis_round_trips",
            FamilyType.COUNTER,
            "Round trips to Redis.",
            List.of(count(Labels.EMPTY, roundTrips))),
        family(
            "tallystick_redis_scrape_round_trips",
            FamilyType.GAUGE,
            "Round trips to Redis from the scrape before this one to this one.",
            List.of(series(Labels.EMPTY, 1, List.of(), (double) sinceThen))));
  }

  private static SeriesValues count(Labels labels, long count) {
    return series(labels, 0, List.of(count), 0);
  }

  private static SeriesValues series(
      Labels labels, long writtenMs, List<Long> counts, double value) {
    return new SeriesValues(labels, 0, writtenMs, counts, value, 0, null, null, List.of());
  }

  private static FamilyValues family(
      String name, FamilyType type, String help, List<SeriesValues> series) {
    boolean isGauge = type == FamilyType.GAUGE;
    String shown = isGauge ? name : name + "_total";
    return new FamilyValues(
        name,
        shown,
        shown,
        type,
        isGauge ? GaugeMode.MOSTRECENT : GaugeMode.ALL,
        help,
        null,
        List.of(),
        List.of(),
        List.of(),
        0,
        series);
  }
}
