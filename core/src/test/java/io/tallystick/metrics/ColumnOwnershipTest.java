package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.Tallystick;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FileColumns;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that come, go, and outnumber the columns: no update is lost or counted twice. */
@Timeout(120)
final class ColumnOwnershipTest {
  private static final int MANY = 200_000;

  private TempDirectory directory;

  @BeforeEach
  void createDirectory() throws IOException {
    directory = TempDirectory.create();
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    directory.close();
  }

  @Test
  void shouldGiveAColumnToTheNextThreadWhenItsOwnerHasDied() throws Exception {
    try (Tallystick tallystick = open(1)) {
      Metrics metrics = new Metrics(tallystick);
      for (int i = 0; i < 5; i++) {
        run(
            1,
            Thread::new,
            () -> {
              metrics.update(100);
              RegistrarAccess.turn(tallystick); // grants the column
              metrics.update(100);
            });
        RegistrarAccess.turn(tallystick); // takes it back
      }

      List<LongBuffer> columns = columns(tallystick);
      assertThat(columns).hasSize(1);
      assertThat(columns.get(0).get(0)).isGreaterThanOrEqualTo(5L * 100);
      metrics.assertUpdates(tallystick, 5 * (100 + 100));
    }
  }

  @Test
  void shouldCountExactlyWhenManyThreadsLiveBriefly() throws Exception {
    try (Tallystick tallystick = open(3)) {
      Metrics metrics = new Metrics(tallystick);
      for (int i = 0; i < 60; i++) {
        run(
            6,
            Thread::new,
            () -> {
              metrics.update(200);
              RegistrarAccess.turn(tallystick);
              metrics.update(100);
            });
      }

      assertThat(columns(tallystick)).hasSizeBetween(1, 3); // a thread may end before it gets one
      metrics.assertUpdates(tallystick, 60 * 6 * 300);
    }
  }

  @Test
  void shouldCountExactlyWhenThereAreMoreThreadsThanColumns() throws Exception {
    try (Tallystick tallystick = open(2)) {
      Metrics metrics = new Metrics(tallystick);
      run(
          6,
          Thread::new,
          () -> {
            metrics.update(MANY / 2);
            RegistrarAccess.turn(tallystick);
            metrics.update(MANY / 2);
          });

      assertThat(columns(tallystick)).hasSizeBetween(1, 2);
      metrics.assertUpdates(tallystick, 6 * MANY);
    }
  }

  @Test
  void shouldCountExactlyWhenThreadsSayThatTheyHaveOneId() throws Exception {
    try (Tallystick tallystick = open(4)) {
      Metrics metrics = new Metrics(tallystick);
      run(
          3,
          SameId::new,
          () -> {
            metrics.update(MANY);
            RegistrarAccess.turn(tallystick);
            metrics.update(2 * MANY);
          });

      assertThat(columns(tallystick))
          .hasSizeBetween(1, 3); // threads of one slot keep each other out
      metrics.assertUpdates(tallystick, 3 * 3 * MANY);
    }
  }

  @Test
  void shouldCountInColumnsOfTheirOwnWhenOwnersHaveOneSlot() throws Exception {
    List<ExecutorService> threads = new ArrayList<>();
    try (Tallystick tallystick = open(5)) {
      Metrics metrics = new Metrics(tallystick);
      for (int i = 0; i < 5; i++) {
        ExecutorService thread = Executors.newSingleThreadExecutor(SameId::new);
        threads.add(thread);
        thread.submit(() -> metrics.update(100)).get();
        RegistrarAccess.turn(tallystick); // nobody else asks, so that it grants a column
      }
      List<Future<?>> done = new ArrayList<>();
      for (ExecutorService thread : threads) {
        done.add(thread.submit(() -> metrics.update(MANY)));
      }
      for (Future<?> each : done) {
        each.get();
      }

      assertThat(columns(tallystick))
          .hasSize(5)
          .allSatisfy(column -> assertThat(column.get(0)).isEqualTo(MANY));
      metrics.assertUpdates(tallystick, 5 * (100 + MANY));
    } finally {
      threads.forEach(ExecutorService::shutdownNow);
    }
  }

  @Test
  void shouldCountExactlyAndGrantNoColumnWhenThreadsAreVirtual() throws Exception {
    ExecutorService threads = virtualThreads();
    try (Tallystick tallystick = open(64)) {
      Metrics metrics = new Metrics(tallystick);
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) {
        done.add(
            threads.submit(
                () -> {
                  metrics.update(200);
                  RegistrarAccess.turn(tallystick);
                  metrics.update(200);
                }));
      }
      for (Future<?> future : done) {
        future.get();
      }

      assertThat(columns(tallystick)).isEmpty();
      metrics.assertUpdates(tallystick, 1_000 * 400);
    } finally {
      threads.shutdownNow();
    }
  }

  private static ExecutorService virtualThreads() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException e) {
      assumeTrue(false, "this JDK has no virtual threads");
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private Tallystick open(int columns) {
    return Tallystick.builder().directory(directory.path()).columns(columns).open();
  }

  private List<LongBuffer> columns(Tallystick tallystick) throws IOException, CorruptFileException {
    return FileColumns.owned(RegistrarAccess.file(tallystick), directory.path());
  }

  private static void run(int threads, ThreadFactory factory, Runnable work)
      throws InterruptedException {
    AtomicReference<Throwable> fault = new AtomicReference<>();
    List<Thread> started = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread thread = factory.newThread(work);
      thread.setUncaughtExceptionHandler((t, e) -> fault.set(e));
      thread.start();
      started.add(thread);
    }
    for (Thread thread : started) {
      thread.join();
    }
    assertThat(fault).hasNullValue();
  }

  /** A thread that takes the right to say what it is called by. */
  private static final class SameId extends Thread {
    SameId(Runnable work) {
      super(work);
    }

    @Override
    public long getId() {
      return 7;
    }
  }

  /** One series of each type that has columns; a round updates each of them once. */
  private static final class Metrics {
    private final Counter counter;
    private final Histogram histogram;
    private final Summary summary;

    Metrics(Tallystick tallystick) {
      this.counter = Counter.builder().name("steps_total").register(tallystick);
      this.histogram =
          Histogram.builder().name("sizes").classicUpperBounds(0.5).register(tallystick);
      this.summary = Summary.builder().name("times").register(tallystick);
    }

    void update(int rounds) {
      for (int i = 0; i < rounds; i++) {
        counter.inc();
        counter.inc(0.5);
        histogram.observe(0.25);
        summary.observe(2);
      }
    }

    void assertUpdates(Tallystick tallystick, int rounds) throws IOException {
      assertThat(Samples.ofApplications(tallystick.scraper()))
          .isEqualTo(
              Map.of(
                  "steps_total", rounds * 1.5,
                  "sizes_bucket{le=\"0.5\"}", rounds * 1.0,
                  "sizes_bucket{le=\"+Inf\"}", rounds * 1.0,
                  "sizes_count", rounds * 1.0,
                  "sizes_sum", rounds * 0.25,
                  "times_count", rounds * 1.0,
                  "times_sum", rounds * 2.0));
      assertThat(counter.get()).isEqualTo(rounds * 1.5);
    }
  }
}
