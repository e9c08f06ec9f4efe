package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Rounds;
import io.tallystick.testing.Samples;
import io.tallystick.testing.SmallFileSystem;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TotalsWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes of one role that are killed and go on with each other's file. */
@Timeout(600)
final class ResumeIT {
  private static final long SEED = 42;
  private static final int LIVES = Rounds.of(20);
  private static final int MOST_BATCHES = 3_000;
  private static final String ROLE = "worker-1";

  @Test
  void shouldShowAllThatWasAcknowledgedWhenAWorkerIsKilledAndResumed() throws Exception {
    Random random = new Random(SEED);
    AtomicLong acknowledged = new AtomicLong();
    try (TempDirectory temporary = TempDirectory.create();
        TotalsWatch watch = TotalsWatch.start(temporary.path())) {
      Path directory = temporary.path();
      Worker worker = new Worker(directory, acknowledged);
      String file = null;
      for (int life = 0; life < LIVES; life++) {
        Worker next = new Worker(directory, acknowledged); // its JVM starts meanwhile
        try {
          assertThat(worker.open()).isEqualTo(ROLE);
          List<String> files =
              Directory.open(directory).tokens().stream().map(t -> "" + t).toList();
          file = file == null ? files.get(0) : file;
          assertThat(files).containsExactly(file);
          long before = acknowledged.get();
          worker.count();
          long enough = before + random.nextInt(MOST_BATCHES);
          Await.until("worker counts", () -> acknowledged.get() > enough);
          worker.kill();
        } finally {
          worker.close();
        }
        worker = next;
        watch.check();
      }
      worker.close();
      Map<String, Double> totals = watch.stop();
      double least = (double) acknowledged.get() * ResumingProcess.BATCH;
      double most = least + LIVES * ResumingProcess.THREADS * ResumingProcess.BATCH;
      assertThat(totals.get("jobs_total{kind=\"x\"}")).isBetween(least, most);
      assertThat(totals.get("sizes_count")).isBetween(least, most);
      assertThat(totals.get("times_count")).isBetween(least, most);
      assertThat(directory.resolve("retired.tally")).doesNotExist();
      assertThat(watch.check()).isGreaterThan(LIVES);
    }
  }

  @Test
  void shouldGiveTheFileToOneWhenTwoResumeAtOnce() throws Exception {
    AtomicLong acknowledged = new AtomicLong();
    try (TempDirectory temporary = TempDirectory.create();
        Worker first = new Worker(temporary.path(), acknowledged);
        Worker second = new Worker(temporary.path(), acknowledged);
        Worker third = new Worker(temporary.path(), acknowledged)) {
      assertThat(first.open()).isEqualTo(ROLE);
      first.count();
      Await.until("worker counts", () -> acknowledged.get() > 100);
      first.kill();
      second.jvm.send("open");
      third.jvm.send("open");
      List<String> names = List.of(second.jvm.readLine(), third.jvm.readLine());
      assertThat(names).containsOnlyOnce(ROLE).anyMatch(name -> name.startsWith(ROLE + "-"));
      assertThat(Directory.open(temporary.path()).tokens()).hasSize(2);
      try (Scraper scraper = Scraper.open(temporary.path())) {
        double total = acknowledged.get() * (double) ResumingProcess.BATCH;
        assertThat(Samples.of(scraper).get("jobs_total{kind=\"x\"}"))
            .isBetween(total, total + ResumingProcess.THREADS * ResumingProcess.BATCH);
      }
    }
  }

  @Test
  void shouldGoOnWithTheSeriesThatAreThereWhenTheDiskIsFull() throws Exception {
    AtomicLong acknowledged = new AtomicLong();
    try (SmallFileSystem fileSystem = SmallFileSystem.mountOrSkip(1 << 20)) {
      Path directory = fileSystem.path().resolve("tallies");
      try (Worker worker = new Worker(directory, acknowledged)) {
        assertThat(worker.open()).isEqualTo(ROLE);
        worker.count();
        Await.until("worker counts", () -> acknowledged.get() > 100);
        worker.kill();
      }
      fileSystem.fill();
      try (Tallystick next =
          Tallystick.builder().directory(directory).segmentCells(64).resume(ROLE).open()) {
        assertThat(next.instanceName()).isEqualTo(ROLE);
        Counter jobs = Counter.builder().name("jobs").labelNames("kind").register(next);
        double before = jobsTotal(directory);
        jobs.labelValues("x").inc(1_000);
        for (int i = 0; i < 1_000; i++) {
          jobs.labelValues("new" + i).inc();
        }
        assertThat(jobsTotal(directory)).isEqualTo(before + 1_000);
        assertThat(Samples.of(next.scraper()).get("tallystick_unshared_series")).isPositive();
      }
    }
  }

  private static double jobsTotal(Path directory) throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      return Samples.of(scraper).get("jobs_total{kind=\"x\"}");
    }
  }

  /** A process of the role. */
  private static final class Worker implements AutoCloseable {
    private final ChildJvm jvm;
    private final AtomicInteger lines = new AtomicInteger();

    Worker(Path directory, AtomicLong acknowledged) throws IOException {
      this.jvm =
          ChildJvm.of(ResumingProcess.class)
              .arguments(directory, ROLE)
              .onLine(
                  line -> {
                    if (lines.getAndIncrement() > 0) {
                      acknowledged.incrementAndGet();
                    }
                  })
              .start();
    }

    String open() throws IOException, InterruptedException {
      jvm.send("open");
      return jvm.readLine();
    }

    void count() throws IOException {
      jvm.send("count");
    }

    void kill() throws InterruptedException {
      jvm.kill();
      assertThat(jvm.errors()).isEmpty();
    }

    @Override
    public void close() {
      jvm.close();
    }
  }
}
