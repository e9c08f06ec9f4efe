package io.tallystick.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.Info;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.metrics.StateSet;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.RetireLock;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How processes that disagree, or die, become one scrape. */
class MergeRulesTest {
  private static final Duration RETENTION = Duration.ofHours(1);
  private static final String CONFLICTING = "tallystick_conflicting_series";

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
  private final List<Tallystick> opened = new ArrayList<>();
  private TempDirectory temp;
  private Scraper scraper;

  @BeforeEach
  void open() throws IOException {
    temp = TempDirectory.create();
    scraper = Scraper.of(Directory.open(temp.path()), null, RETENTION, clock);
  }

  @AfterEach
  void close() throws IOException {
    opened.forEach(Tallystick::close);
    scraper.close();
    temp.close();
  }

  // ---- what the dead leave ----

  @ParameterizedTest
  @CsvSource({
    "ALL, 4",
    "LIVEALL, 7",
    "MIN, 4",
    "LIVEMIN, 7",
    "MAX, 7",
    "LIVEMAX, 7",
    "SUM, 11",
    "LIVESUM, 7",
    "MOSTRECENT, 4",
    "LIVEMOSTRECENT, 7"
  })
  void shouldKeepOrForgetADeadProcessGaugeByItsMode(MultiprocessMode mode, double merged)
      throws IOException {
    Tallystick stays = start("stays");
    gauge(stays, mode).set(7);
    clock.turn(Duration.ofSeconds(1));
    Tallystick dies = start("dies");
    gauge(dies, mode).set(4);

    RegistrarAccess.kill(dies);

    Map<String, Double> samples = Samples.ofApplications(scraper);
    switch (mode) {
      case ALL ->
          assertThat(samples)
              .isEqualTo(Map.of("room{pid=\"stays\"}", 7.0, "room{pid=\"dies\"}", merged));
      case LIVEALL -> assertThat(samples).isEqualTo(Map.of("room{pid=\"stays\"}", merged));
      default -> assertThat(samples).isEqualTo(Map.of("room", merged));
    }
  }

  @ParameterizedTest
  @EnumSource(MultiprocessMode.class)
  void shouldMergeAllProcessesOfAGaugeWhileTheyLive(MultiprocessMode mode) throws IOException {
    Tallystick first = start("first");
    gauge(first, mode).set(7);
    clock.turn(Duration.ofSeconds(1));
    Tallystick second = start("second");
    gauge(second, mode).set(4);

    Map<String, Double> samples = Samples.ofApplications(scraper);

    switch (mode) {
      case ALL, LIVEALL ->
          assertThat(samples)
              .isEqualTo(Map.of("room{pid=\"first\"}", 7.0, "room{pid=\"second\"}", 4.0));
      case MIN, LIVEMIN, MOSTRECENT, LIVEMOSTRECENT ->
          assertThat(samples).isEqualTo(Map.of("room", 4.0));
      case MAX, LIVEMAX -> assertThat(samples).isEqualTo(Map.of("room", 7.0));
      case SUM, LIVESUM -> assertThat(samples).isEqualTo(Map.of("room", 11.0));
    }
  }

  @Test
  void shouldShowTheGreatestTimeWhenTheClockWasTurnedBack() throws IOException {
    gauge(start("first"), MultiprocessMode.MOSTRECENT).set(1);
    clock.turn(Duration.ofHours(-2));
    Gauge second = gauge(start("second"), MultiprocessMode.MOSTRECENT);

    second.set(2);
    assertThat(Samples.of(scraper)).containsEntry("room", 1.0);

    clock.turn(Duration.ofHours(3));
    second.set(3);
    assertThat(Samples.of(scraper)).containsEntry("room", 3.0);
  }

  @Test
  void shouldShowWhatAProcessSetLastWhenTheClockWasTurnedBackUnderIt() throws IOException {
    Gauge first = gauge(start("first"), MultiprocessMode.MOSTRECENT);
    gauge(start("second"), MultiprocessMode.MOSTRECENT).set(2);
    clock.turn(Duration.ofSeconds(1));
    first.set(1);
    clock.turn(Duration.ofHours(-2));

    first.set(7); // at the latest time that it has seen

    assertThat(Samples.of(scraper)).containsEntry("room", 7.0);
  }

