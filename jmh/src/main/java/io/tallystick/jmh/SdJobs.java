package io.tallystick.jmh;

import io.prometheus.metrics.config.PrometheusProperties;
import io.tallystick.Tallystick;
import io.tallystick.http.HttpListener;
import io.tallystick.jmh.report.Rows;
import io.tallystick.scrape.MetricsHandler;
import io.tallystick.sd.cache.Answer;
import io.tallystick.sd.cache.CacheSettings;
import io.tallystick.sd.cache.DiscoveryMetrics;
import io.tallystick.sd.cache.Doorbell;
import io.tallystick.sd.cache.TargetLists;
import io.tallystick.sd.cache.TargetQuery;
import io.tallystick.sd.cache.WorkerSettings;
import io.tallystick.sd.cache.Workers;
import io.tallystick.sd.generate.GeneratorRoot;
import io.tallystick.sd.generate.TargetGroup;
import io.tallystick.sd.generate.Targets;
import io.tallystick.sd.http.HttpSettings;
import io.tallystick.sd.http.SdServer;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * What does service discovery cost where there is no list yet, and do its lists stay fresh?
 *
 * <p>In one JVM: a miss, as a request over HTTP that queues a job which nobody takes, with none and
 * with 10,000 others queued; a job, from when it is queued until the list of its JSON file is in
 * the store, for many that one worker takes one after the other; and how old lists become that are
 * polled while four workers make them anew, with generators of {@code 100 ms}. The last is
 * shortened: a fifth of the paths in a fifth of the time, which the figures name. Misses and jobs
 * are done in five rounds, after enough of them that what follows runs compiled. Prints a row for
 * each store as JSON.
 */
public final class SdJobs {
  private static final int ROUNDS_TIMED = 5;
  private static final int MISSES = 40; // of a round
  private static final int MISSES_TO_WARM_UP = 5_000;
  private static final int QUEUED = 10_000;
  private static final int JOBS = 100; // of a round
  private static final int JOBS_TO_WARM_UP = 500;
  private static final int PATHS = 200;
  private static final Duration INTERVAL = Duration.ofSeconds(12);
  private static final Duration FRESH = Duration.ofSeconds(60);
  private static final int ROUNDS = 3;
  private static final int GENERATOR_MS = 100;
  private static final int QUERIES = 1_000_000;

  private final Rows rows = new Rows();
  private final HttpClient client = HttpClient.newHttpClient();
  private final InstantSource clock = InstantSource.system();
  private final Path folder;
  private final DiscoveryMetrics metrics;
  private final HttpSettings http =
      new HttpSettings(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          "",
          100,
          64,
          Duration.ZERO,
          Optional.empty(),
          Optional.empty());
  private final Tallystick tallystick;

  private SdJobs(Path folder, Tallystick tallystick) {
    this.folder = folder;
    this.tallystick = tallystick;
    this.metrics = DiscoveryMetrics.register(tallystick, "jmh");
  }

  /** Prints the figures. */
  public static void main(String[] args) throws Exception {
    SharedMemory memory = new SharedMemory();
    try (Tallystick tallystick = memory.open()) {
      SdJobs jobs = new SdJobs(memory.directory(), tallystick);
      jobs.measure();
      System.out.println(jobs.rows.toJson());
    }
  }

  private void measure() throws Exception {
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(root.resolve("a.json"), "[{\"targets\":[\"a:1\"]}]");
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      Targets files = GeneratorRoot.of(root, GeneratorRoot.DEFAULT_TIME_LIMIT, pool, metrics);
      try (Store store = MemoryStore.open()) {
        measure("memory", store, files);
      }
      try (Store store = Stores.open("sqlite:" + folder.resolve("sd.db"))) {
        measure("sqlite", store, files);
      }
      try (RedisServer redis = RedisServer.start(Files.createDirectory(folder.resolve("redis")));
          Store store = Stores.open(redis.url())) {
        measure("redis", store, files);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private void measure(String name, Store store, Targets files) throws Exception {
    Rows.Row row = rows.add().put("store", name);
    misses(row, store, files);
    store.keyValues().forEachKey("", store.keyValues()::delete);
    double unused = work(store, files); // until nothing is left
    jobs(row, store, files);
    if (!name.equals("sqlite")) {
      refreshes(row, store);
    }
  }

  private TargetLists lists(Store store, Targets targets, CacheSettings cache, Doorbell doorbell) {
    return TargetLists.start(store, targets, cache, clock, metrics, doorbell);
  }

  private Workers workers(Store store, Targets targets, int threads, Doorbell doorbell) {
    WorkerSettings settings = WorkerSettings.of(threads, "jmh", Duration.ofHours(1));
    return Workers.start(store, targets, settings, clock, metrics, doorbell);
  }

  private static CacheSettings manyQueries() {
    CacheSettings usual = CacheSettings.DEFAULT;
    return new CacheSettings(
        usual.fresh(), usual.refreshEvery(), usual.maxStale(), QUERIES, QUERIES);
  }

  private void misses(Rows.Row row, Store store, Targets files) throws Exception {
    try (TargetLists lists = lists(store, files, manyQueries(), new Doorbell());
        HttpListener listener =
            SdServer.start(
                http,
                lists,
                metrics,
                MetricsHandler.atAnyPath(tallystick.scraper(), PrometheusProperties.get()))) {
      String uri = "http://127.0.0.1:" + listener.port() + "/targets/a.json?i=";
      double unused = missMs(uri + "w", MISSES_TO_WARM_UP);
      unused = work(store, files);
      row.put("missMs", misses(uri + "f"));
      for (int i = 0; i < QUEUED; i++) {
        Answer unusedAnswer = lists.get(query(i), Duration.ZERO, Optional.empty());
      }
      row.put("missAfterQueueMs", misses(uri + "q"));
      row.put("queued", lists.sizes().orElseThrow().queued());
    }
  }

  /** The median milliseconds of each round. */
  private double[] misses(String uri) throws IOException, InterruptedException {
    double[] medians = new double[ROUNDS_TIMED];
    for (int round = 0; round < medians.length; round++) {
      medians[round] = missMs(uri + round + "-", MISSES);
    }
    return medians;
  }

  private double missMs(String uri, int misses) throws IOException, InterruptedException {
    double[] times = new double[misses];
    for (int i = 0; i < misses; i++) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(uri + i)).build();
      long startNs = System.nanoTime();
      int status = client.send(request, BodyHandlers.discarding()).statusCode();
      times[i] = (System.nanoTime() - startNs) / 1e6;
      if (status != 503) {
        throw new IOException("not a miss: status=" + status);
      }
    }
    Arrays.sort(times);
    return times[times.length / 2];
  }

