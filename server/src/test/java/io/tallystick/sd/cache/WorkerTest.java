package io.tallystick.sd.cache;

import static io.tallystick.sd.cache.Discovery.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.sd.generate.TargetGroup;
import io.tallystick.server.PrivateDirectory;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.StoreException;
import io.tallystick.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of one job, under a clock that is turned. */
@Timeout(120)
final class WorkerTest {
  @TempDir(factory = PrivateDirectory.class)
  Path folder;

  private Discovery discovery;
  private TargetLists server;

  @BeforeEach
  void open() throws Exception {
    discovery = new Discovery(folder.resolve("metrics"));
    discovery.targets.give("svc", "db1:9100");
    server = discovery.server();
    get(server, "svc");
  }

  @AfterEach
  void close() {
    discovery.close();
  }

  /** The only target of the list, as a server finds that looks again. */
  private String target() throws InterruptedException {
    discovery.clock.turn(Duration.ofSeconds(1));
    return Discovery.target(server, "svc");
  }

  private GenerationError error() throws InterruptedException {
    discovery.clock.turn(Duration.ofSeconds(1));
    return ((Answer.Failed) get(server, "svc")).error();
  }

  private Job take() {
    return Objects.requireNonNull(discovery.take());
  }

  @Test
  void shouldRunAgainOnceWhenItsWorkerWasKilled() throws Exception {
    Job lost = take(); // and nobody says a word of it any more
    assertThat(discovery.work()).isZero();
    discovery.clock.turn(Discovery.LEASE);
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(target()).isEqualTo("db1:9100");
    discovery.clock.turn(Discovery.LEASE.multipliedBy(2));
    assertThat(discovery.work()).isZero();
    assertThat(lost.attempt()).isEqualTo(1);
  }

  @Test
  void shouldSayThatWorkersAreLostWhenAPathTakesThemWithIt() throws Exception {
    for (int i = 0; i < 2; i++) {
      take();
      discovery.clock.turn(Discovery.LEASE);
    }
    assertThat(get(server, "svc")).isEqualTo(new Answer.Pending());
    discovery.targets.run(
        "svc",
        arguments -> {
          throw new OutOfWorker();
        });
    for (int i = 0; i < 3; i++) {
      try {
        discovery.work();
      } catch (OutOfWorker e) {
        discovery.clock.turn(Discovery.LEASE);
      }
    }
    GenerationError error = error();
    assertThat(error.type()).isEqualTo("WorkerLost");
    assertThat(server.deadLetters(9)).hasSize(1);
    for (int second = 31; second < 300; second++) { // since the last one was taken
      get(server, "svc");
      assertThat(discovery.take()).isNull();
      discovery.clock.turn(Duration.ofSeconds(1));
    }
    get(server, "svc");
    assertThat(discovery.take()).isNotNull();
  }

  /** What no worker survives. */
  private static final class OutOfWorker extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void shouldLeaveTheListToWhoeverHasTheJobWhenTheLeaseWasLost() throws Exception {
    Job first = take();
    discovery.targets.run(
        "svc",
        arguments -> {
          discovery.clock.turn(Discovery.LEASE); // meanwhile another one takes it
          discovery.targets.give("svc", "db2:9100");
          assertThat(discovery.work()).isEqualTo(1);
          return ScriptedTargets.groups("db1:9100");
        });
    discovery.worker(discovery.targets).run(first, new Generation());
    assertThat(target()).isEqualTo("db2:9100");
    assertThat(discovery.targets.runs()).isEqualTo(2);
  }

