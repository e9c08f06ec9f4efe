package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.CrashingFileSystem;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TallyBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reuse of cells where series mix, come back, die, or are read while something goes wrong. */
@Timeout(120)
final class ReusedCellsFaultsTest {
  private static final Duration LONGER_THAN_GRACE = Duration.ofSeconds(90);
  private static final int EXEMPLARS = 4; // a kind of records
  private static final int ROUNDS = 45; // more than a segment has cells for

  private ExpiringDirectory directory;
  private Scraper scraper;

  @BeforeEach
  void open() throws IOException {
    directory = new ExpiringDirectory();
    scraper = directory.scraper();
  }

  @AfterEach
  void close() throws IOException {
    scraper.close();
    directory.close();
  }

  private static Map.Entry<String, Double> job(String name, double total) {
    return Map.entry("jobs_total{k=\"" + name + "\"}", total);
  }

  @Test
  void shouldKeepASeriesThatNeverExpiresWhenItHasTheCellsOfAnExpiredOne() throws Exception {
    Tallystick process = directory.open("a");
    ExpiringDirectory.jobs(process).labelValues("old").inc(3);
    directory.free(process, 1);
    directory.pass(ExpiringDirectory.QUARANTINE);
    long cells = directory.cells(process);
    Counter.builder()
        .name("forever")
        .labelNames("k")
        .seriesTimeToLive(Duration.ZERO)
        .register(process)
        .labelValues("new")
        .inc(5);
    assertThat(directory.cells(process)).isEqualTo(cells);
    Map.Entry<String, Double> expected = Map.entry("forever_total{k=\"new\"}", 5.0);
    assertThat(directory.scrape(scraper)).containsExactly(expected);
    process.close();
    assertThat(Samples.ofApplications(scraper)).containsExactly(expected);
  }

  @Test
  void shouldGoOnInItsCellsWhenASeriesComesBackSoonAfterItExpired() throws Exception {
    Tallystick process = directory.open("a");
    Counter jobs = ExpiringDirectory.jobs(process);
    for (int i = 1; i <= 5; i++) {
      directory.countAndRelease(process, jobs, "a");
      directory.clock().turn(Duration.ofSeconds(30));
      jobs.labelValues("a").inc(0); // is no update
      assertThat(directory.records(process, TallyBytes.SERIES)).isOne();
      directory.look();
      assertThat(directory.scrape(scraper)).containsExactly(job("a", i));
    }
  }

  @Test
  void shouldGoOnWithItsExemplarsWhenASeriesComesBackSoonAfterItExpired() throws Exception {
    Tallystick process = directory.open("a");
    Counter jobs = ExpiringDirectory.jobs(process);
    jobs.labelValues("a").incWithExemplar(1, Labels.of("id", "old"));
    directory.countAndRelease(process, jobs, "a");
    jobs.labelValues("a").incWithExemplar(1, Labels.of("id", "new"));
    assertThat(directory.scrape(scraper)).containsExactly(job("a", 3));
    assertThat(directory.records(process, EXEMPLARS)).isOne();
    assertThat(Samples.text(scraper, TextFormat.OPENMETRICS)).contains("{id=\"new\"}");
  }

  @Test
  void shouldNeedNoMoreCellsWhenASeriesComesBackLaterAgainAndAgain() throws Exception {
    Tallystick process = directory.open("a");
    Counter jobs = ExpiringDirectory.jobs(process);
    long cells = 0;
    for (int i = 0; i < ROUNDS; i++) {
      directory.countAndRelease(process, jobs, "a");
      directory.clock().turn(LONGER_THAN_GRACE);
      jobs.labelValues("a").inc();
      assertThat(directory.scrape(scraper)).containsExactly(job("a", 1));
      cells = i == 0 ? directory.cells(process) : cells;
    }
    assertThat(directory.records(process, TallyBytes.SERIES)).isEqualTo(ROUNDS + 1L);
    assertThat(directory.cells(process)).isEqualTo(cells);
  }

  @Test
  void shouldBeginAtZeroWhenASeriesIsRemovedByHandAfterItsDataPointIsGarbage() throws Exception {
    Tallystick process = directory.open("a");
    Counter jobs = ExpiringDirectory.jobs(process);
    directory.countAndRelease(process, jobs, "a");
    jobs.clear();
    jobs.labelValues("a").inc(7);
    assertThat(directory.scrape(scraper)).containsExactly(job("a", 7));
  }

  @Test
  void shouldFreeNothingWhenTheDeadAreFoldedWhileItIsLookedFor() throws Exception {
    int at = 0;
    int looks;
    do {
      looks = foldAtLook(at++);
    } while (looks >= at);
    assertThat(at).isGreaterThan(4);
  }

  /** Folds before a look at the directory, and says how many looks there were. */
  private static int foldAtLook(int at) throws Exception {
    try (ExpiringDirectory each = new ExpiringDirectory()) {
      Tallystick dead = each.open("dead");
      ExpiringDirectory.jobs(dead).labelValues("a").inc();
      WatchedLooks looks =
          new WatchedLooks(
              (look, number) -> {
                if (number == at) {
                  each.fold();
                }
              });
      Tallystick process = each.open(each.builder(CrashingFileSystem.path(each.path(), looks)));
      each.kill(dead); // it has the series still
      each.countAndRelease(process, ExpiringDirectory.jobs(process), "a");
      each.clock().turn(Duration.ofMinutes(3)); // it has ended as far as this process knows
      looks.armed = true;
      each.look();
      looks.armed = false;
      assertThat(each.removed(process)).as("look " + at).isZero();
      return looks.count;
    }
  }

