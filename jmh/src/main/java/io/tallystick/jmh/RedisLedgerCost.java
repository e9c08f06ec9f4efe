package io.tallystick.jmh;

import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Figures;
import io.tallystick.metrics.Counter;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Publication;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.redis.RedisStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import redis.clients.jedis.RedisClient;

/**
 * How long does it take to publish to Redis, and to read a fleet from it, where others make a round
 * trip for each update?
 *
 * <p>A Redis of its own on loopback. The peers' way of working is a {@code HINCRBYFLOAT} for each
 * update on a connection of Jedis' pool, here on one field of a hash that has as many fields as
 * there are series. Prints medians as JSON, and of the time from an increment to a reading of the
 * fleet that has it the worst.
 */
public final class RedisLedgerCost {
  private static final int SERIES = 100_000;
  private static final int CHANGED = 100;
  private static final int SOURCES = 10;
  private static final int SERIES_OF_SOURCE = 10_000;
  private static final int UPDATES_AT_ONCE = 2_000;
  private static final int WARM_UPS = 5;
  private static final int TIMES = 11;
  private static final Duration LEASE = Duration.ofHours(1);

  private final Figures figures = new Figures();
  private final RedisServer server;
  private final RedisStore store;
  private long version;

  private RedisLedgerCost(RedisServer server, RedisStore store) {
    this.server = server;
    this.store = store;
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    try (RedisServer server = RedisServer.start(new SharedMemory().directory());
        RedisStore store = RedisStore.open(server.url() + "?timeoutMs=60000")) {
      System.out.println(new RedisLedgerCost(server, store).measure().toJson());
    }
  }

  private Figures measure() throws InterruptedException {
    for (int i = 0; i < SOURCES; i++) {
      publish("source-" + i, PublishedSeries.family(SERIES_OF_SOURCE, SERIES_OF_SOURCE, 1));
    }
    double read = median(i -> read());
    publish("source", PublishedSeries.family(SERIES, SERIES, 1));
    double all = median(i -> publishChanges(PublishedSeries.family(SERIES, SERIES, 2 + i)));
    double few = median(i -> publishChanges(PublishedSeries.family(SERIES, CHANGED, 1_000 + i)));
    boolean unused = store.ledger().retire("source");
    double readWithBase = median(i -> read());
    figures.put("publishedSeries", SERIES);
    figures.put("publishAllChangedMs", all);
    figures.put("publish" + CHANGED + "ChangedMs", few);
    figures.put("readSources", SOURCES);
    figures.put("readSeriesOfEach", SERIES_OF_SOURCE);
    figures.put("readMs", read);
    figures.put("readWithBaseOf" + SERIES + "SeriesMs", readWithBase);
    double updateMs = hincrbyfloat();
    figures.put("hincrbyfloatPerUpdateMs", updateMs);
    figures.put("hincrbyfloatOfAllSeriesMs", updateMs * SERIES);
    figures.put("ratio", updateMs * SERIES / all);
    figures.put("incrementToFleetWorstMs", incrementToFleet());
    return figures;
  }

  /** The longest time from an increment to a reading that has it, by a replicator as it comes. */
  private double incrementToFleet() throws InterruptedException {
    try (RedisStore fleet = RedisStore.open(server.url() + "?prefix=fleet");
        Tallystick tallystick = new SharedMemory().open(it -> it.replicateTo(fleet))) {
      Counter counter = Counter.builder().name("increments").register(tallystick);
      double worstMs = 0;
      for (int time = 1; time <= TIMES; time++) {
        counter.inc();
        long startNs = System.nanoTime();
        while (total(fleet) < time) {
          Thread.sleep(1);
        }
        double ms = (System.nanoTime() - startNs) / 1e6;
        worstMs = time == 1 ? 0 : Math.max(worstMs, ms); // the first one opens the directory
      }
      return worstMs;
    }
  }

  /** What all series of all families count together. */
  private static double total(RedisStore fleet) {
    return fleet.ledger().read().stream()
        .flatMap(family -> family.series().stream())
        .mapToDouble(SeriesValues::total)
        .sum();
  }

  private void publish(String source, FamilyValues family) {
    expectAccepted(
        store.ledger().publish(Publication.ofAll(source, ++version, List.of(family), LEASE)));
  }

  private double publishChanges(FamilyValues changes) {
    long since = version++;
    Publication publication =
        Publication.ofChanges("source", version, since, List.of(changes), LEASE);
    long startNs = System.nanoTime();
    Ledger.Result result = store.ledger().publish(publication);
    double ms = (System.nanoTime() - startNs) / 1e6;
    expectAccepted(result);
    return ms;
  }

  private static void expectAccepted(Ledger.Result result) {
    if (result != Ledger.Result.ACCEPTED) {
      throw new IllegalStateException("not published: result=" + result);
    }
  }

  private double read() {
    long startNs = System.nanoTime();
    int series = 0;
    for (FamilyValues family : store.ledger().read()) {
      series += family.series().size();
    }
    double ms = (System.nanoTime() - startNs) / 1e6;
    if (series < SERIES_OF_SOURCE) {
      throw new IllegalStateException("not all series were read: series=" + series);
    }
    return ms;
  }

  /** The time of one update, of many in a row. */
  private double hincrbyfloat() {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < SERIES; i++) {
      fields.add("_total:{\"path\":\"/" + i + "\",\"status\":\"200\"}");
    }
    try (RedisClient jedis =
        RedisClient.builder().hostAndPort("127.0.0.1", server.port()).build()) {
      double[] times = new double[TIMES];
      for (int time = -WARM_UPS; time < TIMES; time++) {
        long startNs = System.nanoTime();
        for (int i = 0; i < UPDATES_AT_ONCE; i++) {
          double unused = jedis.hincrByFloat("peer_requests", fields.get((i * 7_919) % SERIES), 1);
        }
        if (time >= 0) {
          times[time] = (System.nanoTime() - startNs) / 1e6 / UPDATES_AT_ONCE;
        }
      }
      Arrays.sort(times);
      return times[TIMES / 2];
    }
  }

  private static double median(Timed call) {
    double[] times = new double[TIMES];
    for (int time = -WARM_UPS; time < TIMES; time++) {
      double ms = call.ms(time + WARM_UPS);
      if (time >= 0) {
        times[time] = ms;
      }
    }
    Arrays.sort(times);
    return times[TIMES / 2];
  }

  /** What is done several times, each with what has changed since. */
  private interface Timed {
    double ms(int time);
  }
}
