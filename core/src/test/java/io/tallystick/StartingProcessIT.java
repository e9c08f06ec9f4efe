package io.tallystick;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Retirement;
import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.CrashingFileSystem.Look;
import io.tallystick.testing.CrashingFileSystem.Step;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What others see of a process that is just starting. */
@Timeout(120)
final class StartingProcessIT {
  @Test
  void shouldNotBeTakenForDeadWhenAnotherFoldsAtAnyMomentOfItsStart() throws Exception {
    try (ChildJvm folder = ChildJvm.of(Folder.class).start()) {
      int at = 0;
      while (isFoldedAt(folder, at)) {
        at++;
      }
      assertThat(at).isGreaterThan(10);
    }
  }

  /** Starts a process and folds its directory before a step; false where there are not so many. */
  private static boolean isFoldedAt(ChildJvm folder, int at) throws IOException {
    try (TempDirectory temp = TempDirectory.create()) {
      FoldsAt folds = new FoldsAt(folder, temp.path(), at);
      try (Tallystick starts = Tallystick.open(CrashingFileSystem.path(temp.path(), folds))) {
        Counter jobs = Counter.builder().name("jobs_total").labelNames("job").register(starts);
        jobs.labelValues("first").inc();
        jobs.labelValues("second").inc(2);
        folds.at = -1;

        if (folds.report != null) {
          assertThat(folds.report).as("at %s", at).isEqualTo("0 0");
        }
        assertIsShared(temp.path());
      }
      try (Scraper scraper = Scraper.open(temp.path())) {
        assertThat(Samples.of(scraper))
            .as("at %s", at)
            .containsEntry("jobs_total{job=\"second\"}", 2.0)
            .containsEntry("tallystick_process_files{state=\"retired\"}", 1.0);
      }
      return folds.report != null;
    }
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

  /** Lets another JVM fold before one of all steps and looks of the thread that made it. */
  private static final class FoldsAt implements CrashingFileSystem.Observer {
    private final Thread thread = Thread.currentThread();
    private final ChildJvm folder;
    private final Path directory;
    private int at;
    private int seen;
    private String report;

    FoldsAt(ChildJvm folder, Path directory, int at) {
      this.folder = folder;
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
        folder.send(directory.toString());
        report = readReport();
      }
    }

    private String readReport() throws IOException {
      try {
        return folder.readLine();
      } catch (InterruptedException e) {
        throw new InterruptedIOException(e.toString());
      }
    }
  }

  /** A JVM that folds the directory of each line, and says how many were folded and left. */
  static final class Folder {
    private Folder() {}

    public static void main(String[] args) throws IOException {
      try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          Retirement.Report report = Tallystick.retire(Path.of(line));
          System.out.println(report.folded() + " " + report.left());
        }
      }
    }
  }
}