  private static TargetQuery query(int i) {
    return new TargetQuery("a.json", Map.of("i", Integer.toString(i)));
  }

  /** Works off what is queued; returns how long that took, for each job that there was. */
  private double work(Store store, Targets files) throws Exception {
    try (TargetLists lists = lists(store, files, manyQueries(), new Doorbell())) {
      long jobs = lists.sizes().orElseThrow().queued();
      long startNs = System.nanoTime();
      Workers workers = workers(store, files, 1, new Doorbell());
      try {
        while (lists.sizes().orElseThrow().queued() > 0) {
          Thread.sleep(1);
        }
      } finally {
        workers.close();
      }
      return jobs == 0 ? 0 : (System.nanoTime() - startNs) / 1e6 / jobs;
    }
  }

  private void jobs(Rows.Row row, Store store, Targets files) throws Exception {
    double unused = jobMs(store, files, 1_000_000, JOBS_TO_WARM_UP);
    double[] ms = new double[ROUNDS_TIMED];
    for (int round = 0; round < ms.length; round++) {
      ms[round] = jobMs(store, files, 1_000_000 * (round + 2), JOBS);
    }
    row.put("jobMs", ms);
  }

  /** Queues jobs and works them off; the milliseconds for each. */
  private double jobMs(Store store, Targets files, int first, int jobs) throws Exception {
    try (TargetLists lists = lists(store, files, manyQueries(), new Doorbell())) {
      for (int i = 0; i < jobs; i++) {
        Answer unused = lists.get(query(first + i), Duration.ZERO, Optional.empty());
      }
    }
    return work(store, files);
  }

  private void refreshes(Rows.Row row, Store store) throws Exception {
    Targets slow = new SlowTargets();
    CacheSettings cache = new CacheSettings(FRESH, INTERVAL, Duration.ofHours(1), 1_000, 10_000);
    Doorbell doorbell = new Doorbell();
    long oldestMs = 0;
    int stale = 0;
    int missing = 0;
    Workers workers = workers(store, slow, 4, doorbell);
    try (TargetLists lists = lists(store, slow, cache, doorbell)) {
      for (int round = 0; round <= ROUNDS; round++) {
        long startNs = System.nanoTime();
        for (int i = 0; i < PATHS; i++) {
          Answer answer = lists.get(TargetQuery.of("p" + i), Duration.ZERO, Optional.of(INTERVAL));
          if (answer instanceof Answer.Listed list) {
            oldestMs = Math.max(oldestMs, list.age().toMillis());
            stale += list.stale() ? 1 : 0;
          } else {
            missing += round == 0 ? 0 : 1; // of the first round, there are none yet
          }
          sleepUntil(startNs + INTERVAL.toNanos() * (i + 1) / PATHS);
        }
      }
    } finally {
      workers.close();
    }
    row.put("refreshedPaths", PATHS);
    row.put("refreshedEverySeconds", INTERVAL.toSeconds());
    row.put("polls", PATHS * ROUNDS);
    row.put("pollsWithoutList", missing);
    row.put("pollsStale", stale);
    row.put("oldestListSeconds", oldestMs / 1e3);
  }

  private static void sleepUntil(long endNs) throws InterruptedException {
    long leftMs = (endNs - System.nanoTime()) / 1_000_000;
    if (leftMs > 0) {
      Thread.sleep(leftMs);
    }
  }

  /** Paths whose generators take a while. */
  private static final class SlowTargets implements Targets {
    @Override
    public boolean exists(String path) {
      return path.startsWith("p");
    }

    @Override
    public List<String> paths() {
      return IntStream.range(0, PATHS).mapToObj(i -> "p" + i).sorted().toList();
    }

    @Override
    public List<TargetGroup> generate(String path, Map<String, String> arguments)
        throws InterruptedException {
      Thread.sleep(GENERATOR_MS);
      return List.of(new TargetGroup(List.of(path + ":1"), Map.of()));
    }

    @Override
    public String raw(String path, Map<String, String> arguments) {
      return "[]";
    }
  }
}
