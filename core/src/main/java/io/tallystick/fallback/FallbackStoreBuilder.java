package io.tallystick.fallback;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes a {@link FallbackStore}. */
public final class FallbackStoreBuilder {
  private static final Duration OPEN_FOR = Duration.ofMillis(500);
  private static final Duration REPLAY_LEASE = Duration.ofSeconds(10);

  final Store first;
  final Store second;
  InstantSource clock = InstantSource.system();
  LongSupplier nanoTime = System::nanoTime;
  LongSupplier timeNs = FallbackStoreBuilder::hostNs;
  Patience patience = Patience.DEFAULT;
  MirrorBounds mirrorBounds = MirrorBounds.DEFAULT;
  boolean runsThreads = true;
  boolean closesStores = true;
  int failureThreshold = 5;
  Duration replayLease = REPLAY_LEASE;
  private String name = "store";
  private Duration openFor = OPEN_FOR;
  private @Nullable FallbackMetrics metrics;
  private @Nullable FallbackStoreMetrics storeMetrics;

  FallbackStoreBuilder(Store first, Store second) {
    this.first = Objects.requireNonNull(first, "first");
    this.second = Objects.requireNonNull(second, "second");
  }

  /** What it is called in metrics; default {@code store}. */
  public FallbackStoreBuilder name(String name) {
    this.name = Objects.requireNonNull(name, "name");
    return this;
  }

  /** After how many failures in a row a store is away; default 5. */
  public FallbackStoreBuilder failureThreshold(int failureThreshold) {
    this.failureThreshold = failureThreshold;
    return this;
  }

  /** How long it waits before it asks whether a store is back; default half a second. */
  public FallbackStoreBuilder openFor(Duration openFor) {
    this.openFor = openFor;
    return this;
  }

  /** The clock of times to live, which both stores go by, too; default the system's. */
  public FallbackStoreBuilder clock(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /** Where it counts. */
  public FallbackStoreBuilder metrics(FallbackMetrics metrics) {
    this.metrics = metrics;
    return this;
  }

  /** Whether {@link FallbackStore#close} closes both stores; default true. */
  public FallbackStoreBuilder closesStores(boolean closesStores) {
    this.closesStores = closesStores;
    return this;
  }

  private static long hostNs() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }

  /** The host's clock, in nanoseconds since the Unix epoch. */
  FallbackStoreBuilder timeNs(LongSupplier timeNs) {
    this.timeNs = timeNs;
    return this;
  }

  /** How much may wait to be told to the second store. */
  FallbackStoreBuilder mirrorBounds(MirrorBounds bounds) {
    this.mirrorBounds = bounds;
    return this;
  }

  /** For how long no other process goes on where one has died that replayed. */
  FallbackStoreBuilder replayLease(Duration lease) {
    this.replayLease = lease;
    return this;
  }

  /** Leaves it to the caller to follow and to replay, on this time. Nobody waits for the replay. */
  FallbackStoreBuilder withoutThreads(LongSupplier time) {
    this.runsThreads = false;
    this.nanoTime = time;
    this.patience = Patience.NONE;
    return this;
  }

  CircuitBreaker breaker(String which) {
    CircuitBreaker.Builder breaker =
        CircuitBreaker.builder(name + "-" + which)
            .failureThreshold(failureThreshold)
            .openFor(openFor)
            .nanoTime(nanoTime);
    return metrics == null ? breaker.build() : breaker.metrics(metrics).build();
  }

  @Nullable FallbackStoreMetrics storeMetrics() {
    if (storeMetrics == null && metrics != null) {
      storeMetrics = metrics.store(name);
    }
    return storeMetrics;
  }

  /**
   * Begins to use the stores.
   *
   * @throws StoreException where the second one is closed
   */
  public FallbackStore open() {
    return new FallbackStore(this);
  }
}