  @Test
  void shouldDropADeadGaugeWhenItsRetentionIsOver() throws IOException {
    Tallystick dies = start("dies");
    gauge(dies, MultiprocessMode.ALL).set(4);
    clock.turn(Duration.ofMinutes(30)); // alive, and silent
    RegistrarAccess.turn(dies);
    RegistrarAccess.kill(dies);

    clock.turn(Duration.ofMinutes(30));
    assertThat(Samples.ofApplications(scraper)).containsEntry("room{pid=\"dies\"}", 4.0);

    clock.turn(Duration.ofMillis(1));
    assertThat(Samples.ofApplications(scraper)).isEmpty();
  }

  @Test
  void shouldDropADeadGaugeFromTheRetiredFileWhenTheNextProcessIsFolded() throws IOException {
    Tallystick dies = start("dies");
    gauge(dies, MultiprocessMode.ALL).set(4);
    dies.close();
    clock.turn(Duration.ofHours(2));
    start("next").close();

    clock.turn(Duration.ofHours(-2)); // were it there still, it would be shown again
    try (Scraper late = Scraper.of(Directory.open(temp.path()), null, RETENTION, clock)) {
      assertThat(Samples.ofApplications(late)).isEmpty();
    }
  }

  @Test
  void shouldShowADeadInfoUntilItsRetentionIsOver() throws IOException {
    Tallystick dies = start("dies");
    Info.builder().name("build").labelNames("v").register(dies).addLabelValues("1");
    clock.turn(Duration.ofHours(5)); // its process lives
    dies.close();

    clock.turn(RETENTION);
    assertThat(Samples.ofApplications(scraper)).isEqualTo(Map.of("build_info{v=\"1\"}", 1.0));

    clock.turn(Duration.ofMillis(1));
    assertThat(Samples.ofApplications(scraper)).isEmpty();
  }

  @Test
  void shouldForgetSeriesAndFamiliesThatNoProcessHas() throws IOException {
    double ours = seriesCount();
    Tallystick dies = start("dies");
    gauge(dies, MultiprocessMode.LIVESUM).set(4);
    Counter jobs = Counter.builder().name("jobs").labelNames("k").register(start("lives"));
    jobs.labelValues("a").inc();
    jobs.labelValues("b").inc();
    assertThat(seriesCount()).isEqualTo(ours + 3);

    jobs.remove("a");
    assertThat(seriesCount()).isEqualTo(ours + 2);

    dies.close();
    assertThat(seriesCount()).isEqualTo(ours + 1);
  }

  private double seriesCount() throws IOException {
    return Samples.of(scraper).get("tallystick_series");
  }

  // ---- type ----

  @Test
  void shouldShowTheOldestRegistrationWhenTypesConflict() throws IOException {
    counter(start("old")).inc(3);
    clock.turn(Duration.ofSeconds(1));
    Tallystick newer = start("new");
    Gauge gauge = Gauge.builder().name("jobs").labelNames("k").register(newer);
    gauge.labelValues("a").set(8);
    gauge.labelValues("b").set(9);

    Map<String, Double> samples = Samples.of(scraper);

    assertThat(samples).containsEntry("jobs_total", 3.0).containsEntry(CONFLICTING, 2.0);
    assertThat(samples.keySet()).noneMatch(name -> name.startsWith("jobs{"));
    assertThat(scraper.snapshots().stream().map(s -> s.getMetadata().getPrometheusName()))
        .containsOnlyOnce("jobs");
    assertConflictIsNamed("family=jobs", "GAUGE");
  }

  @Test
  void shouldShowTheOldestRegistrationWhenItsProcessStartedLast() throws IOException {
    Tallystick first = start("first");
    clock.turn(Duration.ofSeconds(1));
    Tallystick second = start("second");
    counter(second).inc(3);
    clock.turn(Duration.ofSeconds(1));
    Gauge.builder().name("jobs").register(first).set(8);

    assertThat(Samples.ofApplications(scraper)).isEqualTo(Map.of("jobs_total", 3.0));
  }

