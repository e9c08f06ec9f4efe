package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Retirement;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that are killed while they open a directory, or while their file grows. */
@Timeout(120)
final class KilledAtAnyStepIT {
  private static final int HALTED = 77;
  private static final int SERIES = 40;
  private static final int CELLS = 64; // fewer than those series have

  @Test
  void shouldShowWhatWasAcknowledgedWhenAProcessIsKilledBeforeAnyStep() throws Exception {
    int step = 0;
    int exit;
    do {
      try (TempDirectory directory = TempDirectory.create()) {
        AtomicInteger acknowledged = new AtomicInteger();
        try (ChildJvm child =
            ChildJvm.of(GrowingProcess.class)
                .arguments(directory.path(), step++)
                .onLine(line -> acknowledged.incrementAndGet())
                .start()) {
          exit = child.waitFor();
          assertThat(exit).as(child.errors()).isIn(HALTED, 0);
        }
        assertInOrder(directory.path());
        double least = exit == 0 ? SERIES : acknowledged.get();
        double inFlight = exit == 0 ? 0 : 1; // the agent's thread takes steps at any moment
        assertThat(total(directory.path())).isBetween(least, least + inFlight);
        assertNothingLeft(directory.path());
      }
    } while (exit == HALTED);
    assertThat(step).isGreaterThan(12);
  }

  private static void assertInOrder(Path directory) throws Exception {
    assertThat(Verification.verify(directory)).isEmpty();
    try (Scraper scraper = Scraper.open(directory)) {
      assertThat(Samples.of(scraper))
          .containsEntry("tallystick_corrupt_files", 0.0)
          .containsEntry("tallystick_process_files{state=\"live\"}", 0.0)
          .containsEntry("tallystick_process_files{state=\"dead\"}", 0.0);
    }
  }

  private static double total(Path directory) throws Exception {
    try (Scraper scraper = Scraper.open(directory)) {
      return Samples.ofApplications(scraper).entrySet().stream()
          .filter(sample -> sample.getKey().startsWith("grown_total"))
          .mapToDouble(Map.Entry::getValue)
          .sum();
    }
  }

  /** Checks that what the killed process had not finished goes, some of it an hour later. */
  private static void assertNothingLeft(Path directory) throws Exception {
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(2));
    new Retirement(Directory.open(directory), Duration.ofHours(1), later).run();
    assertThat(directory.toFile().list())
        .isSubsetOf("retired.tally", "retire.lock", "series.index", "series.lock");
  }

  /** A JVM that counts in one series after the other and ends before it takes a certain step. */
  static final class GrowingProcess {
    private GrowingProcess() {}

    public static void main(String[] args) {
      int last = Integer.parseInt(args[1]);
      Path directory =
          CrashingFileSystem.path(
              Path.of(args[0]),
              (number, step) -> {
                if (number == last) {
                  Runtime.getRuntime().halt(HALTED);
                }
              });
      Tallystick tallystick = Tallystick.builder().directory(directory).segmentCells(CELLS).open();
      Counter grown =
          Counter.builder().name("grown_total").labelNames("number").register(tallystick);
      for (int i = 0; i < SERIES; i++) {
        grown.labelValues(Integer.toString(i)).inc();
        System.out.println(i);
      }
      Runtime.getRuntime().halt(0);
    }
  }
}
