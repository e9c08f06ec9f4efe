package io.tallystick.fallback;

import io.tallystick.store.Capability;
import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Limits;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.StoreStats;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store of two: the first one, and a durable second one that is used while the first is away.
 *
 * <p>In {@link FallbackMode#PRIMARY} calls go to the first. When its circuit opens, they go to the
 * second ({@link FallbackMode#HEURISTIC}), and what they change is journalled there too; once the
 * first is back it is done there, in order, and all processes that share the second use the first
 * again. Where the second is away as well ({@link FallbackMode#SAFE}), reads give what this process
 * saw last, where it saw it, and everything else is refused with TRANSIENT. That is left only once
 * the second is back, since others may have journalled there. {@code docs/fallback.md} says what
 * each call is in each mode, what is promised, and where that ends.
 *
 * <p>Threading: any. Three threads of its own follow the other processes, tell the second store
 * what was written to the first, and replay.
 */
public final class FallbackStore implements Store {
  private static final Duration FOLLOW_EVERY = Duration.ofMillis(20);
  private static final Duration REPLAY_EVERY = Duration.ofMillis(50);

  private final Store first;
  private final Store second;
  private final boolean closesStores;
  private final InstantSource clock;
  private final Limits limits;
  private final ModeSwitch modes;
  private final Journal journal;
  private final Failover failover;
  private final JobMarks marks;
  private final JobMover mover;
  private final Upkeep upkeep;
  private final FallbackKeyValues keyValues;
  private final FallbackLedger ledger;
  private final FallbackBackup backup;
  private final @Nullable Background follower;
  private final @Nullable Background teller;
  private final @Nullable Background replayer;

  FallbackStore(FallbackStoreBuilder builder) {
    this.first = builder.first;
    this.second = builder.second;
    this.closesStores = builder.closesStores;
    this.clock = builder.clock;
    this.limits = limits(first.limits(), second.limits());
    this.modes = new ModeSwitch("fallback store", clock);
    JournalRows rows = new JournalRows(second.keyValues());
    LastKnown known = new LastKnown(clock, builder.timeNs, builder.mirrorBounds);
    Mirror mirror =
        new Mirror(
            known,
            new KeyRows(rows, clock, builder.timeNs),
            builder.mirrorBounds,
            builder.nanoTime);
    this.journal = new Journal(rows, mirror, known, clock, builder.nanoTime, builder.patience);
    this.failover = new Failover(builder, journal, known, mirror, modes);
    this.marks = new JobMarks(failover, clock);
    this.mover = new JobMover(failover, marks);
    this.keyValues = new FallbackKeyValues(failover, limits, clock);
    this.ledger = new FallbackLedger(failover, limits, clock);
    this.backup = new FallbackBackup(failover, keyValues, clock);
    FallbackStoreMetrics metrics = builder.storeMetrics();
    if (metrics != null) {
      modes.addListener(metrics.modes()::changed);
    }
    modes.addListener(
        transition -> {
          if (transition.to() == FallbackMode.HEURISTIC) {
            mover.used();
          }
        });
    this.upkeep = new Upkeep(failover, mover, new Replayer(failover, marks, builder), metrics);
    failover.changes().begin(); // the other processes may use the second store
    this.follower =
        builder.runsThreads
            ? Background.start("tallystick-fallback-follow", FOLLOW_EVERY, upkeep::follow)
            : null;
    this.teller =
        builder.runsThreads
            ? Background.start("tallystick-fallback-mirror", FOLLOW_EVERY, upkeep::tell)
            : null;
    this.replayer =
        builder.runsThreads
            ? Background.start("tallystick-fallback-replay", REPLAY_EVERY, upkeep::recover)
            : null;
  }

  private static Limits limits(Limits first, Limits second) {
    int keyBytes = Math.min(first.keyBytes(), second.keyBytes());
    int journalled = second.valueBytes() - keyBytes - JournalEntry.MOST_OVERHEAD;
    return new Limits(keyBytes, Math.min(first.valueBytes(), journalled));
  }

  /**
   * A store of two that are open.
   *
   * @param first the one that is meant to be used
   * @param second the one that is used in its place: durable, and of all processes that are to go
   *     on as one, none else
   */
  public static FallbackStoreBuilder builder(Store first, Store second) {
    return new FallbackStoreBuilder(first, second);
  }

  /** Which of the two is in use. */
  public FallbackMode mode() {
    return modes.mode();
  }

  /** The last hundred changes of the mode that this process has seen, the newest last. */
  public List<ModeTransition> transitions() {
    return modes.transitions();
  }

  /** Has changes of the mode told, one after the other, by a thread of their own. */
  public void onTransition(Consumer<ModeTransition> callback) {
    modes.addCallback(null, Objects.requireNonNull(callback, "callback"));
  }

  /** Has a listener of this package told at once, by the thread that changes the mode. */
  void addListener(Consumer<ModeTransition> listener) {
    modes.addListener(listener);
  }

  void removeListener(Consumer<ModeTransition> listener) {
    modes.removeListener(listener);
  }

  /** What stops the calls of the first store when it is away. */
  public CircuitBreaker circuitBreaker() {
    return failover.breaker();
  }

  /** How many entries were to be replayed when this process looked last. */
  public long journalLength() {
    return journal.length();
  }

  /** How many keys the second store is still to be told. */
  int untold() {
    return failover.known().unwritten();
  }

  Upkeep upkeep() {
    return upkeep;
  }

  // ---- Store ----

  @Override
  public KeyValues keyValues() {
    failover.requireOpen();
    return keyValues;
  }

  @Override
  public JobQueue jobQueue(String name, RetryPolicy policy) {
    failover.requireOpen();
    limits.checkKey(name);
    return new FallbackJobQueue(failover, marks, mover, limits, clock, name, policy);
  }

  @Override
  public List<String> queues() {
    Set<String> names = new TreeSet<>();
    names.addAll(
        failover.call(
            new FallbackCall<List<String>>() {
              @Override
              List<String> first(Store store) {
                return store.queues();
              }

              @Override
              List<String> second(Journal journal, Store store) {
                return store.queues();
              }
            }));
    if (mover.hasAny() && mode() == FallbackMode.PRIMARY) {
      names.addAll(failover.askSecond(Store::queues));
    }
    return List.copyOf(names);
  }

  @Override
  public Ledger ledger() {
    failover.requireOpen();
    return ledger;
  }

  /** What both promise, as either may be the one in use; documents it has none. */
  @Override
  public Set<Capability> capabilities() {
    Set<Capability> both = EnumSet.noneOf(Capability.class);
    both.addAll(first.capabilities());
    both.retainAll(second.capabilities());
    both.remove(Capability.DOCUMENTS);
    both.remove(Capability.ATOMIC_DOCUMENTS);
    both.remove(Capability.WATCHED_DOCUMENTS);
    return both;
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public StoreStats stats() {
    return backup.stats(mover);
  }

  @Override
  public void ping() {
    boolean unused =
        failover.call(
            new FallbackCall<Boolean>() {
              @Override
              Boolean first(Store store) {
                store.ping();
                return true;
              }

              @Override
              Boolean second(Journal journal, Store store) {
                store.ping();
                return true;
              }
            });
  }

  @Override
  public void backup(Path file) {
    backup.backup(file);
  }

  @Override
  public void restore(Path file, RestoreMode mode) {
    backup.restore(file, mode);
  }

  @Override
  public void close() {
    failover.close();
    for (Background each : Arrays.asList(follower, teller, replayer)) {
      if (each != null) {
        each.close();
      }
    }
    upkeep.end();
    failover.closeBreakers();
    if (closesStores) {
      try {
        first.close();
      } finally {
        second.close();
      }
    }
  }

  @Override
  public String toString() {
    return "fallback:" + first + "," + second;
  }
}