  @Test
  void shouldShowTheOldestRegistrationWhenItWasFolded() throws IOException {
    Tallystick old = start("old");
    counter(old).inc(3);
    clock.turn(Duration.ofSeconds(1));
    Gauge.builder().name("jobs").register(start("new")).set(8);

    old.close();

    assertThat(Samples.ofApplications(scraper)).isEqualTo(Map.of("jobs_total", 3.0));
  }

  @Test
  void shouldShowWhatWasLeftOutWhenTheWinnerIsForgotten() throws IOException {
    Tallystick winner = start("winner");
    Gauge.builder().name("jobs").multiprocessMode(MultiprocessMode.LIVESUM).register(winner).set(8);
    clock.turn(Duration.ofSeconds(1));
    Tallystick folded = start("folded");
    counter(folded).inc(3);
    folded.close();
    Tallystick alive = start("alive");
    counter(alive).inc(4);
    assertThat(Samples.of(scraper)).containsEntry("jobs", 8.0).containsEntry(CONFLICTING, 1.0);

    winner.close();

    assertThat(Samples.of(scraper))
        .containsEntry("jobs_total", 7.0)
        .containsEntry(CONFLICTING, 0.0);
    assertThat(Verification.verify(temp.path())).isEmpty();
  }

  @Test
  void shouldLoseNothingWhenBothSidesOfAConflictAreFolded() throws IOException {
    Tallystick winner = start("winner");
    Gauge.builder().name("jobs").register(winner).set(8); // mode all: it expires
    clock.turn(Duration.ofSeconds(1));
    Tallystick other = start("other");
    counter(other).inc(3);
    other.close();
    winner.close();
    assertThat(Samples.of(scraper))
        .containsEntry("jobs{pid=\"winner\"}", 8.0)
        .containsEntry(CONFLICTING, 1.0);

    clock.turn(Duration.ofHours(2));
    start("next").close(); // its fold leaves the winner behind

    assertThat(Samples.ofApplications(scraper)).isEqualTo(Map.of("jobs_total", 3.0));
  }

  @Test
  void shouldShowTheOldestRegistrationWhenGaugeModesConflict() throws IOException {
    gauge(start("old"), MultiprocessMode.MIN).set(3);
    clock.turn(Duration.ofSeconds(1));
    gauge(start("new"), MultiprocessMode.MAX).set(8);

    assertThat(Samples.of(scraper)).containsEntry("room", 3.0).containsEntry(CONFLICTING, 1.0);
    assertConflictIsNamed("family=room", "MAX");
  }

  @Test
  void shouldShowTheOldestRegistrationWhenStatesConflict() throws IOException {
    StateSet.builder().name("phase").states("a", "b").register(start("old")).setTrue("a");
    clock.turn(Duration.ofSeconds(1));
    StateSet.builder().name("phase").states("b", "c").register(start("new")).setTrue("c");

    assertThat(Samples.of(scraper))
        .containsEntry("phase{phase=\"a\"}", 1.0)
        .containsEntry("phase{phase=\"b\"}", 0.0)
        .doesNotContainKey("phase{phase=\"c\"}")
        .containsEntry(CONFLICTING, 1.0);
    assertConflictIsNamed("family=phase", "STATESET");
  }

  @Test
  void shouldShowTheYoungerFamilyWhenTheOlderHasNoSeriesLeft() throws IOException {
    Gauge older = Gauge.builder().name("jobs").labelNames("k").register(start("old"));
    older.labelValues("a").set(8);
    clock.turn(Duration.ofSeconds(1));
    counter(start("new")).inc(3);
    assertThat(Samples.of(scraper))
        .containsEntry("jobs{k=\"a\",pid=\"old\"}", 8.0)
        .doesNotContainKey("jobs_total")
        .containsEntry(CONFLICTING, 1.0);

    older.remove("a");
    assertThatTheYoungerIsShown();
    assertThat(Verification.verify(temp.path())).isEmpty();

    older.labelValues("b").set(9);
    assertThat(Samples.of(scraper))
        .containsEntry("jobs{k=\"b\",pid=\"old\"}", 9.0)
        .doesNotContainKey("jobs_total")
        .containsEntry(CONFLICTING, 1.0);
  }

