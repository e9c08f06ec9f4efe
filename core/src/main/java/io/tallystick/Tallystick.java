package io.tallystick;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.merge.Retirement;
import io.tallystick.metrics.Registrar;
import io.tallystick.mirror.SnapshotSource;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.shm.LifeLayout;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;
import io.tallystick.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * This process' part in a directory that the JVMs of a host share: what metrics are registered
 * with.
 *
 * <pre>{@code
 * try (Tallystick tallystick = Tallystick.open(Path.of("/dev/shm/shop"))) {
 *   Counter requests = Counter.builder().name("http_requests_total").help("Requests served.")
 *       .labelNames("path", "status").register(tallystick);
 *   CounterDataPoint ok = requests.labelValues("/", "200"); // resolve once
 *   ok.inc();                                               // hot path
 *   PrometheusRegistry.defaultRegistry.register(tallystick.collector());
 * }
 * }</pre>
 *
 * <p>Threading: any. Two of one directory count as two processes. A daemon thread grants columns
 * and turns the clock until {@link #close()}.
 *
 * <p>Settings not made with the {@linkplain #builder() builder} are read from the system property
 * {@code tallystick.<name>}, else from the environment's {@code TALLYSTICK_<NAME>}.
 */
public final class Tallystick extends Registrar implements AutoCloseable {
  private static final ReentrantLock DEFAULT_LOCK = new ReentrantLock();
  private static @Nullable Tallystick defaultInstance; // guarded by DEFAULT_LOCK

  final Closing closing;
  private final ProcessFile file;
  private final Scraper scraper;

  Tallystick(
      ProcessFile file,
      Scraper scraper,
      Retirement retirement,
      SeriesLimits limits,
      Duration mirrorInterval,
      Duration seriesTimeToLive) {
    super(file, limits, mirrorInterval, seriesTimeToLive);
    this.file = file;
    this.scraper = scraper;
    Agent agent = Agent.start(file, limits, mirrors());
    this.closing = new Closing(file, scraper, retirement, agent, mirrors());
  }

  /**
   * Opens a directory, which is created where there is none.
   *
   * @throws UncheckedIOException where it cannot be written, or must not be trusted
   * @throws IllegalArgumentException where a setting is unknown or bad
   */
  public static Tallystick open(Path directory) {
    return builder().directory(directory).open();
  }

  /**
   * Opens a directory of its own for a job that is gone before anybody can scrape it. It is
   * published to a store's ledger once in a second, and once more by {@link #close()}, or when the
   * JVM ends otherwise, and counts on there among what has ended. What a killed job counted is
   * published by the next process of the host that replicates to this ledger. The caller closes the
   * store, after this.
   *
   * @throws UncheckedIOException where it cannot be written
   */
  public static Tallystick ephemeral(Store store) {
    return builder().replicateTo(store).ephemeral().open();
  }

  /** For everything but the directory that is not left to the settings. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The instance that {@code register()} without argument uses, opened at the first call and never
   * closed.
   */
  public static Tallystick defaultInstance() {
    DEFAULT_LOCK.lock();
    try {
      Tallystick present = defaultInstance;
      if (present == null) {
        present = builder().open(); // where it fails, the next call tries again
        defaultInstance = present;
      }
      return present;
    } finally {
      DEFAULT_LOCK.unlock();
    }
  }

  /**
   * The directory of the default instance: the system property {@code tallystick.dir}, else the
   * environment's {@code TALLYSTICK_DIR}, else {@code PROMETHEUS_MULTIPROC_DIR}, else a directory
   * of this user in shared memory.
   */
  public static Path defaultDirectory() {
    return Settings.ofProcess().directory();
  }

  /**
   * Opens a directory that is there, to scrape it without having a part in it.
   *
   * @throws IOException where there is none, or where it must not be trusted
   */
  public static Scraper openScraper(Path directory) throws IOException {
    return Scraper.of(Directory.open(directory), null, retention(), Clock.systemUTC());
  }

  /**
   * Folds the dead processes of a directory now.
   *
   * @throws IOException where there is none, where it must not be trusted or has a faulty retired
   *     file, or where it is full
   */
  public static Retirement.Report retire(Path directory) throws IOException {
    return new Retirement(Directory.open(directory), retention(), Clock.systemUTC()).runAndCheck();
  }

  private static Duration retention() {
    return Settings.ofProcess().deadGaugeRetention();
  }

  public Path directory() {
    return scraper.directory();
  }

  /** The text that tells this process apart in the label {@code pid}. */
  public String instanceName() {
    return file.instance();
  }

  /** The whole directory as one collector of client_java, for any of its registries. */
  public MultiCollector collector() {
    return scraper.collector();
  }

  /** The same view as {@link #collector()}, for a {@link io.tallystick.scrape.ScrapeServer}. */
  public Scraper scraper() {
    return scraper;
  }

  /**
   * Copies a registry of client_java into the directory, once in each {@code
   * tallystick.mirrorInterval} and on a thread of its own, for as long as it is not closed. So what
   * registers there, such as client_java's JVM metrics or Micrometer's {@code
   * PrometheusMeterRegistry}, is in every scrape of the directory.
   *
   * <p>Names that this instance has already are left out, counted and logged. The registry must not
   * be the one that an exporter serves together with {@link #collector()}: that would show all of
   * it twice.
   */
  public Mirror mirror(PrometheusRegistry registry) {
    return mirror(registry, settings -> {});
  }

  /** As {@link #mirror(PrometheusRegistry)}, with settings. */
  public Mirror mirror(PrometheusRegistry registry, Consumer<Mirror.Builder> settings) {
    return mirror(SnapshotSource.of(registry), settings);
  }

  /** As {@link #mirror(PrometheusRegistry)}, for whatever can be read as such a registry is. */
  public Mirror mirror(SnapshotSource registry, Consumer<Mirror.Builder> settings) {
    Mirror.Builder builder = new Mirror.Builder();
    settings.accept(builder);
    return builder.start(mirrors(), registry);
  }

  /**
   * Ends this process' part: its values become those of a dead process, which the directory keeps.
   * Callbacks and mirrored registries are copied once more, and the directory is published once
   * more where it is replicated, which waits a few seconds for a slow store. Updates that come
   * later are lost without harm. Twice does no harm.
   */
  @Override
  public void close() {
    closing.close();
  }

  /** Makes a {@link Tallystick}. What is not set comes from the settings. */
  public static final class Builder {
    final Settings settings = Settings.ofProcess();
    @Nullable Path directory;
    int columns = NumberSetting.COLUMNS.integerIn(settings);
    int segmentCells = NumberSetting.SEGMENT_CELLS.integerIn(settings);
    long maxBytes = NumberSetting.MAX_BYTES.in(settings);
    int maxSeriesPerMetric = NumberSetting.MAX_SERIES_PER_METRIC.integerIn(settings);
    int maxSeriesPerDirectory = NumberSetting.MAX_SERIES_PER_DIRECTORY.integerIn(settings);
    Duration deadGaugeRetention = settings.deadGaugeRetention();
    Duration mirrorInterval = settings.mirrorInterval();
    Duration seriesTimeToLive = settings.seriesTimeToLive();
    ReplicationSettings replication = ReplicationSettings.of(settings);
    @Nullable String instanceName = settings.text(Settings.INSTANCE_NAME);
    boolean isNamed;
    boolean isEphemeral;
    @Nullable String role;
    Clock clock = Clock.systemUTC();

    private Builder() {}

    /** What the JVMs share; {@link #defaultDirectory()} where it is not set. */
    public Builder directory(Path directory) {
      this.directory = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /** The most threads with a column of their own; 0 to 1024, default 64. */
    public Builder columns(int columns) {
      this.columns = NumberSetting.COLUMNS.checked(columns);
      return this;
    }

    /** The fewest cells that a file grows by; 64 to 1,048,576, default 1,024. */
    public Builder segmentCells(int segmentCells) {
      this.segmentCells = NumberSetting.SEGMENT_CELLS.checked(segmentCells);
      return this;
    }

    /** The most bytes of this process' file; by default a quarter of what is free at the start. */
    public Builder maxBytes(long maxBytes) {
      this.maxBytes = NumberSetting.MAX_BYTES.checked(maxBytes);
      return this;
    }

    /**
     * The most series of one metric in the directory, those of all processes together; default
     * 10,000. More share one series.
     */
    public Builder maxSeriesPerMetric(int maxSeriesPerMetric) {
      this.maxSeriesPerMetric = NumberSetting.MAX_SERIES_PER_METRIC.checked(maxSeriesPerMetric);
      return this;
    }

    /**
     * The most series of all metrics in the directory, those of all processes together; 1 to
     * 50,000,000, default 1,000,000. More share one series of their metric.
     */
    public Builder maxSeriesPerDirectory(int maxSeriesPerDirectory) {
      this.maxSeriesPerDirectory =
          NumberSetting.MAX_SERIES_PER_DIRECTORY.checked(maxSeriesPerDirectory);
      return this;
    }

    /** How long dead processes' own gauges and infos are kept; default an hour. */
    public Builder deadGaugeRetention(Duration deadGaugeRetention) {
      if (deadGaugeRetention.isNegative() || deadGaugeRetention.compareTo(Settings.LONGEST) > 0) {
        throw Settings.bad(
            "deadGaugeRetention", deadGaugeRetention, "not negative, and a long of milliseconds");
      }
      this.deadGaugeRetention = deadGaugeRetention;
      return this;
    }

    /** How often callbacks and registries are copied; 10 ms to a day, default a second. */
    public Builder mirrorInterval(Duration mirrorInterval) {
      if (!Settings.isMirrorInterval(mirrorInterval)) {
        throw Settings.bad("mirrorInterval", mirrorInterval, Settings.MIRROR_INTERVALS);
      }
      this.mirrorInterval = mirrorInterval;
      return this;
    }

    /**
     * How long series of metrics with labels, but for infos, are shown after any process updated
     * them last; from 10 seconds on, or zero for ever, which is the default. A metric's builder can
     * say otherwise.
     */
    public Builder seriesTimeToLive(Duration seriesTimeToLive) {
      if (!LifeLayout.isTtl(seriesTimeToLive)) {
        throw Settings.bad("seriesTimeToLive", seriesTimeToLive, LifeLayout.TTLS);
      }
      this.seriesTimeToLive = seriesTimeToLive;
      return this;
    }

    /**
     * Publishes the directory to a store's ledger once in each interval, and once more when it is
     * closed. Of all processes of the directory that are told so, one does it. A store that is slow
     * or down does no harm. The caller closes the store, after this.
     */
    public Builder replicateTo(Store store) {
      replication = replication.to(ReplicationTarget.of(store));
      return this;
    }

    /**
     * As {@link #replicateTo(Store)}, to the store of a URL, which is opened when it is reached
     * first and closed with this.
     *
     * @throws IllegalArgumentException where it is no URL of a store
     */
    public Builder replicateTo(String url) {
      replication = replication.to(ReplicationTarget.of(url));
      return this;
    }

    /** How often the directory is published; 10 ms to a day, default a second. */
    public Builder replicationInterval(Duration replicationInterval) {
      replication = replication.every(replicationInterval);
      return this;
    }

    /**
     * How long the ledger counts the directory as live that does not publish; from three intervals
     * to a day, default five minutes. Then anyone retires it, and its live gauges are gone.
     */
    public Builder replicationLease(Duration replicationLease) {
      replication = replication.lease(replicationLease);
      return this;
    }

    /**
     * What the directory is called in the ledger, which is the label {@code instance} of its gauges
     * of single processes; default the host's name with the directory's behind it.
     */
    public Builder replicationName(String replicationName) {
      replication = replication.name(replicationName);
      return this;
    }

    /**
     * Opens a directory of its own beside the one that is set, as {@link Tallystick#ephemeral}
     * does. It has to be replicated.
     */
    public Builder ephemeral() {
      this.isEphemeral = true;
      return this;
    }

    /** The source of times. */
    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /** What tells this process apart in the label {@code pid}; default its pid. */
    public Builder instanceName(String instanceName) {
      if (instanceName.isBlank()) {
        throw new IllegalArgumentException("instance name is blank: instanceName=");
      }
      this.instanceName = instanceName;
      this.isNamed = true;
      return this;
    }

    /**
     * Goes on with the file of the process that had this role before and was killed, where it was
     * opened so too and is not folded yet; its file is left for a minute. The role is the instance
     * name as well, and goes before the setting of it. One process at a time has a role: where
     * another lives, this one gets a file of its own and a longer name.
     *
     * <p>A metric that is registered again with the same name, type, mode, labels, unit, bounds or
     * states goes on with its series: totals, created times, and gauges as they were last set. What
     * has changed is a new metric in the same file. Gauges of the {@code live} modes and infos of
     * the killed process are forgotten. A process that was closed leaves nothing to go on with: its
     * values are folded.
     */
    public Builder resume(String role) {
      if (role.isBlank()) {
        throw new IllegalArgumentException("role is blank: role=");
      }
      this.role = role;
      return this;
    }

    /**
     * Opens the directory and folds the processes that have died in it.
     *
     * @throws UncheckedIOException where it cannot be written, or must not be trusted
     * @throws IllegalArgumentException where a role and another instance name are set
     */
    public Tallystick open() {
      return new Opening(this).open();
    }
  }
}