  @Test
  void shouldGoOnAndFreeLaterWhenWhatIsLookedForFails() throws Exception {
    WatchedLooks looks =
        new WatchedLooks(
            (look, number) -> {
              throw new IllegalStateException("on purpose");
            });
    try (CapturedLog log = CapturedLog.open()) {
      Tallystick process =
          directory.open(directory.builder(CrashingFileSystem.path(directory.path(), looks)));
      directory.countAndRelease(process, ExpiringDirectory.jobs(process), "a");
      looks.armed = true;
      for (int i = 0; i < 3; i++) {
        directory.pass(LONGER_THAN_GRACE);
      }
      looks.armed = false;
      assertThat(looks.count).isPositive();
      assertThat(log.messages()).singleElement().asString().contains("expired");
      directory.free(process, 1);
    }
  }

  @Test
  void shouldGoOnWithAReleasedSeriesWhenTheNextProcessOfTheRoleAsksForItSoon() throws Exception {
    Tallystick process = directory.open(directory.builder().resume("role"));
    directory.countAndRelease(process, ExpiringDirectory.jobs(process), "a");
    directory.killForTheNext(process);
    directory.clock().turn(Duration.ofSeconds(30));
    Tallystick next = directory.open(directory.builder().resume("role"));
    CounterDataPoint held = ExpiringDirectory.jobs(next).labelValues("a");
    held.inc();
    directory.pass(ExpiringDirectory.TTL);
    directory.clock().turn(LONGER_THAN_GRACE);
    ExpiringDirectory.jobs(directory.open("other")).labelValues("a").inc();
    assertThat(directory.scrape(scraper)).containsExactly(job("a", 3));
    held.inc();
    directory.look();
    assertThat(directory.scrape(scraper)).containsExactly(job("a", 4));
  }

  @Test
  void shouldBeginAnewWhenTheNextProcessOfTheRoleAsksForASeriesThatHasEnded() throws Exception {
    Tallystick process = directory.open(directory.builder().resume("role"));
    directory.countAndRelease(process, ExpiringDirectory.jobs(process), "a");
    directory.clock().turn(LONGER_THAN_GRACE);
    ExpiringDirectory.jobs(directory.open("other")).labelValues("a").inc(10);
    directory.look(); // it says that it is alive
    directory.killForTheNext(process);
    Tallystick next = directory.open(directory.builder().resume("role"));
    ExpiringDirectory.jobs(next).labelValues("a").inc(100);
    assertThat(directory.records(next, TallyBytes.SERIES)).isEqualTo(2);
    assertThat(directory.scrape(scraper)).containsExactly(job("a", 110));
  }

  @Test
  void shouldTakeAFileForFaultyWhenItSaysThatCellsOfPresentSeriesAreReused() throws Exception {
    Tallystick process = directory.open("a");
    Counter.builder().name("forever").seriesTimeToLive(Duration.ZERO).register(process).inc(5);
    ExpiringDirectory.jobs(process).labelValues("a").inc();
    Path file = RegistrarAccess.path(process, directory.path());
    AtomicBoolean ended = new AtomicBoolean();
    Thread hostile =
        new Thread(
            () -> {
              for (long word = 2; !ended.get(); word++) {
                putReuses(file, word);
              }
            });
    putReuses(file, 2);
    hostile.start();
    try (Scraper later = directory.scraper()) {
      for (int i = 0; i < 20; i++) {
        Map<String, Double> samples = Samples.ofApplications(later);
        assertThat(samples).containsExactly(Map.entry("forever_total", 5.0));
        assertThat(Samples.of(later).get("tallystick_corrupt_files")).isOne();
      }
    } finally {
      ended.set(true);
      hostile.join();
    }
    assertThat(Verification.verify(directory.path())).hasSize(1);
  }

  private static void putReuses(Path file, long word) {
    try {
      ExpiringDirectory.patch(file, ExpiringDirectory.REUSES, word);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldShowNoCellsUnderAnotherNameWhenTheirNewRecordIsBehindAFault() throws Exception {
    Tallystick process = directory.open("a");
    Counter.builder().name("forever").seriesTimeToLive(Duration.ZERO).register(process).inc(5);
    Counter jobs = ExpiringDirectory.jobs(process);
    jobs.labelValues("old").inc(3);
    Map.Entry<String, Double> forever = Map.entry("forever_total", 5.0);
    assertThat(Samples.ofApplications(scraper)).containsExactly(forever, job("old", 3));
    directory.free(process, 1);
    directory.pass(ExpiringDirectory.QUARANTINE);
    Path file = RegistrarAccess.path(process, directory.path());
    int removal = TallyBytes.of(file).record(TallyBytes.REMOVED).position();
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(removal + 2L); // its kind
      bytes.write(99);
    }
    jobs.labelValues("new").inc(7);
    assertThat(Samples.ofApplications(scraper)).containsExactly(forever);
    assertThat(Verification.verify(directory.path())).hasSize(1);
  }

  /** Tells of each look at a directory while it is armed. */
  private static final class WatchedLooks implements CrashingFileSystem.Observer {
    private final OnLook onLook;
    private boolean armed; // the process' own agent may look meanwhile, and finds nothing to do
    private int count;

    WatchedLooks(OnLook onLook) {
      this.onLook = onLook;
    }

    @Override
    public void before(int number, CrashingFileSystem.Step step) {
      // only looks matter
    }

    @Override
    public void beforeLook(CrashingFileSystem.Look look, Path path) throws IOException {
      if (armed) {
        onLook.before(look, count++);
      }
    }
  }

  private interface OnLook {
    void before(CrashingFileSystem.Look look, int number) throws IOException;
  }
}
