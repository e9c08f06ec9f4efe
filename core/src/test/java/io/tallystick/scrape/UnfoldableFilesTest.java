package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.shm.Directory;
import io.tallystick.shm.RetireLock;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.CrashingFileSystem.Look;
import io.tallystick.testing.CrashingFileSystem.Step;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TallyBytes;
import io.tallystick.testing.TallyBytes.Entry;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of dead processes that cannot be folded: they are read as they are, at no more cost. */
class UnfoldableFilesTest {
  private static final int UNFOLDABLE = 20;
  private static final int SCRAPES = 50;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
  private final Counting counting = new Counting();
  private TempDirectory temp;
  private CapturedLog log;
  private Scraper scraper;

  @BeforeEach
  void open() throws IOException {
    temp = TempDirectory.create();
    log = CapturedLog.open();
    Path watched = CrashingFileSystem.path(temp.path(), counting);
    scraper = Scraper.of(Directory.open(watched), null, Duration.ofHours(1), clock);
    for (int i = 0; i < UNFOLDABLE; i++) {
      leaveUnfoldable();
    }
  }

  @AfterEach
  void close() throws IOException {
    scraper.close();
    log.close();
    temp.close();
  }

  @Test
  void shouldTryToFoldAndReadOnceWhenNothingChanges() throws IOException {
    assertIsCounted();
    int opened = counting.openedProcessFiles;
    for (int i = 0; i < SCRAPES; i++) {
      assertIsCounted();
    }

    assertThat(counting.folds).isEqualTo(1);
    assertThat(opened).isBetween(UNFOLDABLE, 4 * UNFOLDABLE);
    assertThat(counting.openedProcessFiles).isEqualTo(opened);
    assertThat(log.messages()).hasSize(UNFOLDABLE);
  }

  @ParameterizedTest
  @ValueSource(longs = {10_000, -10_000})
  void shouldTryToFoldAgainWhenTheClockHasTurned(long turnedMs) throws IOException {
    assertIsCounted();

    clock.turn(Duration.ofMillis(turnedMs - Long.signum(turnedMs)));
    assertIsCounted();
    assertThat(counting.folds).isEqualTo(1);

    clock.turn(Duration.ofMillis(Long.signum(turnedMs)));
    assertIsCounted();
    assertIsCounted();
    assertThat(counting.folds).isEqualTo(2);
  }

  @Test
  void shouldTryToFoldAtOnceWhenAnotherProcessHasDied() throws IOException {
    assertIsCounted();
    RegistrarAccess.kill(start(100));

    Map<String, Double> samples = Samples.of(scraper);

    assertThat(counting.folds).isEqualTo(3); // of which one is the retired file that is written
    assertThat(samples)
        .containsEntry("jobs_total", UNFOLDABLE + 100.0)
        .containsEntry("tallystick_process_files{state=\"dead\"}", (double) UNFOLDABLE)
        .containsEntry("tallystick_process_files{state=\"retired\"}", 1.0);
  }

  @Test
  void shouldTryToFoldAtOnceWhenAnotherHasGivenBackTheRight() throws IOException {
    Tallystick dies = start(100);
    RegistrarAccess.kill(dies);
    try (RetireLock lock = RetireLock.tryTake(Directory.open(temp.path()))) {
      assertThat(lock).isNotNull();
      assertThat(Samples.of(scraper))
          .containsEntry("jobs_total", UNFOLDABLE + 100.0)
          .containsEntry("tallystick_process_files{state=\"retired\"}", 0.0);
    }

    assertThat(Samples.of(scraper))
        .containsEntry("jobs_total", UNFOLDABLE + 100.0)
        .containsEntry("tallystick_process_files{state=\"retired\"}", 1.0);
  }

  @Test
  void shouldHoldNoFileOpenWhenItWasReadToItsEnd() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(descriptors));
    assertThat(openFiles(descriptors)).isEmpty();

    for (int i = 0; i < SCRAPES; i++) {
      assertIsCounted();
      clock.turn(Duration.ofSeconds(1)); // in which some folds are tried
    }

    assertThat(counting.folds).isEqualTo(SCRAPES / 10);
    assertThat(openFiles(descriptors)).isEmpty();
  }

  // ----

  private void assertIsCounted() throws IOException {
    assertThat(Samples.of(scraper))
        .containsEntry("jobs_total", (double) UNFOLDABLE)
        .containsEntry("tallystick_corrupt_files", (double) UNFOLDABLE)
        .containsEntry("tallystick_process_files{state=\"dead\"}", (double) UNFOLDABLE);
  }

  private Tallystick start(int jobs) {
    Tallystick tallystick =
        Tallystick.builder().directory(temp.path()).clock(clock).segmentCells(64).open();
    Counter.builder().name("jobs_total").register(tallystick).inc(jobs);
    return tallystick;
  }

  /** Leaves the file of a dead process, with a fault behind what it counted. */
  private void leaveUnfoldable() throws IOException {
    try (TempDirectory elsewhere = TempDirectory.create()) {
      Tallystick tallystick = Tallystick.open(elsewhere.path());
      Counter.builder().name("jobs_total").register(tallystick).inc();
      Counter.builder().name("last_total").register(tallystick);
      TallyBytes bytes = TallyBytes.of(RegistrarAccess.path(tallystick, elsewhere.path()));
      List<Entry> records = bytes.records();
      bytes
          .put(records.get(records.size() - 1).position() + 2, 77)
          .writeTo(RegistrarAccess.path(tallystick, temp.path()));
      tallystick.close();
    }
  }

  private static void addTarget(Path link, List<Path> into) throws IOException {
    try {
      into.add(Files.readSymbolicLink(link));
    } catch (NoSuchFileException e) {
      assertThat(link).doesNotExist(); // closed since it was listed
    }
  }

  /** What of the directory this process has open. */
  private List<Path> openFiles(Path descriptors) throws IOException {
    List<Path> open = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
      for (Path link : links) {
        if (Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
          addTarget(link, open);
        }
      }
    }
    open.removeIf(path -> !path.startsWith(temp.path()));
    return open;
  }

  private static final class Counting implements CrashingFileSystem.Observer {
    private int folds;
    private int openedProcessFiles;

    @Override
    public void before(int number, Step step) {
      if (step == Step.OPEN) { // a fold opens the lock, and where it writes, what it writes
        folds++;
      }
    }

    @Override
    public void beforeLook(Look look, Path path) {
      if (look == Look.OPEN && path.toString().endsWith(".tally")) {
        openedProcessFiles++;
      }
    }
  }
}
