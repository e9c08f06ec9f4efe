package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.shm.Directory;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.OutsideScraper;
import io.tallystick.testing.Samples;
import io.tallystick.testing.SmallFileSystem;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A file system that has no room left. */
@Timeout(120)
final class FullFileSystemIT {
  private static final int SIZE_BYTES = 1 << 20;
  private static final int SERIES = 600;

  private SmallFileSystem fileSystem;
  private Path directory;
  private CapturedLog log;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    fileSystem = SmallFileSystem.mountOrSkip(SIZE_BYTES);
    directory = fileSystem.path().resolve("tallies");
    log = CapturedLog.open();
  }

  @AfterEach
  void unmount() throws IOException {
    if (fileSystem != null) {
      log.close();
      fileSystem.close();
    }
  }

  @Test
  void shouldCountInTheHeapAndShareTheRestWhenThereIsNoRoomToGrow() throws Exception {
    try (OutsideScraper outside = OutsideScraper.start();
        Tallystick tallystick = open()) {
      Counter jobs = Counter.builder().name("jobs_total").labelNames("job").register(tallystick);
      List<CounterDataPoint> points = new ArrayList<>();
      points.add(jobs.labelValues("0"));
      fileSystem.fill();
      for (int i = 1; i < SERIES; i++) {
        points.add(jobs.labelValues(Integer.toString(i)));
      }
      update(points);

      Map<String, Double> own = Samples.of(tallystick.scraper());
      Map<String, Double> others = outside.scrape(directory);
      double unshared = own.get("tallystick_unshared_series");
      assertThat(unshared).isBetween(1.0, SERIES - 1.0);
      assertThat(others)
          .containsEntry("tallystick_unshared_series", unshared)
          .containsEntry("tallystick_corrupt_files", 0.0);
      int shared = (int) (SERIES - unshared);
      for (int i = 0; i < SERIES; i++) {
        String name = "jobs_total{job=\"" + i + "\"}";
        assertThat(own.get(name)).as(name).isEqualTo(4_000.0);
        assertThat(others.get(name)).as(name).isEqualTo(i < shared ? 4_000.0 : null);
      }
    }
  }

  /** From four threads, so that columns are asked for that there is no room for. */
  private static void update(List<CounterDataPoint> points) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                for (int j = 0; j < 1_000; j++) {
                  points.forEach(CounterDataPoint::inc);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void shouldShareNewSeriesAgainWhenThereIsRoomAgain() throws Exception {
    TurnedClock clock = TurnedClock.at(Instant.parse("2025-01-01T00:00:00Z"));
    try (OutsideScraper outside = OutsideScraper.start();
        Tallystick tallystick =
            Tallystick.builder().directory(directory).clock(clock).columns(0).open()) {
      fileSystem.fill();
      Counter.builder().name("early_total").register(tallystick).inc();
      fileSystem.makeRoom();
      clock.turn(Duration.ofSeconds(2));
      RegistrarAccess.turn(tallystick);
      Counter.builder().name("late_total").register(tallystick).inc();

      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry("early_total", 1.0)
          .containsEntry("late_total", 1.0)
          .containsEntry("tallystick_unshared_series", 1.0);
      assertThat(outside.scrape(directory))
          .containsEntry("late_total", 1.0)
          .doesNotContainKey("early_total");
    }
  }

  @Test
  void shouldCountInTheHeapWhenThereIsNoRoomToOpen() throws Exception {
    try (OutsideScraper outside = OutsideScraper.start();
        Tallystick first = open()) {
      Counter.builder().name("jobs_total").register(first).inc();
      fileSystem.fill();
      try (Tallystick second = open()) {
        Counter jobs = Counter.builder().name("jobs_total").register(second);
        jobs.inc(2);

        assertThat(Samples.of(second.scraper()))
            .containsEntry("jobs_total", 3.0)
            .containsEntry("tallystick_unshared_series", 1.0)
            .containsEntry("tallystick_process_files{state=\"live\"}", 2.0);
        assertThat(outside.scrape(directory))
            .containsEntry("jobs_total", 1.0)
            .containsEntry("tallystick_corrupt_files", 0.0)
            .containsEntry("tallystick_process_files{state=\"live\"}", 1.0);
      }
      assertThat(log.messages()).anyMatch(message -> message.startsWith("no room"));
      assertThat(Samples.of(first.scraper())).containsEntry("jobs_total", 1.0);
    }
  }

  @Test
  void shouldCountInTheHeapWhenTheSystemSaysInAnyLanguageThatThereIsNoRoom() throws Exception {
    Directory.create(directory);
    fileSystem.fill();
    Path full =
        CrashingFileSystem.path(
            directory,
            (number, step) -> {
              if (step == CrashingFileSystem.Step.WRITE) {
                throw new IOException("Auf dem Gerät ist kein Speicherplatz mehr verfügbar");
              }
            });
    try (Tallystick tallystick = Tallystick.open(full)) {
      Counter.builder().name("jobs_total").register(tallystick).inc(2);

      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry("jobs_total", 2.0)
          .containsEntry("tallystick_unshared_series", 1.0);
    }
    assertThat(directory.toFile().list()).containsExactly("retire.lock");
  }

  @Test
  void shouldShowTheDeadAsTheyAreAndFoldThemLaterWhenThereIsNoRoomToFold() throws Exception {
    try (OutsideScraper outside = OutsideScraper.start()) {
      Tallystick ended = open();
      Counter.builder().name("jobs_total").register(ended).inc(5);
      fileSystem.fill();
      ended.close();

      assertThat(outside.scrape(directory))
          .containsEntry("jobs_total", 5.0)
          .containsEntry("tallystick_process_files{state=\"dead\"}", 1.0);
      fileSystem.makeRoom();
      assertThat(outside.scrape(directory))
          .containsEntry("jobs_total", 5.0)
          .containsEntry("tallystick_process_files{state=\"retired\"}", 1.0)
          .containsEntry("tallystick_process_files{state=\"dead\"}", 0.0);
    }
  }

  @Test
  void shouldHoldTheLimitInThisProcessWhenThereIsNoRoomForTheIndexToGrow() throws Exception {
    int most = 5_000; // the first index has room for less
    try (Tallystick tallystick =
        Tallystick.builder().directory(directory).maxSeriesPerMetric(most).open()) {
      Counter jobs = Counter.builder().name("jobs_total").labelNames("job").register(tallystick);
      jobs.labelValues("0").inc();
      fileSystem.fill();
      for (int i = 1; i < most + 1_000; i++) {
        jobs.labelValues(Integer.toString(i)).inc();
      }
      Map<String, Double> own = Samples.ofApplications(tallystick.scraper());
      assertThat(own).hasSize(most + 1).containsEntry("jobs_total{job=\"__overflow__\"}", 1_000.0);
      assertThat(log.messages()).anyMatch(message -> message.startsWith("index of series"));
      assertThat(log.failures()).hasOnlyElementsOfType(IOException.class); // and no page's fault
    }
  }

  private Tallystick open() {
    return Tallystick.builder().directory(directory).segmentCells(64).open();
  }
}
