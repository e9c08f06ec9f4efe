package io.tallystick.sd.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.sd.cache.ScriptedTargets.Script;
import io.tallystick.server.PrivateDirectory;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import io.tallystick.testing.Await;
import io.tallystick.testing.TurnedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and workers as they run, on stores as they are, by the clock of the machine. */
@Timeout(180)
final class WorkersTest {
  private static final String MEMORY = "memory:";
  private static final String SQLITE = "sqlite:";
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir(factory = PrivateDirectory.class)
  Path folder;

  private final ScriptedTargets targets = new ScriptedTargets();
  private final Doorbell doorbell = new Doorbell();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private DiscoveryMetrics metrics;

  @BeforeEach
  void open() {
    Tallystick tallystick = closing(Tallystick.open(folder.resolve("metrics")));
    metrics = DiscoveryMetrics.register(tallystick, "1");
    targets.give("svc", "db1:9100");
  }

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private <T extends AutoCloseable> T closing(T resource) {
    opened.add(resource);
    return resource;
  }

  private Store store(String kind) {
    return closing(
        kind.equals(MEMORY) ? MemoryStore.open() : Stores.open(kind + folder.resolve("sd.db")));
  }

  private TargetLists server(Store store) {
    return closing(
        TargetLists.start(
            store, targets, CacheSettings.DEFAULT, InstantSource.system(), metrics, doorbell));
  }

  private Workers workers(Store store, int threads, Duration lease, Duration grace) {
    WorkerSettings settings = new WorkerSettings(threads, "w", MINUTE, lease, grace);
    return closing(
        Workers.start(store, targets, settings, InstantSource.system(), metrics, doorbell));
  }

  private static Answer get(TargetLists server, Duration wait) throws InterruptedException {
    return server.get(TargetQuery.of("svc"), wait, Optional.empty());
  }

