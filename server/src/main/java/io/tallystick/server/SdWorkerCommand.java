package io.tallystick.server;

import io.tallystick.Tallystick;
import io.tallystick.scrape.ScrapeServer;
import io.tallystick.sd.cache.DiscoveryMetrics;
import io.tallystick.sd.cache.Doorbell;
import io.tallystick.sd.cache.WorkerSettings;
import io.tallystick.sd.cache.Workers;
import io.tallystick.sd.generate.GeneratorRoot;
import io.tallystick.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code tallystick sd worker}: runs the generators that the servers of a store ask for, until the
 * process is told to end.
 */
@Command(
    name = "worker",
    description =
        "Runs the generators that the servers of a store ask for, until it is told to end; then it"
            + " finishes what runs, or hands it back.")
final class SdWorkerCommand implements Callable<Integer> {
  private static final IntegerRange WORKERS = new IntegerRange("num-workers", 1, 1_000);
  private static final IntegerRange PORTS = new IntegerRange("port", 0, 65_535);
  private static final IntegerRange LEASES = new IntegerRange("lease-seconds", 1, 3_600);
  private static final IntegerRange GRACES = new IntegerRange("grace-seconds", 0, 7);
  private static final int GENERATORS_PER_WORKER = 4; // of a path, at a time
  private static final int MOST_ID_LENGTH = 128;

  @Mixin private final RootParameter root = new RootParameter();
  @Mixin private final SdStoreOption store = new SdStoreOption();
  @Mixin private final SdCacheOptions cache = new SdCacheOptions();
  @Mixin private final SdMetricsOption metrics = new SdMetricsOption();

  @Option(
      names = {"-n", "--num-workers", "--num_workers"},
      paramLabel = "NUMBER",
      description = "How many paths it generates at a time (default: 4).")
  private String workers = "4";

  @Option(
      names = {"--worker-id", "--worker_id"},
      paramLabel = "ID",
      description =
          "What errors and metrics call it (default: the host, and a number that no other worker of"
              + " the directory has).")
  private @Nullable String workerId;

  @Option(
      names = {"--lease-seconds", "--lease_seconds"},
      paramLabel = "SECONDS",
      description =
          "After how long what a killed worker ran is run again by another one (default: 30).")
  private String leaseSeconds = "30";

  @Option(
      names = {"--grace-seconds", "--grace_seconds"},
      paramLabel = "SECONDS",
      description =
          "How long what runs may go on once the process is told to end, before it is stopped and"
              + " handed back; 0 to 7 (default: 5).")
  private String graceSeconds = "5";

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to serve metrics on (default: 127.0.0.1).")
  private String host = "127.0.0.1";

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description =
          "The port to serve metrics on; 0 takes a free one. Of those that share it one serves, for"
              + " all that count in one directory (default: 8081).")
  private String port = "8081";

  private final Output out;

  SdWorkerCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    Path folder = root.path();
    int number = PORTS.parse(port);
    InetAddress unused = HostAddress.of("host", host); // before anything is opened
    requireId();
    Function<String, WorkerSettings> settings = settings();
    try (Termination termination = new Termination(Thread.currentThread())) {
      termination.listen();
      try (Store opened = store.openShared();
          Tallystick tallystick = metrics.open();
          WorkerName name = name(tallystick);
          ScrapeServer scrapes =
              ScrapeServer.builder()
                  .scraper(tallystick.scraper())
                  .properties(ExporterSettings.load())
                  .bind(host)
                  .port(number)
                  .start()) {
        work(
            folder,
            settings.apply(name.text()),
            opened,
            DiscoveryMetrics.register(tallystick, Main.Version.name()),
            scrapes);
      }
    }
    return Exit.OK;
  }

  private void work(
      Path folder,
      WorkerSettings settings,
      Store opened,
      DiscoveryMetrics counted,
      ScrapeServer scrapes) {
    ExecutorService pool = Executors.newFixedThreadPool(settings.threads() * GENERATORS_PER_WORKER);
    GeneratorRoot targets =
        GeneratorRoot.of(folder, GeneratorRoot.DEFAULT_TIME_LIMIT, pool, counted);
    Workers working =
        Workers.start(opened, targets, settings, InstantSource.system(), counted, new Doorbell());
    try {
      out.line("working: root=" + folder + " " + said(settings) + " " + metricsAt(scrapes));
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // The end that was asked for; close() does the rest.
    } finally {
      working.close();
      pool.shutdownNow();
    }
  }

  private String said(WorkerSettings settings) {
    String name = store.name(SdStoreOption.REDIS);
    return "store=" + name + " workers=" + settings.threads() + " id=" + settings.id();
  }

  private String metricsAt(ScrapeServer scrapes) {
    return scrapes.isServing()
        ? "metrics=http://" + HostAddress.inUrl(host) + ":" + scrapes.port() + "/metrics"
        : "metrics=standing by, as port " + port + " is in use";
  }

  /** The settings of workers of some name; what was given is checked at once. */
  private Function<String, WorkerSettings> settings() {
    int threads = WORKERS.parse(workers);
    Duration keep = cache.settings().maxStale();
    Duration lease = Duration.ofSeconds(LEASES.parse(leaseSeconds));
    Duration grace = Duration.ofSeconds(GRACES.parse(graceSeconds));
    return id -> new WorkerSettings(threads, id, keep, lease, grace);
  }

  private void requireId() {
    if (workerId != null && (workerId.isBlank() || workerId.length() > MOST_ID_LENGTH)) {
      throw new UsageException(
          "not 1 to " + MOST_ID_LENGTH + " characters: worker-id=" + Lines.single(workerId));
    }
  }

  private WorkerName name(Tallystick tallystick) {
    return workerId != null ? WorkerName.of(workerId) : WorkerName.claim(tallystick.directory());
  }
}
