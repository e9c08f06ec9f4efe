package io.tallystick.replication;

import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.shm.Log;
import io.tallystick.store.Ledger;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a directory to a ledger once in an interval, for as long as it is not closed.
 *
 * <p>Of all that are started for a directory, in one JVM or several, one does it: the holder of an
 * operating system's lock. The others stand by and take over when it is closed or killed. It has a
 * scraper and a daemon thread of its own, so that no update and no scrape ever waits for a store.
 * Threading: any.
 */
public final class Replicator implements AutoCloseable {
  /** How often it publishes by default. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);

  /** How long a ledger shows a directory that does not publish, by default: as Prometheus does. */
  public static final Duration DEFAULT_LEASE = Duration.ofMinutes(5);

  private static final Duration LEAST_INTERVAL = Duration.ofMillis(10);
  private static final Duration LEAST_LEASE = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofDays(1);
  private static final int LEAST_INTERVALS_OF_LEASE = 3;
  private static final int MAX_NAME_LENGTH = 128;
  private static final String THREAD = "tallystick-replicator";

  private final ReplicationLoop loop;
  private final Thread thread;
  private final Duration patience;

  private Replicator(Builder builder, ReplicationLoop loop) {
    this.loop = loop;
    this.patience = builder.patience;
    this.thread = new Thread(null, loop, THREAD, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null); // it outlives whoever starts it
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Checks an interval.
   *
   * @throws IllegalArgumentException where it is none of 10 ms to a day
   */
  public static void requireInterval(Duration interval) {
    requireWithin("replicationInterval", interval, LEAST_INTERVAL);
  }

  /**
   * Checks a lease.
   *
   * @throws IllegalArgumentException where it is none of a second to a day
   */
  public static void requireLease(Duration lease) {
    requireWithin("replicationLease", lease, LEAST_LEASE);
  }

  /**
   * Checks a lease against an interval.
   *
   * @throws IllegalArgumentException where it is shorter than three of them
   */
  public static void requireLeaseFor(Duration interval, Duration lease) {
    if (lease.compareTo(interval.multipliedBy(LEAST_INTERVALS_OF_LEASE)) < 0) {
      throw new IllegalArgumentException(
          "lease is shorter than three intervals: replicationLease="
              + lease
              + " replicationInterval="
              + interval);
    }
  }

  private static void requireWithin(String what, Duration value, Duration least) {
    if (value.compareTo(least) < 0 || value.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          "bad setting: " + what + "=" + value + " expected=from " + least + " to " + MOST);
    }
  }

  /**
   * Checks a name.
   *
   * @throws IllegalArgumentException where it is blank or too long
   */
  public static void requireName(String name) {
    if (name.isBlank() || name.length() > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException(
          "bad setting: replicationName="
              + name
              + " expected=1 to "
              + MAX_NAME_LENGTH
              + " characters");
    }
  }

  /** Whether it is the one that publishes. */
  public boolean isElected() {
    return loop.isElected();
  }

  /**
   * How old the ledger's values of the directory are, in milliseconds: since when they lack what
   * was counted; before the first publication, since it is the one that publishes. Empty while
   * another one does.
   */
  public OptionalLong lagMs() {
    return loop.lagMs();
  }

  /**
   * When the ledger's values were last those of the directory, in milliseconds of the Unix epoch.
   */
  public OptionalLong lastSuccessMs() {
    return loop.lastSuccessMs();
  }

  /**
   * Publishes once more, where it is the one that does or nobody is, and ends. It waits a few
   * seconds for a store that is slow; twice does no harm.
   */
  @Override
  public void close() {
    loop.stop();
    boolean interrupted = false;
    long endNs = System.nanoTime() + patience.toNanos();
    long leftMs = patience.toMillis();
    while (thread.isAlive() && leftMs > 0) {
      try {
        thread.join(leftMs);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      leftMs = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
    }
    if (thread.isAlive()) {
      ReplicationLoop.tell(
          () ->
              Log.logger()
                  .log(
                      System.Logger.Level.WARNING,
                      "replication does not end, its store hangs; what was counted last is published"
                          + " by the directory's next process: "
                          + loop.what()));
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes a {@link Replicator}. */
  public static final class Builder {
    private @Nullable Directory directory;
    private @Nullable Supplier<? extends Ledger> ledger;
    private @Nullable String name;
    private Duration interval = DEFAULT_INTERVAL;
    private Duration lease = DEFAULT_LEASE;
    private Duration patience = Duration.ofSeconds(5);
    private Duration deadGaugeRetention = Scraper.DEFAULT_DEAD_GAUGE_RETENTION;
    private Clock clock = Clock.systemUTC();
    private ReplicationListener listener = ReplicationListener.NONE;
    private @Nullable Path shared;

    private Builder() {}

    /** What to publish. Required. */
    public Builder directory(Directory directory) {
      this.directory = directory;
      return this;
    }

    /**
     * Where to. Required. It is asked for at each cycle, on the replicator's thread; where it
     * throws, that cycle has failed.
     */
    public Builder ledger(Supplier<? extends Ledger> ledger) {
      this.ledger = ledger;
      return this;
    }

    /**
     * What the directory is called in the ledger, and its gauges' label {@code instance}; at most
     * 128 characters, default is the host's name with the directory's behind it.
     */
    public Builder name(String name) {
      requireName(name);
      this.name = name;
      return this;
    }

    /** How often to publish; 10 ms to a day, default a second. */
    public Builder interval(Duration interval) {
      requireInterval(interval);
      this.interval = interval;
      return this;
    }

    /**
     * How long the ledger shows the directory's live gauges when nothing is published, before it
     * retires it; three intervals to a day, default five minutes.
     */
    public Builder lease(Duration lease) {
      requireLease(lease);
      this.lease = lease;
      return this;
    }

    /** How long {@link Replicator#close} waits for a slow store; default five seconds. */
    public Builder patience(Duration patience) {
      this.patience = patience;
      return this;
    }

    /** How long dead processes' own gauges are published; default an hour. */
    public Builder deadGaugeRetention(Duration deadGaugeRetention) {
      this.deadGaugeRetention = deadGaugeRetention;
      return this;
    }

    /** The source of times. */
    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /** What to tell of publications. */
    public Builder listener(ReplicationListener listener) {
      this.listener = listener;
      return this;
    }

    /**
     * Says that the directory is a job's, which ends with the replicator: when that is closed, its
     * source is retired and the directory deleted. Where that fails it is left for the next one.
     *
     * @param shared the directory beside which it is
     */
    public Builder ofJob(Path shared) {
      this.shared = shared;
      return this;
    }

    private String nameFor(Directory directory) {
      Path parent = directory.path().getParent();
      return name != null
          ? name
          : HostName.of(
              shared != null && parent != null ? parent : directory.path()); // one for all jobs
    }

    /** Starts it. */
    public Replicator start() {
      requireLeaseFor(interval, lease);
      Directory published =
          Objects.requireNonNull(directory, "directory is missing: call directory(...)");
      Supplier<? extends Ledger> target =
          Objects.requireNonNull(ledger, "ledger is missing: call ledger(...)");
      ReplicationLoop loop =
          new ReplicationLoop(
              new Publisher.Settings(
                  published, nameFor(published), shared != null, lease, clock, listener),
              target,
              deadGaugeRetention,
              interval,
              JobDirectories.beside(shared == null ? published.path() : shared),
              shared != null);
      Replicator replicator = new Replicator(this, loop);
      replicator.thread.start();
      return replicator;
    }
  }
}
