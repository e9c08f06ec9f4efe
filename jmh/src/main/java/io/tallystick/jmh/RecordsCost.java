package io.tallystick.jmh;

import io.tallystick.jmh.report.Figures;
import io.tallystick.records.Aggregation;
import io.tallystick.records.Alert;
import io.tallystick.records.HistoryQuery;
import io.tallystick.records.MetricRecord;
import io.tallystick.records.RecordQuery;
import io.tallystick.records.RecordStore;
import io.tallystick.records.Sample;
import io.tallystick.records.Severity;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import io.tallystick.store.redis.RedisStore;
import io.tallystick.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * How long does it take to save records, to find a few of many, to read the history of a metric
 * with many samples, and to back all of it up, on each store?
 *
 * <p>Prints, as JSON, records a second of batches, and of queries the median and the 99th
 * hundredth. {@code tallystick.jmh.records} has how many metrics there are, 100,000 by default;
 * alerts are a tenth of that, and the metric with many samples has as many samples.
 */
public final class RecordsCost {
  private static final String SIZE = "tallystick.jmh.records";
  private static final int METRICS = Integer.getInteger(SIZE, 100_000);
  private static final int ALERTS = Math.max(100, METRICS / 10);
  private static final int ALERTS_TO_WARM_UP = 2_000;
  private static final int SAMPLES_OF_EACH = 10;
  private static final int OF_ONE_NAME = 200;
  private static final int FEW = 10;
  private static final int BATCH = 500;
  private static final int QUERIES = 1_000;
  private static final int HISTORIES_TO_WARM_UP = 20;
  private static final int STEPS = 1_000;
  private static final List<Severity> SEVERITIES = List.of(Severity.values());

  private final Figures figures = new Figures();
  private final Instant start = Instant.now().minusSeconds(86_400);

  private RecordsCost() {}

  /** Prints the figures, which a JVM of its own finds out: Chronicle Map takes one with flags. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length == 0) {
      List<String> options = new ArrayList<>(List.of("-D" + SIZE + "=" + METRICS));
      for (String opened : List.of("java.lang", "java.lang.reflect", "sun.nio.ch")) {
        options.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
      }
      try (ForkedJvm jvm = ForkedJvm.startWith(options, RecordsCost.class, "measure")) {
        jvm.linesToItsEnd().forEach(System.out::println);
      }
      return;
    }
    ForkedJvm.endWithParent();
    RecordsCost cost = new RecordsCost();
    cost.figures.put("metrics", METRICS);
    cost.figures.put("samplesOfEach", SAMPLES_OF_EACH);
    cost.figures.put("alerts", ALERTS);
    Path folder = Files.createTempDirectory(new SharedMemory().directory(), "records");
    try (Store store = MemoryStore.open()) {
      new RecordsCost()
          .measure("warm", store, folder); // else the first one measured is the coldest
    }
    try (Store store = MemoryStore.open()) {
      cost.measure("memory", store, folder);
    }
    try (Store store = SqliteStore.open(folder.resolve("records.db"))) {
      cost.measure("sqlite", store, folder);
    }
    try (Store store = Stores.open(chronicleUrl(folder))) {
      cost.measure("chronicle", store, folder);
    }
    try (RedisServer server = RedisServer.start(folder);
        RedisStore store = RedisStore.open(server.url() + "?timeoutMs=60000")) {
      cost.measure("redis", store, folder);
    }
    System.out.println(cost.figures.toJson());
  }

  /** With room for records, what is found of them, and changes of alerts. */
  private static String chronicleUrl(Path folder) {
    return "chronicle:"
        + folder.resolve("records")
        + "?keys="
        + (4 * METRICS + 20_000)
        + "&valueBytes=1024";
  }

  private void measure(String name, Store store, Path folder) throws IOException {
    RecordStore records = RecordStore.of(store);
    warmUp(records);
    warmUpAlerts(records);
    backupSeconds(store, folder);
    figures.put(name + "SavedMetricsPerSecond", saveMetrics(records));
    figures.put(name + "SavedAlertsPerSecond", saveAlerts(records));
    putTimes(
        name + "QueryByName",
        QUERIES,
        i -> {
          RecordQuery query = RecordQuery.all().where("name", name(i * 37)).limit(FEW);
          return expect(FEW, () -> records.metrics().query(query).records().size());
        });
    putTimes(
        name + "QueryByTwoFilters",
        QUERIES,
        i -> {
          RecordQuery query =
              RecordQuery.all()
                  .where("type", i % 2 == 0 ? "gauge" : "counter")
                  .where("name", name(i * 41))
                  .limit(100);
          return expect(100, () -> records.metrics().query(query).records().size());
        });
    putTimes(
        name + "QueryAlertsByTwoFilters",
        QUERIES,
        i -> {
          RecordQuery query =
              RecordQuery.all().where("status", "active").where("severity", "high").limit(100);
          int least = Math.min(100, ALERTS / 5);
          return expect(least, () -> records.alerts().query(query).records().size());
        });
    saveLong(records);
    putTimes(
        name + "History",
        QUERIES,
        i -> {
          HistoryQuery query =
              HistoryQuery.windows(
                  "long",
                  start,
                  start.plusMillis(METRICS),
                  Duration.ofMillis(Math.max(1, METRICS / STEPS)),
                  Aggregation.AVG);
          return expect(Math.min(STEPS, METRICS), () -> records.metrics().history(query).size());
        });
    figures.put(name + "BackupSeconds", backupSeconds(store, folder));
  }

