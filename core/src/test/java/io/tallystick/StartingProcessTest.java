package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Retirement;
import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.CrashingFileSystem.Look;
import io.tallystick.testing.CrashingFileSystem.Step;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What others see of a process that is just starting. */
@Timeout(120)
final class StartingProcessTest {
  @Test
  void shouldNotBeTakenForDeadWhenAnotherFoldsAtAnyMomentOfItsStart() throws IOException {
    int at = 0;
    boolean done;
    do {
      try (TempDirectory temp = TempDirectory.create()) {
        FoldsAt folds = new FoldsAt(temp.path(), at);
        try (Tallystick starts = Tallystick.open(CrashingFileSystem.path(temp.path(), folds))) {
          Counter jobs = Counter.builder().name("jobs_total").labelNames("job").register(starts);
          jobs.labelValues("first").inc();
          jobs.labelValues("second").inc(2);
          done = folds.report == null;
          folds.at = -1;

          if (folds.report != null) {
            assertThat(folds.report.folded() + folds.report.left()).as("at %s", at).isZero();
          }
          assertIsShared(temp.path());
        }
        try (Scraper scraper = Scraper.open(temp.path())) {
          assertThat(Samples.of(scraper))
              .as("at %s", at)
              .containsEntry("jobs_total{job=\"second\"}", 2.0)
              .containsEntry("tallystick_process_files{state=\"retired\"}", 1.0);
        }
      }
      at++;
    } while (!done);
    assertThat(at).isGreaterThan(15);
  }

  private static void assertIsShared(Path directory) throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      Map<String, Double> samples = Samples.of(scraper);
      assertThat(samples)
          .containsEntry("jobs_total{job=\"first\"}", 1.0)
          .containsEntry("jobs_total{job=\"second\"}", 2.0)
          .containsEntry("tallystick_process_files{state=\"live\"}", 1.0)
          .containsEntry("tallystick_unshared_series", 0.0)
          .containsEntry("tallystick_corrupt_files", 0.0);
    }
  }

  /** Folds the directory before one of all steps and looks of the thread that made it. */
  private static final class FoldsAt implements CrashingFileSystem.Observer {
    private final Thread thread = Thread.currentThread();
    private final Path directory;
    private int at;
    private int seen;
    private Retirement.Report report;

    FoldsAt(Path directory, int at) {
      this.directory = directory;
      this.at = at;
    }

    @Override
    public void before(int number, Step step) throws IOException {
      next();
    }

    @Override
    public void beforeLook(Look look, Path path) throws IOException {
      if (look != Look.ATTRIBUTES) {
        next();
      }
    }

    private void next() throws IOException {
      if (Thread.currentThread() == thread && seen++ == at) {
        report = Tallystick.retire(directory);
      }
    }
  }
}