  private static String json(Answer answer) {
    assertThat(answer).isInstanceOf(Answer.Listed.class);
    return new String(((Answer.Listed) answer).list().json(), UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {MEMORY, SQLITE})
  void shouldRunGeneratorsOnceWhenAColdPathIsPolledByAll(String kind) throws Exception {
    Store store = store(kind);
    TargetLists[] servers = new TargetLists[10];
    Arrays.setAll(servers, i -> server(store));
    workers(store, 4, MINUTE, Duration.ZERO);
    Callable<Answer>[] polls = pollsOf(servers, 200);
    ExecutorService threads = Executors.newFixedThreadPool(polls.length);
    try {
      for (Future<Answer> answer : threads.invokeAll(List.of(polls))) {
        assertThat(json(answer.get())).contains("db1:9100");
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(targets.runs()).isEqualTo(1);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Callable<Answer>[] pollsOf(TargetLists[] servers, int count) {
    CountDownLatch together = new CountDownLatch(count);
    Callable[] polls = new Callable[count];
    for (int i = 0; i < count; i++) {
      TargetLists server = servers[i % servers.length];
      polls[i] =
          () -> {
            together.countDown();
            together.await();
            return get(server, LONG);
          };
    }
    return polls;
  }

  /** The store's clock is turned only after a lease was extended. */
  @Test
  void shouldKeepTheJobOfAGeneratorThatRunsLongerThanALease() throws Exception {
    TurnedClock clock = TurnedClock.at(Instant.EPOCH);
    ScriptedStore scripted = new ScriptedStore(closing(MemoryStore.open(Long.MAX_VALUE, clock)));
    Duration lease = Duration.ofMillis(300);
    CountDownLatch mayEnd = new CountDownLatch(1);
    targets.run("svc", hang(new CountDownLatch(1), mayEnd));
    TargetLists server = server(scripted.store());
    get(server, Duration.ZERO);
    workers(scripted.store(), 2, lease, Duration.ZERO);
    Await.until("runs", () -> targets.runs() == 1);
    for (int i = 0; i < 4; i++) {
      int before = scripted.calls("extend");
      Await.until("is extended", () -> scripted.calls("extend") > before);
      clock.turn(lease.multipliedBy(3).dividedBy(4));
    }
    mayEnd.countDown();
    assertThat(json(get(server, LONG))).contains("db1:9100");
    assertThat(targets.runs()).isEqualTo(1);
  }

  private static Script hang(CountDownLatch begun, CountDownLatch mayEnd) {
    return arguments -> {
      begun.countDown();
      mayEnd.await();
      return ScriptedTargets.groups("db1:9100");
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {MEMORY, SQLITE})
  void shouldHandBackWhatRunsWhenItIsClosed(String kind) throws Exception {
    Store store = store(kind);
    CountDownLatch begun = new CountDownLatch(1);
    targets.run("svc", hang(begun, new CountDownLatch(1)));
    TargetLists server = server(store);
    get(server, Duration.ZERO);
    Workers first = workers(store, 2, LONG, Duration.ZERO);
    begun.await();

    first.close();

    targets.give("svc", "db2:9100");
    workers(store, 2, LONG, Duration.ZERO);
    assertThat(json(get(server, MINUTE))).contains("db2:9100"); // long before the lease is over
  }

  @ParameterizedTest
  @ValueSource(strings = {MEMORY, SQLITE})
  void shouldFinishWhatRunsWhenItIsClosedAndTakeNothingMore(String kind) throws Exception {
    Store store = store(kind);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    targets.run("svc", hang(begun, mayEnd));
    targets.give("later", "db3:9100");
    TargetLists server = server(store);
    get(server, Duration.ZERO);
    Workers workers = workers(store, 1, LONG, LONG);
    begun.await();
    Thread closing = new Thread(workers::close);
    closing.start();
    Await.until("is closing", () -> closing.getState() == Thread.State.TIMED_WAITING);
    server.get(TargetQuery.of("later"), Duration.ZERO, Optional.empty());
    mayEnd.countDown();
    closing.join();
    assertThat(json(get(server, LONG))).contains("db1:9100");
    assertThat(targets.runs()).isEqualTo(1);
    assertThat(server.sizes().orElseThrow().queued()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {MEMORY, SQLITE})
  void shouldRunPathsBesideEachOtherUpToItsThreads(String kind) throws Exception {
    Store store = store(kind);
    CountDownLatch all = new CountDownLatch(4);
    Map<String, Script> scripts = new TreeMap<>();
    for (int i = 0; i < 4; i++) {
      scripts.put(
          "p" + i,
          arguments -> {
            all.countDown();
            assertThat(all.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return List.of();
          });
    }
    scripts.forEach(targets::run);
    TargetLists server = server(store);
    workers(store, 4, MINUTE, Duration.ZERO);
    for (String path : scripts.keySet()) {
      server.get(TargetQuery.of(path), Duration.ZERO, Optional.empty());
    }
    for (String path : scripts.keySet()) {
      Answer answer = server.get(TargetQuery.of(path), LONG, Optional.empty());
      assertThat(json(answer)).isEqualTo("[]");
    }
  }

  @Test
  void shouldGoOnWhenTheStoreWasAway() throws Exception {
    ScriptedStore scripted = new ScriptedStore(store(MEMORY));
    TargetLists server = server(scripted.store());
    workers(scripted.store(), 2, MINUTE, Duration.ZERO);
    assertThat(json(get(server, LONG))).contains("db1:9100");
    scripted.down();
    int calls = scripted.calls();
    Await.until("has tried it", () -> scripted.calls() > calls + 2);
    assertThat(json(get(server, Duration.ZERO))).contains("db1:9100");
    targets.give("later", "db3:9100");
    scripted.up();
    Await.until(
        "is up for the server",
        () -> {
          Answer answer = server.get(TargetQuery.of("later"), LONG, Optional.empty());
          return answer instanceof Answer.Listed;
        });
  }
}
