package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.merge.Retirement;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.shm.Directory;
import io.tallystick.shm.RetireLock;
import io.tallystick.shm.Token;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.CrashingFileSystem.Look;
import io.tallystick.testing.CrashingFileSystem.Step;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TallyBytes;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that cannot be read for a while: no process counts less for it, and none twice. */
@Timeout(120)
@SuppressWarnings("try") // processes end in the middle of a test
final class TransientErrorsTest {
  private static final String JOBS = "jobs_total";
  private static final String CORRUPT = "tallystick_corrupt_files";

  private TempDirectory temp;
  private CapturedLog log;

  @BeforeEach
  void createDirectory() throws IOException {
    temp = TempDirectory.create();
    log = CapturedLog.open();
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    log.close();
    temp.close();
  }

  // ---- the retired file ----

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void shouldNotLowerATotalWhenTheRetiredFileThatTookProcessesInCannotBeRead(
      boolean wasThere, boolean isDirectory) throws IOException {
    if (wasThere) {
      start(temp.path(), 1).close();
    }
    try (Tallystick first = start(temp.path(), 2);
        Tallystick second = start(temp.path(), 4);
        Tallystick lives = start(temp.path(), 8);
        Scraper scraper = Scraper.open(temp.path())) {
      double total = wasThere ? 15 : 14;
      assertThat(Samples.of(scraper)).containsEntry(JOBS, total);
      first.close();
      Path retired = temp.path().resolve("retired.tally");
      Path aside = Files.move(retired, temp.path().resolve("aside"));
      if (isDirectory) {
        Files.createDirectory(retired);
      } else {
        TallyBytes.of(new byte[0]).writeTo(retired);
      }

      assertThat(Samples.of(scraper)).containsEntry(JOBS, total).containsEntry(CORRUPT, 1.0);
      second.close(); // which folds nothing now
      counter(lives, "more_total").inc();
      for (int i = 0; i < 3; i++) {
        assertThat(Samples.of(scraper))
            .containsEntry(JOBS, total)
            .containsEntry("more_total", 1.0)
            .containsEntry(CORRUPT, 1.0);
      }

      Files.delete(retired);
      Files.move(aside, retired);
      for (int i = 0; i < 3; i++) {
        assertThat(Samples.of(scraper)).containsEntry(JOBS, total).containsEntry(CORRUPT, 0.0);
      }
    }
  }

  // ---- any file ----

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldCountEachProcessOnceWhenALookOfAScrapeFails(boolean toItsEnd) throws IOException {
    int at = 0;
    boolean failed;
    do {
      try (TempDirectory directory = TempDirectory.create()) {
        FailingLooks looks = new FailingLooks(at++, toItsEnd);
        failed = scrapeWith(looks, directory.path());
      }
    } while (failed);
    assertThat(at).isGreaterThan(20);
  }

  /** Scrapes a directory in which all that can happen to a process has happened to one. */
  private static boolean scrapeWith(FailingLooks looks, Path directory) throws IOException {
    start(directory, 1).close();
    try (Tallystick first = start(directory, 2);
        Tallystick second = start(directory, 4);
        Tallystick dead = start(directory, 8);
        Tallystick lives = start(directory, 16);
        Scraper scraper =
            Scraper.of(
                Directory.open(CrashingFileSystem.path(directory, looks)),
                null,
                Scraper.DEFAULT_DEAD_GAUGE_RETENTION,
                Clock.systemUTC())) {
      assertThat(Samples.of(scraper)).containsEntry(JOBS, 31.0);
      first.close();
      second.close(); // the retired file names this one only
      RegistrarAccess.kill(dead);
      counter(lives, "more_total").inc();
      try (RetireLock lock = RetireLock.tryTake(Directory.open(directory))) {
        assertThat(lock).isNotNull(); // so that the dead one is read as it is

        looks.on = true;
        Map<String, Double> samples = Samples.of(scraper);
        looks.on = false;

        assertThat(samples).as("failed: %s", looks).containsEntry(JOBS, 31.0);
        assertThat(Samples.of(scraper))
            .as("after %s", looks)
            .containsEntry(JOBS, 31.0)
            .containsEntry("more_total", 1.0)
            .containsEntry(CORRUPT, 0.0);
      }
      assertThat(Samples.of(scraper)).as("after %s", looks).containsEntry(JOBS, 31.0);
    }
    return looks.hasFailed();
  }