  @Test
  void shouldHandTheJobBackAtOnceWhenItIsStopped() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    discovery.targets.run("svc", arguments -> hang(begun, stopped));
    Job job = take();
    CompletableFuture<Generation> made = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              Generation generation = new Generation();
              made.complete(generation);
              discovery.worker(discovery.targets).run(job, generation);
            });
    thread.start();
    begun.await();
    made.get().stop();
    thread.join();
    assertThat(stopped.getCount()).isZero();
    discovery.clock.turn(Duration.ofMillis(1));
    discovery.targets.give("svc", "db2:9100");
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(target()).isEqualTo("db2:9100");
  }

  @Test
  void shouldNotCountWorkersAsLostThatHandTheJobBack() throws Exception {
    for (int i = 0; i < 9; i++) {
      Generation stopped = new Generation();
      stopped.stop();
      discovery.worker(discovery.targets).run(take(), stopped);
      discovery.clock.turn(Duration.ofMillis(1));
    }
    assertThat(new ListStore(discovery.store).error("/targets/svc?")).isEmpty();
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(target()).isEqualTo("db1:9100");
  }

  private static List<TargetGroup> hang(CountDownLatch begun, CountDownLatch stopped)
      throws InterruptedException {
    begun.countDown();
    try {
      new CountDownLatch(1).await();
    } finally {
      stopped.countDown();
    }
    return List.of();
  }

  @Test
  void shouldKeepTheListUntilTheStoreIsBackWhenItWentAwayMeanwhile() throws Exception {
    discovery.targets.run(
        "svc",
        arguments -> {
          discovery.scripted.down();
          return ScriptedTargets.groups("db1:9100");
        });
    Job job = take();
    FutureTask<Void> run =
        new FutureTask<>(
            () -> discovery.worker(discovery.targets).run(job, new Generation()), null);
    Thread thread = new Thread(run);
    thread.start();
    int calls = discovery.scripted.calls();
    Await.until("tried", () -> discovery.scripted.calls() > calls + 1);
    discovery.scripted.up();
    run.get();
    assertThat(target()).isEqualTo("db1:9100");
    assertThat(discovery.targets.runs()).isEqualTo(1);
    discovery.clock.turn(Discovery.LEASE.multipliedBy(2));
    assertThat(discovery.take()).isNull();
  }

  /** The first lease is over before the store is back. */
  @Test
  void shouldLeaveTheJobToOthersWhenTheStoreIsAwayForLong() throws Exception {
    discovery.scripted.refuse("acknowledge");
    Worker worker = discovery.worker(discovery.targets, Duration.ofMillis(1));
    Job job = take();
    assertThatThrownBy(() -> worker.run(job, new Generation())).isInstanceOf(StoreException.class);
    discovery.scripted.up();
    assertThat(new ListStore(discovery.store).error(job.key())).isEmpty();
    discovery.clock.turn(Discovery.LEASE);
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(target()).isEqualTo("db1:9100");
  }

  @Test
  void shouldFailThePathWhenTheStoreDoesNotTakeItsList() throws Exception {
    String label = "x".repeat(MemoryStore.open().limits().valueBytes());
    discovery.targets.run(
        "svc", arguments -> List.of(new TargetGroup(List.of("a:1"), Map.of("l", label))));
    discovery.work();
    GenerationError error = error();
    assertThat(error.type()).isEqualTo("StoreRefused");
    assertThat(error.message()).contains("value is too long");
  }

  @Test
  void shouldFailThePathWhenItsGeneratorsThrowWhatNobodyExpects() throws Exception {
    discovery.targets.run(
        "svc",
        arguments -> {
          throw new IllegalStateException("odd");
        });
    discovery.work();
    assertThat(error().message()).contains("odd");
  }

  /** Of one who looked before the list was there, and queued a job after that. */
  @Test
  void shouldDoNothingWhenAListWasMadeSinceTheJobWasThoughtOf() throws Exception {
    discovery.work();
    TargetQuery query = TargetQuery.of("svc");
    assertThat(new ListStore(discovery.store).offer(new GenerationJob(query, "2", 0))).isTrue();
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(discovery.targets.runs()).isEqualTo(1);
    assertThat(server.sizes().orElseThrow().running()).isZero();
  }

  @Test
  void shouldRunAtOnceWhenAReloadFollowsAFailure() throws Exception {
    discovery.targets.fail("svc", "too slow");
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(server.reload(TargetQuery.of("svc"))).contains(new Reload(false, true));
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(error().message()).contains("too slow");
    discovery.targets.give("svc", "db2:9100");
    assertThat(server.reload(TargetQuery.of("svc"))).contains(new Reload(false, true));
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(target()).isEqualTo("db2:9100");
    discovery.clock.turn(Duration.ofMinutes(1)); // the first one is tried again
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(discovery.targets.runs()).isEqualTo(3);
    assertThat(discovery.work()).isZero();
  }

  @Test
  void shouldPassTheArgumentsOn() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    discovery.targets.run(
        "svc",
        arguments -> {
          assertThat(arguments).isEqualTo(Map.of("env", "prod & more"));
          asked.incrementAndGet();
          return List.of();
        });
    discovery.take();
    server.reload(new TargetQuery("svc", Map.of("env", "prod & more")));
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(asked.get()).isEqualTo(1);
  }

  @Test
  void shouldPassOverWhatIsNoJob() throws Exception {
    new ListStore(discovery.store).queue().offer("x", new byte[] {1});
    assertThat(discovery.work()).isEqualTo(2);
    assertThat(target()).isEqualTo("db1:9100");
    assertThat(server.sizes().orElseThrow().running()).isZero();
  }

  @Test
  void shouldSetDeadLettersGoingAgain() throws Exception {
    discovery.targets.fail("svc", "too slow");
    for (int i = 0; i < 5; i++) {
      discovery.work();
      discovery.clock.turn(Duration.ofMinutes(2));
    }
    GenerationQueue queue = GenerationQueue.of(discovery.store);
    assertThat(queue.deadLetters(9)).hasSize(1);
    discovery.targets.give("svc", "db1:9100");

    assertThat(queue.retryDead()).isEqualTo(1);

    assertThat(queue.sizes().dead()).isZero();
    assertThat(discovery.work()).isEqualTo(1);
    assertThat(target()).isEqualTo("db1:9100");
  }
}
