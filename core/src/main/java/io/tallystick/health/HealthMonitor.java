package io.tallystick.health;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the checks of an application, and says how it is.
 *
 * <p>A run calls all checks at once, each on a thread of its own and with a time limit of its own.
 * A check that hangs is interrupted, and its thread left with it until it returns; until then runs
 * say that it timed out, and do not call it. The threads are bounded: where so many hang that all
 * are gone, the rest is UNKNOWN until one returns.
 *
 * <p>Threading: any. Checks and sinks are called without a lock.
 */
public final class HealthMonitor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick.health");
  private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final long startNs;
  private final CallThreads threads;
  private final CallThreads sinkThreads; // one for each, whatever checks do with theirs
  private final Checks checks;
  private final ResourcesCall resources;
  private final Supplier<CircuitBreakerHealth> circuitBreaker;
  private final Supplier<FallbackHealth> fallback;
  private final Supplier<RetryHealth> retry;
  private final @Nullable AfterRun afterRun;
  private final List<SinkCalls> sinks;
  private final Components components;
  private final AtomicBoolean isStarted = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Run last =
      new Run(Collections.emptySortedMap(), Resources.UNKNOWN, Optional.empty());
  private @Nullable CompletableFuture<Void> running; // guarded by this

  private HealthMonitor(Builder builder) {
    this.clock = builder.clock;
    this.nanoTime = builder.nanoTime;
    this.startNs = nanoTime.getAsLong();
    this.threads = new CallThreads(builder.maxThreads);
    this.checks = new Checks(threads, clock, nanoTime);
    this.resources =
        new ResourcesCall(new HostResources(builder.disk, Path.of("/proc/meminfo"))::read);
    this.circuitBreaker = builder.circuitBreaker;
    this.fallback = builder.fallback;
    this.retry = builder.retry;
    this.afterRun = builder.afterRun == null ? null : new AfterRun(builder.afterRun);
    this.sinks = builder.sinks.stream().map(SinkCalls::new).toList();
    this.sinkThreads = new CallThreads(Math.max(1, sinks.size()));
    this.components = new Components(clock);
  }

  /** A monitor without checks and sinks, unless it is told otherwise. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Has a check run from the next run on.
   *
   * @throws IllegalArgumentException where the name is taken or is none, or the limit is not above
   *     zero or longer than a day
   */
  public void register(String name, HealthCheck check) {
    checks.register(name, check);
  }

  /**
   * Runs a check no more. Sinks get UNKNOWN for it once.
   *
   * @return whether there was one
   */
  public boolean unregister(String name) {
    return checks.unregister(name);
  }

  /** What is said of components by others than checks. */
  public Components components() {
    return components;
  }

  /**
   * Runs all checks now, and returns when all are done or timed out. Where a run is going on, its
   * results are taken. A run that {@link #close} cuts short leaves the state as it was.
   */
  public HealthState run() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    CompletableFuture<Void> other;
    synchronized (this) {
      other = running;
      if (other == null) {
        running = done;
      }
    }
    if (other != null) {
      other.join();
      return state();
    }
    try {
      runAlone();
    } finally {
      synchronized (this) {
        running = null;
      }
      done.complete(null);
    }
    return state();
  }

  /** Called by one thread at a time. */
  private void runAlone() {
    resources.start(threads, nanoTime);
    SortedMap<String, CheckReport> reports = checks.run();
    Run now = new Run(reports, resources.await(threads), Optional.of(clock.instant()));
    if (closed.getCount() == 0) {
      return; // checks were interrupted, or got no thread: that says nothing of what they check
    }
    last = now;
    if (afterRun != null) {
      afterRun.show(state(), nanoTime);
    }
    emit(now);
  }

  private void emit(Run now) {
    if (!sinks.isEmpty()) {
      HealthState state = state();
      HealthStatus system = state.system().status();
      sinks.forEach(
          sink -> sink.start(now.checks, system, state.timestamp(), sinkThreads, nanoTime));
    }
  }

  /** What the last run found, with all else as it is now. Runs nothing, and does not wait. */
  public HealthState state() {
    Run run = last;
    SortedMap<String, ComponentHealth> all = components.with(run.checks);
    return new HealthState(
        clock.instant(),
        SystemHealth.of(all.values()),
        ask(circuitBreaker, CircuitBreakerHealth.NONE),
        ask(retry, RetryHealth.NONE),
        run.resources,
        ask(fallback, FallbackHealth.UNKNOWN),
        all,
        run.checks,
        run.endedAt,
        Duration.ofNanos(nanoTime.getAsLong() - startNs));
  }

  private static <T> T ask(Supplier<T> supplier, T otherwise) {
    try {
      T said = supplier.get();
      return said != null ? said : otherwise;
    } catch (RuntimeException | Error e) { // it is not our code
      return otherwise;
    }
  }

  /**
   * Runs all checks again and again, on a thread of its own, until it is closed.
   *
   * @param pause from the end of a run to the beginning of the next; 1 ms to a day
   * @throws IllegalStateException where it is closed, or started already
   */
  public void start(Duration pause) {
    if (pause.compareTo(Duration.ofMillis(1)) < 0 || pause.compareTo(LONGEST_PAUSE) > 0) {
      throw new IllegalArgumentException(
          "bad pause: pause=" + pause + " expected=from 1ms to a day");
    }
    if (closed.getCount() == 0 || !isStarted.compareAndSet(false, true)) {
      throw new IllegalStateException("monitor is closed, or started already");
    }
    Thread thread = new Thread(() -> runUntilClosed(pause), "tallystick-health");
    thread.setDaemon(true);
    thread.start();
  }

  private void runUntilClosed(Duration pause) {
    boolean isClosed = false;
    while (!isClosed) {
      try {
        HealthState unused = run();
      } catch (RuntimeException | Error e) { // such as a full heap
        LOG.log(System.Logger.Level.WARNING, "checks were not run", e);
      }
      try {
        isClosed = closed.await(pause.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        isClosed = closed.getCount() == 0; // nobody but close() ends it
      }
    }
  }

  /** Ends its threads, as far as checks and sinks let them. Sinks are left open. */
  @Override
  public void close() {
    closed.countDown();
    threads.close();
    sinkThreads.close();
    if (afterRun != null) {
      afterRun.close();
    }
  }

  /** What a run found. */
  private record Run(
      SortedMap<String, CheckReport> checks, Resources resources, Optional<Instant> endedAt) {}

  /** Makes a {@link HealthMonitor}. */
  public static final class Builder {
    private static final int DEFAULT_THREADS = 64;
    private static final int MOST_THREADS = 10_000;

    private final List<HealthSink> sinks = new ArrayList<>();
    private InstantSource clock = InstantSource.system();
    private LongSupplier nanoTime = System::nanoTime;
    private int maxThreads = DEFAULT_THREADS;
    private Path disk = Path.of("/");
    private Supplier<CircuitBreakerHealth> circuitBreaker = () -> CircuitBreakerHealth.NONE;
    private Supplier<FallbackHealth> fallback = () -> FallbackHealth.PRIMARY;
    private Supplier<RetryHealth> retry = () -> RetryHealth.NONE;
    private @Nullable Consumer<? super HealthState> afterRun;

    private Builder() {}

    /** Where results are sent; may be called again. Whoever opened it closes it. */
    public Builder sink(HealthSink sink) {
      sinks.add(Objects.requireNonNull(sink, "sink"));
      return this;
    }

    /** The most threads that call checks; 1 to 10,000, default 64. Each sink has one besides. */
    public Builder maxThreads(int maxThreads) {
      if (maxThreads < 1 || maxThreads > MOST_THREADS) {
        throw new IllegalArgumentException(
            "bad number of threads: maxThreads=" + maxThreads + " expected=1 to " + MOST_THREADS);
      }
      this.maxThreads = maxThreads;
      return this;
    }

    /** A path of the file system that is looked at; default {@code /}. */
    public Builder disk(Path disk) {
      this.disk = Objects.requireNonNull(disk, "disk");
      return this;
    }

    /** Says how the circuit breaker is; must not block. */
    public Builder circuitBreaker(Supplier<CircuitBreakerHealth> circuitBreaker) {
      this.circuitBreaker = Objects.requireNonNull(circuitBreaker, "circuitBreaker");
      return this;
    }

    /**
     * Says in which mode the application is; must not block. Where it fails the mode is UNKNOWN.
     */
    public Builder fallback(Supplier<FallbackHealth> fallback) {
      this.fallback = Objects.requireNonNull(fallback, "fallback");
      return this;
    }

    /**
     * What looks at the state after each run, before the run returns: such as whoever decides the
     * mode by it. Called by one thread at a time. Where it takes more than 2 seconds it is
     * interrupted, and sees nothing until it returns; that, and what it throws, is logged once.
     */
    public Builder afterRun(Consumer<? super HealthState> afterRun) {
      this.afterRun = Objects.requireNonNull(afterRun, "afterRun");
      return this;
    }

    /** Where attempts are counted. */
    public Builder retries(RetryWindow window) {
      this.retry = window::health;
      return this;
    }

    /** The source of times. */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /** What latencies and uptime are measured with, in nanoseconds that only go forward. */
    public Builder nanoTime(LongSupplier nanoTime) {
      this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
      return this;
    }

    public HealthMonitor build() {
      return new HealthMonitor(this);
    }
  }
}
