package io.tallystick.jmh;

import io.tallystick.fallback.FallbackMode;
import io.tallystick.fallback.FallbackStore;
import io.tallystick.jmh.report.Figures;
import io.tallystick.store.redis.RedisStore;
import io.tallystick.store.sqlite.SqliteStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * How long does it take to go on with the second store when the first is away, and how long to go
 * back?
 *
 * <p>Of Redis, which is stopped and goes on, and a SQLite file that two fallback stores share.
 * Prints, as JSON, of some rounds the median and the most: from the failure that is the fifth to
 * the first operation that the second store has answered, and until the other one says so; from
 * Redis' going on until the first store is in use, with an empty journal and with a long one; and
 * how fast that is replayed. {@code tallystick.jmh.failover.operations} has how long it is, 10,000
 * by default.
 */
public final class FailoverCost {
  private static final int OPERATIONS =
      Integer.getInteger("tallystick.jmh.failover.operations", 10_000);
  private static final int ROUNDS = 7;
  private static final int WARM_UP = 2;
  private static final int KEYS = 2_000;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
  private static final byte[] VALUE = new byte[100];

  private final RedisServer server;
  private final WatchedStore first;
  private final WatchedStore firstOfOther;
  private final FallbackStore store;
  private final FallbackStore other;

  private FailoverCost(
      RedisServer server,
      WatchedStore first,
      WatchedStore firstOfOther,
      FallbackStore store,
      FallbackStore other) {
    this.server = server;
    this.first = first;
    this.firstOfOther = firstOfOther;
    this.store = store;
    this.other = other;
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(new SharedMemory().directory(), "failover");
    Path file = folder.resolve("second.db");
    try (RedisServer server = RedisServer.start(folder)) {
      String url = server.url() + "?connectTimeoutMs=100&timeoutMs=100";
      WatchedStore first = new WatchedStore(RedisStore.open(url));
      WatchedStore firstOfOther = new WatchedStore(RedisStore.open(url));
      try (FallbackStore store =
              FallbackStore.builder(first.store(), SqliteStore.open(file)).open();
          FallbackStore other =
              FallbackStore.builder(firstOfOther.store(), SqliteStore.open(file)).open()) {
        FailoverCost cost = new FailoverCost(server, first, firstOfOther, store, other);
        System.out.println(cost.measure().toJson());
      }
    }
  }

  private Figures measure() throws IOException, InterruptedException {
    Times failover = new Times();
    Times seen = new Times();
    Times empty = new Times();
    Times full = new Times();
    Times replay = new Times();
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      leave(failover, seen);
      goBack(empty, new Times());
      leave(failover, seen);
      write();
      goBack(full, replay);
      if (round < 0) {
        for (Times each : new Times[] {failover, seen, empty, full, replay}) {
          each.clear();
        }
      }
    }
    Figures figures = new Figures();
    figures.put("operations", OPERATIONS);
    failover.put(figures, "failover");
    seen.put(figures, "otherInstance");
    empty.put(figures, "returnWithEmptyJournal");
    full.put(figures, "returnWithFullJournal");
    figures.put("replayedPerSecond", OPERATIONS / (replay.median() / 1e9));
    return figures;
  }

  private void leave(Times failover, Times seen) throws IOException, InterruptedException {
    await(() -> other.mode() == FallbackMode.PRIMARY);
    store.keyValues().put("key", VALUE);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100)); // the second is told of it
    CompletableFuture<Long> seenNs =
        CompletableFuture.supplyAsync(
            () -> {
              await(() -> other.mode() == FallbackMode.HEURISTIC);
              return System.nanoTime();
            });
    server.signal("STOP");
    store.keyValues().put("key", VALUE);
    long answeredNs = System.nanoTime();
    long failedNs = first.failedNs();
    failover.add(answeredNs - failedNs);
    seen.add(seenNs.join() - failedNs);
  }

  private void write() {
    for (int i = 0; i < OPERATIONS; i++) {
      if (i % 2 == 0) {
        store.keyValues().put("key" + i % KEYS, VALUE);
      } else {
        long unused = store.keyValues().increment("number" + i % KEYS, 1);
      }
    }
  }

  private void goBack(Times back, Times replay) throws IOException, InterruptedException {
    first.watchReplay();
    firstOfOther.watchReplay();
    long beganNs = System.nanoTime();
    server.signal("CONT");
    await(() -> store.mode() == FallbackMode.PRIMARY);
    long endNs = System.nanoTime();
    back.add(endNs - beganNs);
    replay.add(endNs - (first.replayedNs() == 0 ? firstOfOther : first).replayedNs());
  }

  private static void await(BooleanSupplier condition) {
    long beganNs = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - beganNs > PATIENCE_NS) {
        throw new IllegalStateException("waited in vain");
      }
      LockSupport.parkNanos(100_000);
    }
  }

  /** What was measured in each round. */
  private static final class Times {
    private long[] ns = {};

    void add(long each) {
      ns = Arrays.copyOf(ns, ns.length + 1);
      ns[ns.length - 1] = each;
      Arrays.sort(ns);
    }

    void clear() {
      ns = new long[0];
    }

    long median() {
      return ns.length == 0 ? 0 : ns[ns.length / 2];
    }

    void put(Figures figures, String name) {
      figures.put(name + "MedianMs", median() / 1e6);
      figures.put(name + "MostMs", ns[ns.length - 1] / 1e6);
    }
  }
}