  @Test
  void shouldCountEachProcessOnceWhenALookOfAFoldFails() throws IOException {
    int at = 0;
    boolean failed;
    do {
      try (TempDirectory directory = TempDirectory.create()) {
        start(directory.path(), 1).close();
        Tallystick first = start(directory.path(), 2);
        Tallystick second = start(directory.path(), 4);
        RegistrarAccess.kill(first);
        RegistrarAccess.kill(second);
        FailingLooks looks = new FailingLooks(at++, false);
        Retirement retirement =
            new Retirement(
                Directory.open(CrashingFileSystem.path(directory.path(), looks)),
                Scraper.DEFAULT_DEAD_GAUGE_RETENTION,
                Clock.systemUTC());

        looks.on = true;
        int folded = 0;
        try {
          folded = retirement.run().folded();
        } catch (IOException e) {
          assertThat(looks.hasFailed()).isTrue();
        }

        failed = looks.hasFailed();
        try (Scraper scraper = Scraper.open(directory.path())) {
          assertThat(Samples.of(scraper)).as("%s", looks).containsEntry(JOBS, 7.0);
          Tallystick.retire(directory.path());
          assertThat(Samples.of(scraper))
              .as("%s", looks)
              .containsEntry(JOBS, 7.0)
              .containsEntry("tallystick_process_files{state=\"retired\"}", 3.0);
        }
        assertThat(folded).as("%s", looks).isBetween(failed ? 0 : 2, 2);
      }
    } while (failed);
    assertThat(at).isGreaterThan(10);
  }

  @Test
  void shouldTakeADeadProcessForALivingOneWhileItsLockCannotBeOpened() throws IOException {
    FailingLooks looks = new FailingLooks(0, true);
    Directory directory = Directory.open(CrashingFileSystem.path(temp.path(), looks));
    Tallystick dies = start(temp.path(), 1);
    Path file = RegistrarAccess.path(dies, temp.path());
    TallyBytes bytes = TallyBytes.of(file);
    Token token = directory.tokens().get(0);
    dies.close();
    bytes.writeTo(file); // as a killed process leaves it
    Files.createFile(temp.path().resolve(directory.lockFile(token).getFileName().toString()));
    assertThat(directory.isAlive(token)).isFalse();

    looks.on = true;

    assertThat(directory.isAlive(token)).isTrue();
  }

  // ----

  private static Tallystick start(Path directory, int jobs) {
    Tallystick tallystick = Tallystick.builder().directory(directory).segmentCells(64).open();
    counter(tallystick, JOBS).inc(jobs);
    return tallystick;
  }

  private static Counter counter(Tallystick tallystick, String name) {
    return Counter.builder().name(name).register(tallystick);
  }

  /**
   * Lets one look of those while it is on fail, or from that one on all that need a descriptor, as
   * where a process has no more of them.
   */
  private static final class FailingLooks implements CrashingFileSystem.Observer {
    private final int at;
    private final boolean toTheEnd;
    private boolean on;
    private int seen;
    private String where = "nothing";

    FailingLooks(int at, boolean toTheEnd) {
      this.at = at;
      this.toTheEnd = toTheEnd;
    }

    boolean hasFailed() {
      return seen > at;
    }

    @Override
    public void before(int number, Step step) {}

    @Override
    public void beforeLook(Look look, Path path) throws IOException {
      if (on) {
        int number = seen++;
        if (number == at || (toTheEnd && number > at && look != Look.ATTRIBUTES)) {
          where = look + " " + path.getFileName() + " at=" + at;
          throw new IOException("Too many open files");
        }
      }
    }

    @Override
    public String toString() {
      return where;
    }
  }
}
