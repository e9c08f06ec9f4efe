package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Verification;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Samples;
import io.tallystick.testing.SharedClock;
import io.tallystick.testing.TallyBytes;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Series that come and go in processes that are killed, while somebody scrapes. */
@Timeout(120)
final class ReusedCellsIT {
  private static final int PROCESSES = 4; // of which two at a time
  private static final int ROUNDS = 80; // that a process makes before it is killed
  private static final long REUSES_OF_EACH = 100;
  private static final Duration STEP = Duration.ofSeconds(1);
  private static final long BETWEEN_STEPS_NS = 1_000_000;

  private volatile boolean ended;
  private volatile Throwable failure;

  @Test
  void shouldShowNoValueUnderAnotherNameNorALowerOneWhenProcessesAreKilled() throws Exception {
    try (TempDirectory temporary = TempDirectory.create();
        TempDirectory outside = TempDirectory.create()) {
      Path clockFile = outside.path().resolve("clock");
      SharedClock clock = SharedClock.open(clockFile);
      clock.set(Instant.now());
      Thread time = started(() -> turn(clock));
      Thread reader = started(() -> read(temporary.path(), clock));
      Deque<ChildJvm> running = new ArrayDeque<>();
      AtomicInteger rounds = new AtomicInteger();
      long reuses = 0;
      try {
        for (int number = 1; number <= PROCESSES; number++) {
          AtomicInteger own = new AtomicInteger();
          running.add(
              ChildJvm.of(ReusingProcess.class)
                  .arguments(temporary.path(), clockFile, number)
                  .onLine(
                      line -> {
                        own.incrementAndGet();
                        rounds.incrementAndGet();
                      })
                  .start());
          Await.until("rounds are made", () -> failure != null || own.get() >= ROUNDS);
          if (number % 2 == 0) {
            reuses += reuses(temporary.path());
            running.remove().kill();
            running.remove().kill();
          }
        }
      } finally {
        for (ChildJvm each : running) {
          each.kill();
        }
        ended = true;
        time.join();
        reader.join();
      }
      assertThat(failure).isNull();
      assertThat(reuses).isGreaterThan(REUSES_OF_EACH * PROCESSES / 2);
      try (Scraper last = scraper(temporary.path(), clock)) {
        double total = Samples.ofApplications(last).get("rounds_total");
        assertThat(total).isBetween((double) rounds.get(), rounds.get() + (double) PROCESSES);
      }
      assertThat(Verification.verify(temporary.path())).isEmpty();
    }
  }

  private Thread started(Action action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (IOException | RuntimeException | Error e) {
                failure = e;
              }
            });
    thread.start();
    return thread;
  }

  private void turn(SharedClock clock) {
    while (!ended) {
      clock.turn(STEP);
      LockSupport.parkNanos(BETWEEN_STEPS_NS);
    }
  }

  private static Scraper scraper(Path directory, SharedClock clock) throws IOException {
    return Scraper.of(Directory.open(directory), null, Duration.ofHours(1), clock);
  }

  /** Each series counts its own number only, and never less than before. */
  private void read(Path directory, SharedClock clock) throws IOException {
    Map<String, Double> before = new HashMap<>();
    try (Scraper scraper = scraper(directory, clock)) {
      while (!ended) {
        Samples.ofApplications(scraper)
            .forEach(
                (series, total) -> {
                  assertThat(total)
                      .as(series)
                      .isGreaterThanOrEqualTo(before.getOrDefault(series, 0.0));
                  before.put(series, total);
                  if (!series.equals("rounds_total")) {
                    long number = Long.parseLong(series.replaceAll("\\D", ""));
                    assertThat(total / number)
                        .as(series)
                        .isBetween(0.0, (double) ReusingProcess.TIMES)
                        .isEqualTo(Math.rint(total / number));
                  }
                });
      }
    }
  }

  /** How many series' cells the processes that run have given to others, at least. */
  private static long reuses(Path directory) throws IOException {
    long reuses = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.tally")) {
      for (Path file : files) {
        TallyBytes bytes = TallyBytes.of(file);
        if (bytes.buffer().getInt(TallyBytes.KIND) == 1) {
          reuses += bytes.buffer().getLong(ExpiringDirectory.REUSES) - 1;
        }
      }
    } catch (NoSuchFileException e) {
      throw new AssertionError("nobody folds those that run", e);
    }
    return reuses;
  }

  /** What a thread does. */
  private interface Action {
    void run() throws IOException;
  }
}