  private static double backupSeconds(Store store, Path folder) throws IOException {
    Path file = folder.resolve("backup");
    long startNs = System.nanoTime();
    store.backup(file);
    double seconds = (System.nanoTime() - startNs) / 1e9;
    Files.delete(file);
    return seconds;
  }

  /** So that what follows runs compiled. */
  private void warmUp(RecordStore records) {
    for (int i = 0; i < 20; i++) {
      List<MetricRecord> some = new ArrayList<>();
      for (int j = 0; j < BATCH; j++) {
        some.add(metric("warm" + j, "warm", i * BATCH + j));
      }
      records.metrics().saveAll(some);
    }
    for (int i = 0; i < 2_000; i++) {
      RecordQuery query = RecordQuery.all().where("name", "warm").where("type", "gauge").limit(10);
      int unused = records.metrics().query(query).records().size();
    }
    HistoryQuery history =
        HistoryQuery.windows(
            "warm", start, start.plusSeconds(60), Duration.ofSeconds(1), Aggregation.AVG);
    for (int i = 0; i < HISTORIES_TO_WARM_UP; i++) {
      int unused = records.metrics().history(history).size();
    }
    for (int j = 0; j < BATCH; j++) {
      boolean unused = records.metrics().delete("warm" + j);
    }
  }

  private void warmUpAlerts(RecordStore records) {
    List<Alert> some = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      some.add(Alert.active("warm" + i, "warm", SEVERITIES.get(i % 5), "probe", start));
    }
    for (int i = 0; i < ALERTS_TO_WARM_UP / BATCH; i++) {
      records.alerts().saveAll(some);
    }
    for (Alert alert : some) {
      boolean unused = records.alerts().delete(alert.id());
    }
  }

  private MetricRecord metric(String id, String name, int number) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < SAMPLES_OF_EACH; i++) {
      samples.add(new Sample(start.plusMillis(number + i), number + i / 10.0, Map.of("host", "a")));
    }
    return MetricRecord.of(
            id, name, number % 2 == 0 ? "gauge" : "counter", start.plusMillis(number))
        .withValues(samples);
  }

  /** Each name has two hundred metrics, of which every other one is a gauge. */
  private static String name(int number) {
    return "name" + Math.floorMod(number, METRICS / OF_ONE_NAME);
  }

  private double saveMetrics(RecordStore records) {
    long startNs = System.nanoTime();
    for (int from = 0; from < METRICS; from += BATCH) {
      List<MetricRecord> some = new ArrayList<>();
      for (int i = from; i < Math.min(METRICS, from + BATCH); i++) {
        some.add(metric("m" + i, "name" + i / OF_ONE_NAME, i));
      }
      records.metrics().saveAll(some);
    }
    return METRICS / ((System.nanoTime() - startNs) / 1e9);
  }

  private double saveAlerts(RecordStore records) {
    long startNs = System.nanoTime();
    for (int from = 0; from < ALERTS; from += BATCH) {
      List<Alert> some = new ArrayList<>();
      for (int i = from; i < Math.min(ALERTS, from + BATCH); i++) {
        Severity severity = SEVERITIES.get(i % 5);
        some.add(Alert.active("a" + i, "name" + i % 50, severity, "probe", start.plusMillis(i)));
      }
      records.alerts().saveAll(some);
    }
    return ALERTS / ((System.nanoTime() - startNs) / 1e9);
  }

  private void saveLong(RecordStore records) {
    records.metrics().save(MetricRecord.of("long", "long", "gauge", start));
    for (int from = 0; from < METRICS; from += 10_000) {
      List<Sample> some = new ArrayList<>();
      for (int i = from; i < Math.min(METRICS, from + 10_000); i++) {
        some.add(Sample.of(start.plusMillis(i), i));
      }
      boolean unused = records.metrics().append("long", some);
    }
  }

  private interface Query {
    long ns(int number);
  }

  private static long expect(int count, IntSupplier call) {
    long startNs = System.nanoTime();
    int found = call.getAsInt();
    long ns = System.nanoTime() - startNs;
    if (found < count) {
      throw new IllegalStateException("not found: records=" + found + " expected=" + count);
    }
    return ns;
  }

  private void putTimes(String name, int times, Query query) {
    long[] all = new long[times];
    for (int i = -times / 4; i < times; i++) {
      long ns = query.ns(i + times);
      if (i >= 0) {
        all[i] = ns;
      }
    }
    Arrays.sort(all);
    figures.put(name + "MedianMs", all[times / 2] / 1e6);
    figures.put(name + "P99Ms", all[times * 99 / 100] / 1e6);
  }
}
