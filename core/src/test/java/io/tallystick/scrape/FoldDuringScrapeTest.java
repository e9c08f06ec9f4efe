package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.shm.Directory;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.CrashingFileSystem.Look;
import io.tallystick.testing.CrashingFileSystem.Step;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Processes that end and are folded at any moment of a scrape: each is counted once. */
@Timeout(120)
final class FoldDuringScrapeTest {
  private static final String JOBS = "jobs_total";

  @ParameterizedTest(name = "known={0} retired={1} dead={2}")
  @CsvSource({
    "false,false,false", "false,true,false", "true,false,false", "true,true,false",
    "false,false,true", "false,true,true", "true,false,true", "true,true,true"
  })
  void shouldCountAProcessOnceWhenItIsFoldedBeforeAnyLook(
      boolean isKnown, boolean isRetired, boolean isOtherDead) throws IOException {
    int at = 0;
    boolean done;
    do {
      try (TempDirectory temp = TempDirectory.create()) {
        if (isRetired) {
          start(temp.path(), 1).close();
        }
        Tallystick ends = start(temp.path(), 2);
        Tallystick other = start(temp.path(), 4);
        int last = at++;
        AtLooks looks = new AtLooks(look -> endAt(ends, look == last));
        double total = (isRetired ? 1 : 0) + 2 + 4;
        try (Scraper scraper = scraper(temp.path(), looks)) {
          if (isKnown) {
            assertThat(Samples.of(scraper)).containsEntry(JOBS, total);
          }
          if (isOtherDead) {
            RegistrarAccess.kill(other);
          }

          looks.on = true;
          assertThat(Samples.of(scraper)).as("look %s", looks).containsEntry(JOBS, total);
          looks.on = false;

          assertThat(Samples.of(scraper)).as("after look %s", looks).containsEntry(JOBS, total);
        }
        done = looks.seen <= last;
        ends.close();
        other.close();
      }
    } while (!done);
    assertThat(at).isGreaterThan(3);
  }

  private static void endAt(Tallystick process, boolean isTime) {
    if (isTime) {
      process.close();
    }
  }

  @Test
  void shouldScrapeWhenProcessesAreFoldedWithoutPause() throws IOException {
    try (TempDirectory temp = TempDirectory.create()) {
      start(temp.path(), 1).close();
      AtLooks looks = new AtLooks(look -> start(temp.path(), 1).close());
      try (Scraper scraper = scraper(temp.path(), looks)) {
        double before = 0;
        for (int i = 0; i < 3; i++) {
          int least = looks.seen + 1;

          looks.on = true;
          double total = Samples.of(scraper).get(JOBS);
          looks.on = false;

          assertThat(total).isBetween((double) least, looks.seen + 1.0).isGreaterThan(before);
          before = total;
        }
        assertThat(Samples.of(scraper)).containsEntry(JOBS, looks.seen + 1.0);
      }
    }
  }

  // ----

  private static Tallystick start(Path directory, int jobs) {
    Tallystick tallystick = Tallystick.builder().directory(directory).segmentCells(64).open();
    Counter.builder().name(JOBS).register(tallystick).inc(jobs);
    return tallystick;
  }

  private static Scraper scraper(Path directory, AtLooks looks) throws IOException {
    return Scraper.of(
        Directory.open(CrashingFileSystem.path(directory, looks)),
        null,
        Scraper.DEFAULT_DEAD_GAUGE_RETENTION,
        Clock.systemUTC());
  }

  /** What is done before a look. */
  @FunctionalInterface
  private interface Action {
    void before(int look);
  }

  /** Does something before each look of a scraper, while it is on. */
  private static final class AtLooks implements CrashingFileSystem.Observer {
    private final Action action;
    private boolean on;
    private int seen;
    private String where = "none";

    AtLooks(Action action) {
      this.action = action;
    }

    @Override
    public void before(int number, Step step) {}

    @Override
    public void beforeLook(Look look, Path path) {
      if (on && look != Look.ATTRIBUTES) {
        where = seen + " " + look + " " + path.getFileName();
        action.before(seen++);
      }
    }

    @Override
    public String toString() {
      return where;
    }
  }
}
