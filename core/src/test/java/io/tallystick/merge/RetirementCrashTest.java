package io.tallystick.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.shm.RetireLock;
import io.tallystick.shm.Token;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Folds that end before one of their steps, whichever it is: each dead process is counted once. */
@Timeout(120)
final class RetirementCrashTest {
  private static final int DEAD = 3;
  private static final double FRACTION = 0.1;

  private TempDirectory template;
  private Map<String, Double> totals;

  @BeforeEach
  void makeDeadProcesses() throws IOException {
    template = TempDirectory.create();
    try (TempDirectory directory = TempDirectory.create()) {
      List<Tallystick> processes = new ArrayList<>();
      for (int i = 0; i < DEAD; i++) {
        Tallystick process = Tallystick.open(directory.path());
        count(process, i);
        processes.add(process);
      }
      try (Scraper scraper = Scraper.open(directory.path())) {
        totals = Samples.ofApplications(scraper);
      }
      copy(directory.path(), template.path());
      processes.forEach(Tallystick::close);
    }
    assertThat(totals)
        .containsEntry("jobs_total{job=\"a\"}", 1.0 + 2 + 3)
        .containsEntry("own_total{process=\"2\"}", 1.0)
        .containsEntry("sizes_count", 3.0);
  }

  @AfterEach
  void deleteTemplate() throws IOException {
    template.close();
  }

  private static void count(Tallystick process, int number) {
    Counter.builder()
        .name("jobs_total")
        .labelNames("job")
        .register(process)
        .labelValues("a")
        .inc(number + 1L);
    Counter.builder()
        .name("own_total")
        .labelNames("process")
        .register(process)
        .labelValues(Integer.toString(number))
        .inc();
    Counter.builder().name("tenths_total").register(process).inc(FRACTION);
    Histogram.builder().name("sizes").classicUpperBounds(1, 2).register(process).observe(number);
  }

  @Test
  void shouldCountEachDeadProcessOnceWhenAFoldEndsBeforeAnyStep() throws Exception {
    int step = 0;
    boolean crashed;
    do {
      try (TempDirectory directory = copyOfTemplate()) {
        crashed = foldUntil(directory.path(), step++);
        assertCountedOnce(directory.path());
      }
    } while (crashed);
    assertThat(step).isGreaterThan(3 + 2 * DEAD);
  }

  @Test
  void shouldCountEachDeadProcessOnceWhenTheNextFoldEndsBeforeAnyStepToo() throws Exception {
    int first = 0;
    boolean firstCrashed;
    do {
      int second = 0;
      boolean secondCrashed;
      do {
        try (TempDirectory directory = TempDirectory.create()) {
          copy(template.path(), directory.path(), 0, DEAD - 1);
          firstCrashed = foldUntil(directory.path(), first);
          copy(template.path(), directory.path(), DEAD - 1, DEAD); // one more has died
          secondCrashed = foldUntil(directory.path(), second++);
          assertCountedOnce(directory.path());
        }
      } while (secondCrashed);
      first++;
    } while (firstCrashed);
    assertThat(first).isGreaterThan(3 + 2 * (DEAD - 1));
  }

  @Test
  void shouldCountEachDeadProcessOnceWhenFilesOfTheFoldedCannotBeDeleted() throws Exception {
    try (TempDirectory directory = copyOfTemplate();
        TempDirectory kept = TempDirectory.create()) {
      copy(directory.path(), kept.path());
      fold(directory.path(), step -> false);
      copy(kept.path(), directory.path()); // as a fold leaves it that renamed and deleted nothing

      assertCountedOnce(directory.path());
    }
  }

  /** Folds until before a step; false where the fold had none of that number. */
  private static boolean foldUntil(Path directory, int last) throws IOException {
    try {
      fold(directory, step -> step >= last);
      return false;
    } catch (Crash e) {
      return true;
    }
  }

  private static void fold(Path directory, IntPredicate crashes) throws IOException {
    Path watched =
        CrashingFileSystem.path(
            directory,
            (number, step) -> {
              if (crashes.test(number)) {
                throw new Crash();
              }
            });
    new Retirement(Directory.open(watched), Duration.ofHours(1), Clock.systemUTC()).run();
  }

  /** Checks a directory as it is, as the next scrape sees it, and when all is folded. */
  private void assertCountedOnce(Path directory) throws IOException {
    Directory opened = Directory.open(directory);
    try (Scraper scraper = Scraper.open(directory)) {
      try (RetireLock lock = RetireLock.tryTake(opened)) {
        assertThat(lock).isNotNull();
        assertThat(Samples.ofApplications(scraper)).isEqualTo(totals);
      }
      assertThat(Samples.ofApplications(scraper)).isEqualTo(totals);
    }
    Tallystick.retire(directory);
    assertThat(names(directory)).containsExactly("retire.lock", "retired.tally");
    try (Scraper scraper = Scraper.open(directory)) {
      Map<String, Double> samples = Samples.of(scraper);
      assertThat(samples).containsAllEntriesOf(totals);
      assertThat(samples)
          .containsEntry("tallystick_process_files{state=\"retired\"}", (double) DEAD);
    }
  }

  private static Set<String> names(Path directory) throws IOException {
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }

  private TempDirectory copyOfTemplate() throws IOException {
    TempDirectory directory = TempDirectory.create();
    copy(template.path(), directory.path());
    return directory;
  }

  /** Copies processes' files. Nobody holds the locks of the copies, so that they are dead. */
  private static void copy(Path source, Path target) throws IOException {
    copy(source, target, 0, DEAD);
  }

  /** Copies the files of some processes, of those in order. */
  private static void copy(Path source, Path target, int first, int last) throws IOException {
    Directory from = Directory.open(source);
    Directory to = Directory.open(target);
    for (Token token : from.tokens().subList(first, last)) {
      if (!Files.exists(to.file(token))) {
        Files.copy(from.file(token), to.file(token));
      }
      if (!Files.exists(to.lockFile(token))) {
        Files.createFile(to.lockFile(token)); // its original is held and must not be opened
      }
    }
  }

  /** Stands for the end of the process: nothing that it does afterwards reaches the directory. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("crash", null, false, false);
    }
  }
}
