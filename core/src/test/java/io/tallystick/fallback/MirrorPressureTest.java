package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.MemoryStore;
import io.tallystick.testing.Await;
import java.lang.Thread.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of those who write faster than the second store takes what it is told. */
@Timeout(120)
class MirrorPressureTest extends FallbackStoreSteps {
  private static final int MOST = 100;
  private static final Duration LONG = Duration.ofMinutes(10);

  private FallbackStore open(Duration patience) {
    FallbackStore process =
        FallbackStore.builder(first, second)
            .clock(clock)
            .closesStores(false)
            .mirrorBounds(new MirrorBounds(MOST, 1 << 20, patience))
            .withoutThreads(nowNs::get)
            .open();
    opened.add(process);
    return process;
  }

  private static void fill(FallbackStore store) {
    for (int i = 0; i <= MOST; i++) {
      store.keyValues().put("k" + i, bytes("1"));
    }
  }

  @Test
  void shouldHaveAWriterWaitUntilTheSecondStoreHasTakenSome() throws Exception {
    FallbackStore full = open(LONG);
    fill(full);
    Thread writer = new Thread(() -> full.keyValues().put("last", bytes("1")));
    writer.setDaemon(true);
    writer.start();
    Await.until("it waits", () -> writer.getState() == State.TIMED_WAITING || !writer.isAlive());
    assertThat(writer.isAlive()).isTrue();
    assertThat(firstStore.keyValues().exists("last")).isFalse();
    full.upkeep().tell();
    Await.until("it goes on", () -> !writer.isAlive());
    assertThat(text(firstStore.keyValues().get("last"))).isEqualTo("1");
    first.goAway();
    for (int i = 0; i <= MOST; i++) {
      assertThat(text(full.keyValues().get("k" + i))).isEqualTo("1");
    }
    assertThat(text(full.keyValues().get("last"))).isEqualTo("1");
  }

  @Test
  void shouldHaveNobodyWaitForEverWhenTheSecondStoreCanOnlyBeRead() throws Exception {
    FaultyStore full = new FaultyStore(MemoryStore.open());
    try (FallbackStore busy =
        FallbackStore.builder(firstStore, full)
            .closesStores(false)
            .mirrorBounds(new MirrorBounds(MOST, 1 << 20, Duration.ofMillis(300)))
            .open()) {
      full.refuseWrites();
      Thread writer =
          new Thread(
              () -> {
                for (int i = 0; i < 3 * MOST; i++) {
                  busy.keyValues().put("k" + i, bytes("1"));
                  long unused = busy.keyValues().increment("n" + i, 1);
                }
              });
      writer.setDaemon(true);
      writer.start();
      Await.until("all is written", () -> !writer.isAlive());
      assertThat(busy.mode()).isEqualTo(FallbackMode.PRIMARY);
    }
    assertThat(text(firstStore.keyValues().get("k" + (3 * MOST - 1)))).isEqualTo("1");
  }

  @Test
  void shouldHaveWhoAddsWaitUntilTheSecondStoreHasTakenSome() throws Exception {
    FallbackStore full = open(LONG);
    fill(full);
    Thread writer = new Thread(() -> full.keyValues().increment("n", 1));
    writer.setDaemon(true);
    writer.start();
    Await.until("it waits", () -> writer.getState() == State.TIMED_WAITING || !writer.isAlive());
    assertThat(writer.isAlive()).isTrue();
    full.upkeep().tell();
    Await.until("it goes on", () -> !writer.isAlive());
    assertThat(firstStore.keyValues().increment("n", 0)).isEqualTo(1);
  }

  @Test
  void shouldShowNoOldValueOfAKeyWhoseNewOneCouldNotBeKept() {
    FallbackStore full = open(Duration.ofMillis(1));
    full.keyValues().put("a", bytes("old"));
    full.upkeep().tell();
    byte[] large = new byte[1 << 20];
    for (int i = 0; i < 3; i++) {
      full.keyValues().put("large" + i, large);
    }
    full.keyValues().put("a", bytes("new"));
    first.goAway();
    assertThat(full.keyValues().get("a")).isEmpty();
  }

  @Test
  void shouldKeepToItsBoundAndLoseNothingWhenTheSecondStoreIsSlow() throws Exception {
    int writers = 4;
    int each = 1_000;
    AtomicInteger most = new AtomicInteger();
    MemoryStore slowStore = MemoryStore.open();
    FaultyStore slow = new FaultyStore(slowStore);
    slow.before(1, () -> pause(slow));
    try (FallbackStore busy =
        FallbackStore.builder(MemoryStore.open(), slow)
            .closesStores(false)
            .mirrorBounds(new MirrorBounds(MOST, 1 << 20, LONG))
            .open()) {
      List<Thread> all = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        int writer = i;
        Thread thread =
            new Thread(
                () -> {
                  for (int j = 0; j < each; j++) {
                    busy.keyValues().put("w" + writer + "-" + j, bytes("" + j));
                    most.accumulateAndGet(busy.untold(), Math::max);
                  }
                });
        thread.setDaemon(true);
        thread.start();
        all.add(thread);
      }
      Await.until("all have written", () -> all.stream().noneMatch(Thread::isAlive));
    }
    assertThat(most.get()).isBetween(MOST / 2, MOST + 1 + writers);
    for (int i = 0; i < writers; i++) {
      for (int j = 0; j < each; j++) {
        KeyRow row = KeyRow.of(slowStore.keyValues().get("w" + i + "-" + j).orElseThrow());
        assertThat(row.value()).isEqualTo(bytes("" + j));
      }
    }
  }

  @Test
  void shouldTellTheSecondStoreByOneThreadWhenOneRowOfManyTakesLong() {
    Set<Thread> tellers = tellersOfRowsThatTake(i -> Duration.ofMillis(i % 20 == 0 ? 5 : 0));
    assertThat(tellers).containsExactly(Thread.currentThread());
  }

  @Test
  void shouldTellTheSecondStoreBySeveralThreadsWhenEachRowTakesLong() {
    Set<Thread> tellers = tellersOfRowsThatTake(i -> Duration.ofMillis(1));
    assertThat(tellers).hasSizeGreaterThan(1);
  }

  /** Who tells the second store of many keys, where each of its calls takes so long. */
  private Set<Thread> tellersOfRowsThatTake(IntFunction<Duration> callTakes) {
    Set<Thread> tellers = ConcurrentHashMap.newKeySet();
    AtomicInteger calls = new AtomicInteger();
    for (int i = 0; i < 1_000; i++) {
      values().put("k" + i, bytes("1"));
    }
    Runnable[] call = new Runnable[1];
    call[0] =
        () -> {
          second.before(1, call[0]);
          tellers.add(Thread.currentThread());
          nowNs.addAndGet(callTakes.apply(calls.incrementAndGet()).toNanos());
        };
    second.before(1, call[0]);
    store.upkeep().tell();
    assertThat(store.untold()).isZero();
    return tellers;
  }

  /** Has each call of a store take a while, from now on. */
  private static void pause(FaultyStore slow) {
    slow.before(1, () -> pause(slow));
    LockSupport.parkNanos(20_000);
  }
}