  @ParameterizedTest
  @EnumSource(names = {"LIVEALL", "LIVEMIN", "LIVEMAX", "LIVESUM", "LIVEMOSTRECENT"})
  void shouldShowTheYoungerFamilyWhenTheOlderIsOfTheLivingAndAllAreDead(MultiprocessMode mode)
      throws IOException {
    Tallystick old = start("old");
    Gauge.builder().name("jobs").multiprocessMode(mode).register(old).set(8);
    clock.turn(Duration.ofSeconds(1));
    counter(start("new")).inc(3);
    assertThat(Samples.of(scraper)).doesNotContainKey("jobs_total").containsEntry(CONFLICTING, 1.0);

    try (RetireLock lock = RetireLock.tryTake(Directory.open(temp.path()))) {
      assertThat(lock).isNotNull(); // so that it is read as it is
      RegistrarAccess.kill(old);
      assertThatTheYoungerIsShown();
    }
    assertThatTheYoungerIsShown();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldShowTheYoungerFamilyWhenTheOlderHasExpired(boolean isFolded) throws IOException {
    Tallystick old = start("old");
    Gauge.builder().name("jobs").register(old).set(8);
    clock.turn(Duration.ofSeconds(1));
    counter(start("new")).inc(3);
    if (isFolded) {
      old.close();
    } else {
      RegistrarAccess.kill(old);
    }
    try (RetireLock lock = RetireLock.tryTake(Directory.open(temp.path()))) {
      assertThat(lock).isNotNull();
      assertThat(Samples.of(scraper))
          .containsEntry("jobs{pid=\"old\"}", 8.0)
          .containsEntry(CONFLICTING, 1.0);

      clock.turn(RETENTION);

      assertThatTheYoungerIsShown();
    }
  }

  private void assertThatTheYoungerIsShown() throws IOException {
    for (int i = 0; i < 2; i++) {
      Map<String, Double> samples = Samples.of(scraper);
      assertThat(samples).containsEntry("jobs_total", 3.0).containsEntry(CONFLICTING, 0.0);
      assertThat(samples.keySet()).noneMatch(name -> name.matches("jobs(\\{.*)?"));
    }
    try (Scraper stranger = Scraper.of(Directory.open(temp.path()), null, RETENTION, clock)) {
      assertThat(Samples.of(stranger))
          .containsEntry("jobs_total", 3.0)
          .containsEntry(CONFLICTING, 0.0);
    }
  }

  private void assertConflictIsNamed(String... words) throws IOException {
    assertThat(Verification.verify(temp.path()))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.file()).isEqualTo(temp.path());
              assertThat(fault.what()).contains(words);
            });
  }

  // ---- help ----

  @Test
  void shouldShowTheNewestProcessHelpWhenTheyDiffer() throws IOException {
    Tallystick old = start("old");
    clock.turn(Duration.ofSeconds(1));
    Tallystick newest = start("newest");
    counter(newest, "New help.").inc();
    clock.turn(Duration.ofSeconds(1));
    counter(old, "Old help.").inc(); // an old process that registers late

    assertThat(help()).isEqualTo("New help.");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldShowTheNewestProcessHelpWhenAllWereFolded(boolean together) throws IOException {
    Tallystick old = start("old");
    counter(old, "Old help.").inc();
    clock.turn(Duration.ofSeconds(1));
    Tallystick newest = start("newest");
    counter(newest, "New help.").inc();

    if (together) {
      RegistrarAccess.kill(old);
      RegistrarAccess.kill(newest);
    } else {
      old.close();
      newest.close();
    }

    assertThat(help()).isEqualTo("New help.");
    assertThat(Samples.of(scraper)).containsEntry("jobs_total", 2.0);
  }

  @Test
  void shouldShowALivingProcessHelpWhenTheOtherWasFolded() throws IOException {
    Tallystick dies = start("dies");
    counter(dies, "Old help.").inc();
    dies.close();
    assertThat(help()).isEqualTo("Old help.");
    clock.turn(Duration.ofSeconds(1));

    counter(start("lives"), "New help.").inc();

    assertThat(help()).isEqualTo("New help.");
  }

  private String help() throws IOException {
    return Samples.text(scraper, TextFormat.PROMETHEUS)
        .lines()
        .filter(line -> line.startsWith("# HELP jobs_total "))
        .findFirst()
        .orElseThrow()
        .substring("# HELP jobs_total ".length());
  }

  // ---- bounds ----

  @Test
  void shouldShowTheBoundsThatAllHaveWhenTheyDiffer() throws IOException {
    observe(start("a"), 1, 2, 5);
    observe(start("b"), 1, 5, 10);

    assertThat(Samples.ofApplications(scraper))
        .isEqualTo(
            Map.of(
                "time_bucket{le=\"1.0\"}", 4.0,
                "time_bucket{le=\"5.0\"}", 8.0,
                "time_bucket{le=\"+Inf\"}", 14.0,
                "time_count", 14.0,
                "time_sum", 131.0));
    HistogramSnapshot snapshot =
        (HistogramSnapshot)
            scraper.snapshots(name -> name.equals("time")).stream().findFirst().orElseThrow();
    assertThat(snapshot.getDataPoints().get(0).getClassicBuckets())
        .extracting(ClassicHistogramBucket::getUpperBound, ClassicHistogramBucket::getCount)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1.0, 4L),
            org.assertj.core.groups.Tuple.tuple(5.0, 4L),
            org.assertj.core.groups.Tuple.tuple(Double.POSITIVE_INFINITY, 6L));
  }

  @Test
  void shouldShowInfinityAloneWhenNoBoundIsCommon() throws IOException {
    observe(start("a"), 1, 2);
    observe(start("b"), 3, 4);

    assertThat(Samples.ofApplications(scraper))
        .isEqualTo(Map.of("time_bucket{le=\"+Inf\"}", 14.0, "time_count", 14.0, "time_sum", 131.0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"012", "021", "102", "120", "201", "210"})
  void shouldShowTheBoundsThatAllHaveWhenTheyAreFoldedInAnyOrder(String order) throws IOException {
    double[][] bounds = {{1, 2, 5}, {1, 5, 10}, {1, 2, 5, 10}};
    Map<String, Double> merged =
        Map.of(
            "time_bucket{le=\"1.0\"}", 6.0,
            "time_bucket{le=\"5.0\"}", 12.0,
            "time_bucket{le=\"+Inf\"}", 21.0,
            "time_count", 21.0,
            "time_sum", 196.5);
    List<Tallystick> processes = new ArrayList<>();
    for (double[] each : bounds) {
      processes.add(start("p" + processes.size()));
      observe(processes.get(processes.size() - 1), each);
    }
    assertThat(Samples.ofApplications(scraper)).isEqualTo(merged);

    for (int at = 0; at < order.length(); at++) {
      char next = order.charAt(at);
      processes.get(next - '0').close();
      assertThat(Samples.ofApplications(scraper)).as("closed %s", next).isEqualTo(merged);
    }
  }

  @Test
  void shouldKeepTheCommonBoundsWhenTheProcessWithFewerIsFolded() throws IOException {
    Tallystick wide = start("wide");
    observe(wide, 1, 2, 5);
    Tallystick narrow = start("narrow");
    observe(narrow, 5);
    assertThat(Samples.of(scraper)).doesNotContainKey("time_bucket{le=\"1.0\"}");

    narrow.close(); // its values cannot be spread again

    assertThat(Samples.of(scraper))
        .doesNotContainKey("time_bucket{le=\"1.0\"}")
        .containsEntry("time_bucket{le=\"5.0\"}", 8.0)
        .containsEntry("time_count", 14.0);
  }

  @Test
  void shouldShowTheBoundsThatAllHaveWhenProcessesComeAndGo() throws IOException {
    Map<String, Double> ofOne =
        Map.of(
            "time_bucket{le=\"1.0\"}", 2.0,
            "time_bucket{le=\"2.0\"}", 3.0,
            "time_bucket{le=\"5.0\"}", 4.0,
            "time_bucket{le=\"+Inf\"}", 7.0,
            "time_count", 7.0,
            "time_sum", 65.5);
    Map<String, Double> ofTwo =
        Map.of(
            "time_bucket{le=\"1.0\"}", 4.0,
            "time_bucket{le=\"5.0\"}", 8.0,
            "time_bucket{le=\"+Inf\"}", 14.0,
            "time_count", 14.0,
            "time_sum", 131.0);
    Map<String, Double> ofThree =
        Map.of(
            "time_bucket{le=\"5.0\"}", 12.0,
            "time_bucket{le=\"+Inf\"}", 21.0,
            "time_count", 21.0,
            "time_sum", 196.5);

    observe(start("first"), 1, 2, 5);
    assertThat(Samples.ofApplications(scraper)).isEqualTo(ofOne);
    Tallystick second = start("second");
    observe(second, 1, 5, 10);
    assertThat(Samples.ofApplications(scraper)).isEqualTo(ofTwo);
    Tallystick third = start("third");
    observe(third, 5);
    assertThat(Samples.ofApplications(scraper)).isEqualTo(ofThree);

    deleteByHand(third);
    assertThat(Samples.ofApplications(scraper)).isEqualTo(ofTwo);
    deleteByHand(second);
    assertThat(Samples.ofApplications(scraper)).isEqualTo(ofOne);
  }

  /** Takes a process out of the directory with all that it counted. */
  private void deleteByHand(Tallystick process) throws IOException {
    try (RetireLock lock = RetireLock.tryTake(Directory.open(temp.path()))) {
      assertThat(lock).isNotNull();
      RegistrarAccess.kill(process);
      Files.delete(RegistrarAccess.path(process, temp.path()));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldNotMakeRoomForBoundsThatNotAllHaveWhenAProcessLeaves(boolean isWideFirst)
      throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported());
    int series = 20_000;
    Tallystick wide = start("wide");
    observe(wide, IntStream.rangeClosed(1, 4_000).asDoubleStream().toArray());
    Tallystick narrow = start("narrow", 2 * series);
    Histogram many =
        Histogram.builder().name("time").classicUpperBounds(5).labelNames("k").register(narrow);
    for (int i = 0; i < series; i++) {
      many.labelValues(Integer.toString(i)).observe(i % 10);
    }
    Tallystick leaves = start("leaves");
    observe(leaves, 5);
    Merge merge = new Merge();
    Source gone = source(leaves);
    merge.add(gone);
    merge.add(source(isWideFirst ? wide : narrow));
    merge.add(source(isWideFirst ? narrow : wide));

    long before = threads.getCurrentThreadAllocatedBytes();
    merge.refresh(0, 0, family -> true);
    merge.remove(List.of(gone));
    merge.refresh(0, 0, family -> true);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(allocated).isLessThan(64L << 20); // all bounds for all series are a gigabyte
    MergedFamily family = merge.families().get(0);
    assertThat(family.bounds()).containsExactly(5, Double.POSITIVE_INFINITY);
    assertThat(family.size()).isEqualTo(series + 1);
    for (int i : family.order()) {
      String label = family.labels(i).get("k");
      boolean isOfWide = label == null;
      boolean isLow = !isOfWide && Integer.parseInt(label) % 10 <= 5;
      assertThat(family.word(i, 0)).as(label).isEqualTo(isOfWide ? 4 : isLow ? 1 : 0);
      assertThat(family.word(i, 1)).as(label).isEqualTo(isOfWide ? 3 : isLow ? 0 : 1);
    }
    merge.remove(List.copyOf(merge.sources()));
  }

  private Source source(Tallystick process) throws Exception {
    return new Source(ProcessFileReader.open(RegistrarAccess.path(process, temp.path())), true);
  }

  // ---- labels ----

  @Test
  void shouldMergeToOneSeriesWhenLabelNamesStandInAnotherOrder() throws IOException {
    Tallystick first = start("first");
    Counter.builder()
        .name("jobs")
        .labelNames("a", "b")
        .register(first)
        .labelValues("1", "2")
        .inc(3);
    Tallystick second = start("second");
    Counter.builder()
        .name("jobs")
        .labelNames("b", "a")
        .register(second)
        .labelValues("2", "1")
        .inc(4);
    Map<String, Double> merged = Map.of("jobs_total{a=\"1\",b=\"2\"}", 7.0);
    assertThat(Samples.ofApplications(scraper)).isEqualTo(merged);

    second.close();
    assertThat(Samples.ofApplications(scraper)).isEqualTo(merged);
    first.close();
    assertThat(Samples.ofApplications(scraper)).isEqualTo(merged);
  }

  @Test
  void shouldMergeToOneSeriesWhenALabelIsConstantInOneProcess() throws IOException {
    Tallystick first = start("first");
    Counter.builder()
        .name("jobs")
        .labelNames("path")
        .constLabels(Labels.of("zone", "eu"))
        .register(first)
        .labelValues("/")
        .inc(3);
    Tallystick second = start("second");
    Counter.builder()
        .name("jobs")
        .labelNames("zone", "path")
        .register(second)
        .labelValues("eu", "/")
        .inc(4);
    Tallystick third = start("third");
    Counter.builder()
        .name("jobs")
        .constLabels(Labels.of("path", "/", "zone", "eu"))
        .register(third)
        .inc(5);
    Map<String, Double> merged = Map.of("jobs_total{path=\"/\",zone=\"eu\"}", 12.0);
    assertThat(Samples.ofApplications(scraper)).isEqualTo(merged);

    first.close();
    assertThat(Samples.ofApplications(scraper)).isEqualTo(merged);
    third.close();
    second.close();
    assertThat(Samples.ofApplications(scraper)).isEqualTo(merged);
  }

  @Test
  void shouldShowAllSeriesWhenLabelNamesDiffer() throws IOException {
    Tallystick first = start("first");
    Counter.builder().name("jobs").labelNames("a").register(first).labelValues("1").inc(3);
    Tallystick second = start("second");
    Counter.builder().name("jobs").labelNames("b").register(second).labelValues("1").inc(4);
    counter(start("third")).inc(5);
    Map<String, Double> merged =
        Map.of("jobs_total{a=\"1\"}", 3.0, "jobs_total{b=\"1\"}", 4.0, "jobs_total", 5.0);
    assertThat(Samples.ofApplications(scraper)).isEqualTo(merged);

    first.close();
    second.close();
    assertThat(Samples.ofApplications(scraper)).isEqualTo(merged);
    assertThat(scraper.snapshots().size()).isPositive();
  }

  @Test
  void shouldTellSeriesApartWhenTheirValuesRunTogether() throws IOException {
    Counter counter = Counter.builder().name("jobs").labelNames("a", "b").register(start("first"));
    counter.labelValues("x", "yz").inc(1);
    counter.labelValues("xy", "z").inc(2);
    counter.labelValues("", "xyz").inc(3);
    counter.labelValues("xyz", "").inc(4);

    assertThat(Samples.ofApplications(scraper))
        .isEqualTo(
            Map.of(
                "jobs_total{a=\"x\",b=\"yz\"}", 1.0,
                "jobs_total{a=\"xy\",b=\"z\"}", 2.0,
                "jobs_total{a=\"\",b=\"xyz\"}", 3.0,
                "jobs_total{a=\"xyz\",b=\"\"}", 4.0));
  }

  // ----

  private Tallystick start(String instance) {
    return start(instance, 100);
  }

  private Tallystick start(String instance, int maxSeries) {
    Tallystick tallystick =
        Tallystick.builder()
            .directory(temp.path())
            .instanceName(instance)
            .deadGaugeRetention(RETENTION)
            .maxSeriesPerMetric(maxSeries)
            .clock(clock)
            .open();
    opened.add(tallystick);
    return tallystick;
  }

  private static Counter counter(Tallystick tallystick) {
    return counter(tallystick, "Jobs.");
  }

  private static Counter counter(Tallystick tallystick, String help) {
    return Counter.builder().name("jobs_total").help(help).register(tallystick);
  }

  private static Gauge gauge(Tallystick tallystick, MultiprocessMode mode) {
    return Gauge.builder().name("room").multiprocessMode(mode).register(tallystick);
  }

  private static Histogram observe(Tallystick tallystick, double... bounds) {
    Histogram histogram =
        Histogram.builder().name("time").classicUpperBounds(bounds).register(tallystick);
    for (double value : new double[] {0.5, 1, 2, 5, 7, 10, 40}) {
      histogram.observe(value);
    }
    return histogram;
  }
}
