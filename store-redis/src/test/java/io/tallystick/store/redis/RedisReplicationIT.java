package io.tallystick.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.replication.Replicator;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Directories and jobs of other JVMs that are published to Redis. */
@Timeout(180)
@SuppressWarnings("try") // some are only open
class RedisReplicationIT {
  private TempDirectory folder;
  private RedisProcess server;
  private RedisStore store;
  private Path shared;

  @BeforeEach
  void start() throws Exception {
    folder = TempDirectory.create();
    shared = folder.path().resolve("shop");
    server = RedisProcess.start(folder.path().resolve("redis"));
    store = RedisStore.open(server.url());
  }

  @AfterEach
  void end() throws IOException {
    store.close();
    server.close();
    folder.close();
  }

  private ChildJvm job(String ending) throws Exception {
    ChildJvm job = ChildJvm.of(JobProcess.class).arguments(shared, server.url(), ending).start();
    job.await("counted");
    return job;
  }

  private double total() {
    return Counters.total(store, "jobs");
  }

  private long directories() throws IOException {
    try (Stream<Path> all = Files.list(shared.resolveSibling("shop-jobs"))) {
      return all.count();
    }
  }

  @Test
  void shouldCountJobsOnceWhenTheyAreClosedOrTheirJvmsEnd() throws Exception {
    List<ChildJvm> jobs = new ArrayList<>();
    for (String ending : new String[] {"close", "exit", "close", "exit"}) {
      jobs.add(job(ending));
    }
    for (ChildJvm job : jobs) {
      assertThat(job.waitFor()).as(job.errors()).isZero();
      job.close();
    }
    assertThat(total()).isEqualTo(12);
    assertThat(store.ledger().sources()).isEmpty();
    assertThat(directories()).isZero();
  }

  @Test
  void shouldCountAKilledJobOnceWhenTheHostsNextProcessReplicates() throws Exception {
    for (int killed = 1; killed <= 3; killed++) {
      try (ChildJvm job = job("wait")) {
        job.kill();
      }
      try (ChildJvm next = job("close")) {
        assertThat(next.waitFor()).as(next.errors()).isZero();
      }
      assertThat(total()).isEqualTo(6 * killed);
    }
    assertThat(store.ledger().sources()).isEmpty();
    assertThat(directories()).isZero();
  }

  /**
   * Two seconds are the interval and a publication, if the machine is not busy: {@code
   * docs/benchmarks/redis-ledger.md} has what it takes. Here it is told without a clock: whatever
   * the fleet is asked behind the next cycle, it has the increment.
   */
  @Test
  void shouldShowEachIncrementToTheFleetOnceTheNextCycleIsOver() throws Exception {
    assertThat(Replicator.DEFAULT_INTERVAL).isLessThanOrEqualTo(Duration.ofSeconds(1));
    try (Tallystick tallystick = Tallystick.builder().directory(shared).open();
        Replicator replicator =
            Replicator.builder()
                .directory(Directory.open(shared))
                .name("host")
                .ledger(store::ledger)
                .start()) {
      Counter counter = Counter.builder().name("jobs").register(tallystick);
      for (int i = 1; i <= 4; i++) {
        counter.inc();
        long countedMs = System.currentTimeMillis();
        Await.until("cycle", () -> replicator.lastSuccessMs().orElse(0) > countedMs);
        assertThat(total()).isEqualTo(i);
      }
    }
  }
}
