package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.merge.Retirement;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.Info;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.metrics.StateSet;
import io.tallystick.metrics.Summary;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.DbBytes;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TallyBytes;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Series that leave the scrape once no process has updated them for their time to live. */
final class SeriesTimeToLiveTest {
  private static final Duration TTL = Duration.ofMinutes(10);
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final Duration ALMOST = TTL.minus(LOOK.multipliedBy(2));
  private static final String SERIES = "jobs_total{k=\"a\"}";

  private final TurnedClock clock = TurnedClock.at(Instant.now());
  private final List<Tallystick> opened = new ArrayList<>();
  private TempDirectory temporary;
  private Tallystick first;
  private Tallystick second;

  @BeforeEach
  void open() throws IOException {
    temporary = TempDirectory.create();
    first = open("first");
    second = open("second");
  }

  @AfterEach
  void close() throws IOException {
    opened.forEach(Tallystick::close);
    temporary.close();
  }

  private Tallystick open(String name) {
    return opened(builder().instanceName(name).seriesTimeToLive(TTL));
  }

  private Tallystick opened(Tallystick.Builder builder) {
    Tallystick tallystick = builder.open();
    opened.add(tallystick);
    return tallystick;
  }

  private Tallystick.Builder builder() {
    return Tallystick.builder().directory(temporary.path()).clock(clock).segmentCells(64);
  }

  private static Counter jobs(Tallystick tallystick) {
    return Counter.builder().name("jobs").labelNames("k").register(tallystick);
  }

  /** Lets time go by, in which each process looks what was updated before. */
  private void pass(Duration time) {
    look();
    clock.turn(time.minus(LOOK));
    look();
  }

  private void look() {
    clock.turn(LOOK);
    opened.forEach(RegistrarAccess::turn);
  }

  private Map<String, Double> scrape() throws IOException {
    Map<String, Double> samples = Samples.ofApplications(first.scraper());
    assertThat(Samples.ofApplications(second.scraper())).isEqualTo(samples);
    return samples;
  }

  /** Ends a process as if it had been killed, and folds it. */
  private void fold(Tallystick tallystick) throws IOException {
    RegistrarAccess.kill(tallystick);
    assertThat(retirement().run().folded()).isOne();
  }

  private Retirement retirement() throws IOException {
    return new Retirement(Directory.open(temporary.path()), Duration.ofHours(9), clock);
  }

  @Test
  void shouldHideASeriesWhenNobodyUpdatedItForItsTime() throws Exception {
    Counter jobs = jobs(first);
    jobs.labelValues("a").inc(3);
    jobs.labelValues("b").inc();
    pass(ALMOST);
    assertThat(scrape()).containsEntry(SERIES, 3.0).hasSize(2);
    jobs.labelValues("b").inc();
    pass(LOOK.multipliedBy(4));
    assertThat(scrape()).containsExactly(Map.entry("jobs_total{k=\"b\"}", 2.0));
  }

  @Test
  void shouldShowTheWholeTotalWhenAHiddenSeriesIsUpdatedAgain() throws Exception {
    CounterDataPoint held = jobs(first).labelValues("a");
    held.inc(3);
    pass(TTL.multipliedBy(5));
    assertThat(scrape()).isEmpty();
    held.inc();
    look();
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 4.0));
    assertThat(jobs(second).labelValues("b")).isNotSameAs(held);
  }

  @Test
  void shouldShowThePartsOfAllProcessesWhileOneUpdatesIts() throws Exception {
    jobs(first).labelValues("a").inc(3);
    CounterDataPoint other = jobs(second).labelValues("a");
    for (int i = 1; i <= 4; i++) {
      other.inc();
      pass(ALMOST);
      assertThat(scrape()).containsExactly(Map.entry(SERIES, 3.0 + i));
    }
    pass(TTL);
    assertThat(scrape()).isEmpty();
  }

  @Test
  void shouldGoOnFromADeadProcessWhenTheNextOneBeginsInTime() throws Exception {
    Tallystick dead = open("dead");
    jobs(dead).labelValues("a").inc(3);
    fold(dead);
    pass(ALMOST);
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 3.0));
    CounterDataPoint next = jobs(first).labelValues("a");
    for (int i = 1; i <= 3; i++) {
      next.inc();
      pass(ALMOST);
      assertThat(scrape()).containsExactly(Map.entry(SERIES, 3.0 + i));
    }
    long createdMs = createdMs();
    fold(open("another")); // keeps what the living one goes on with
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 6.0));
    assertThat(createdMs()).isEqualTo(createdMs);
  }

  @Test
  void shouldBeginAtZeroWhenASeriesOfTheDeadHadExpired() throws Exception {
    Tallystick dead = open("dead");
    Counter counted = jobs(dead);
    counted.labelValues("a").inc(3);
    counted.labelValues("b").inc(3);
    fold(dead);
    pass(TTL.plusSeconds(1));
    assertThat(scrape()).isEmpty();
    Counter next = jobs(first);
    next.labelValues("a").inc();
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 1.0));
    assertThat(createdMs()).isEqualTo(clock.millis());
    Tallystick another = open("another");
    jobs(another).labelValues("a").inc();
    fold(another); // with neither of those that expired
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 2.0));
    assertThat(verify()).isEmpty();
  }

  private long createdMs() throws IOException {
    return first.scraper().collector().collect().stream()
        .filter(family -> family.getMetadata().getName().equals("jobs"))
        .mapToLong(family -> family.getDataPoints().get(0).getCreatedTimestampMillis())
        .sum();
  }

  private List<Verification.Fault> verify() throws IOException {
    return Verification.verify(temporary.path());
  }

  @Test
  void shouldDropAnExpiredSeriesFromTheRetiredFileAtTheNextFold() throws Exception {
    Tallystick dead = open("dead");
    Counter many = Counter.builder().name("many").labelNames("i").register(dead);
    for (int i = 0; i < 1000; i++) {
      many.labelValues("value" + i).inc();
    }
    fold(dead);
    long before = Files.size(temporary.path().resolve("retired.tally"));
    pass(TTL.plusMinutes(2));
    fold(open("another"));
    assertThat(Files.size(temporary.path().resolve("retired.tally"))).isLessThan(before / 4);
  }

  @Test
  void shouldKeepAHiddenSeriesOfTheDeadWhileALivingProcessCanGoOnWithIt() throws Exception {
    CounterDataPoint held = jobs(first).labelValues("a");
    Tallystick dead = open("dead");
    jobs(dead).labelValues("a").inc(3);
    fold(dead);
    pass(TTL.multipliedBy(3));
    fold(open("another"));
    assertThat(scrape()).isEmpty();
    held.inc();
    look();
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 4.0));
  }

  @Test
  void shouldBridgeAGapBetweenTheDeadWhenALivingProcessHadTheSeries() throws Exception {
    Tallystick dead = open("dead");
    jobs(dead).labelValues("a").inc(3);
    CounterDataPoint held = jobs(first).labelValues("a");
    fold(dead);
    pass(TTL.multipliedBy(3));
    Tallystick later = open("later");
    jobs(later).labelValues("a").inc(5);
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 8.0));
    fold(later);
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 8.0));
    held.inc();
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 9.0));
  }

  @Test
  void shouldCountWhatAProcessUpdatedJustBeforeItEnded() throws Exception {
    Tallystick dead = open("dead");
    CounterDataPoint point = jobs(dead).labelValues("a");
    pass(ALMOST);
    point.inc();
    fold(dead);
    pass(ALMOST);
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 1.0));
  }

  static Stream<Arguments> types() {
    return Stream.of(
        type("counter", t -> jobs(t).labelValues("a")::inc),
        type(
            "double",
            t -> {
              CounterDataPoint point = jobs(t).labelValues("a");
              return () -> point.inc(0.5);
            }),
        type(
            "gauge",
            t -> {
              Gauge gauge = Gauge.builder().name("g").labelNames("k").register(t);
              return () -> gauge.labelValues("a").set(1);
            }),
        type(
            "most recent",
            t -> {
              Gauge gauge =
                  Gauge.builder()
                      .name("g")
                      .labelNames("k")
                      .multiprocessMode(MultiprocessMode.MOSTRECENT)
                      .register(t);
              return () -> gauge.labelValues("a").set(1);
            }),
        type(
            "native",
            t -> {
              Histogram histogram =
                  Histogram.builder().name("h").labelNames("k").nativeOnly().register(t);
              return () -> histogram.labelValues("a").observe(0);
            }),
        type(
            "classic",
            t -> {
              Histogram histogram =
                  Histogram.builder().name("h").labelNames("k").classicOnly().register(t);
              return () -> histogram.labelValues("a").observe(1e9);
            }),
        type(
            "summary",
            t -> {
              Summary summary = Summary.builder().name("s").labelNames("k").register(t);
              return () -> summary.labelValues("a").observe(0);
            }),
        type(
            "quantiles",
            t -> {
              Summary summary =
                  Summary.builder().name("s").labelNames("k").quantile(0.5, 0.05).register(t);
              return () -> summary.labelValues("a").observe(0);
            }),
        type(
            "info",
            t -> {
              Info info =
                  Info.builder().name("i").labelNames("k").seriesTimeToLive(TTL).register(t);
              return () -> info.addLabelValues("a");
            }),
        type(
            "state set",
            t -> {
              StateSet states =
                  StateSet.builder().name("st").labelNames("k").states("up").register(t);
              return () -> states.labelValues("a").setTrue("up");
            }));
  }

  private static Arguments type(String name, Function<Tallystick, Runnable> update) {
    return Arguments.of(name, update);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("types")
  void shouldFindThatASeriesIsUpdatedWithTheSameValue(
      String name, Function<Tallystick, Runnable> type) throws Exception {
    Counter shared = Counter.builder().name("other").register(first);
    Runnable update = type.apply(first);
    for (int i = 0; i < 3; i++) {
      update.run();
      pass(ALMOST);
      assertThat(scrape()).hasSizeGreaterThan(1);
    }
    shared.inc();
    pass(LOOK.multipliedBy(4));
    assertThat(scrape()).containsExactly(Map.entry("other_total", 1.0));
    update.run();
    look();
    assertThat(scrape()).hasSizeGreaterThan(1);
  }

  @Test
  void shouldNotHideWhatHasNoTime() throws Exception {
    Counter.builder().name("bare").register(first).inc();
    Info.builder().name("facts").labelNames("k").register(first).setLabelValues("a");
    Counter.builder()
        .name("forever")
        .labelNames("k")
        .seriesTimeToLive(Duration.ZERO)
        .register(first)
        .labelValues("a")
        .inc();
    Gauge.builder()
        .name("short")
        .labelNames("k")
        .seriesTimeToLive(Duration.ofSeconds(10))
        .register(first)
        .labelValues("a")
        .set(1);
    pass(Duration.ofSeconds(30));
    assertThat(scrape().keySet())
        .containsExactly("bare_total", "facts_info{k=\"a\"}", "forever_total{k=\"a\"}");
    pass(TTL.multipliedBy(9));
    assertThat(scrape()).hasSize(3);
  }

  @Test
  void shouldNotHideASeriesThatAProcessWithoutTheSettingHas() throws Exception {
    jobs(first).labelValues("a").inc(3);
    Tallystick without = opened(builder());
    jobs(without).labelValues("a").inc();
    without.close();
    pass(TTL.multipliedBy(3));
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 4.0));
    fold(open("another"));
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 4.0));
  }

  @Test
  void shouldNotHideWhatPythonCounts() throws Exception {
    jobs(first).labelValues("a").inc(3);
    DbBytes.recent()
        .entry("['jobs', 'jobs_total', {'k': 'a'}, '']", 2)
        .writeTo(temporary.path(), "counter_7.db");
    pass(TTL.multipliedBy(3));
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 5.0));
    Tallystick dead = open("dead");
    jobs(dead).labelValues("a").inc();
    fold(dead);
    pass(TTL.multipliedBy(3));
    fold(open("another"));
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 6.0));
  }

  @Test
  void shouldNotExpireEarlyWhenTheClockIsSetBack() throws Exception {
    jobs(first).labelValues("a").inc(3);
    pass(ALMOST);
    clock.turn(Duration.ofDays(-2));
    look();
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 3.0));
    fold(open("another"));
    jobs(second).labelValues("a").inc();
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 4.0));
  }

  private Tallystick resume(Duration ttl) {
    return opened(builder().seriesTimeToLive(ttl).resume("role"));
  }

  @Test
  void shouldGoOnWithALifeWhenItsFileIsTakenOver() throws Exception {
    Tallystick killed = resume(TTL);
    Counter counted = jobs(killed);
    counted.labelValues("a").inc(3);
    counted.labelValues("b").inc(3);
    kill(killed);
    clock.turn(LOOK);
    Counter jobs = jobs(resume(TTL));
    jobs.labelValues("a").inc();
    pass(ALMOST.minus(LOOK));
    assertThat(scrape()).hasSize(2).containsEntry(SERIES, 4.0);
    jobs.labelValues("a").inc();
    pass(LOOK.multipliedBy(4));
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 5.0));
  }

  @Test
  void shouldNotExpireWhenAFileIsTakenOverWithoutTheSetting() throws Exception {
    Tallystick killed = resume(TTL);
    jobs(killed).labelValues("a").inc(3);
    kill(killed);
    jobs(resume(Duration.ZERO)).labelValues("a").inc();
    pass(TTL.multipliedBy(3));
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 4.0));
  }

  private void kill(Tallystick tallystick) throws IOException {
    Path file = RegistrarAccess.path(tallystick, temporary.path());
    RegistrarAccess.kill(tallystick);
    TallyBytes.of(file).putLong(TallyBytes.RESUMABLE_MS, 60_000).writeTo(file);
  }

  @Test
  void shouldShowAMirroredSeriesForAsLongAsItsRegistryHasIt() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    io.prometheus.metrics.core.metrics.Counter counter =
        io.prometheus.metrics.core.metrics.Counter.builder()
            .name("jobs")
            .labelNames("k")
            .register(registry);
    counter.labelValues("a").inc(3);
    Tallystick dead = open("dead");
    dead.mirror(registry);
    RegistrarAccess.mirror(dead);
    pass(TTL.multipliedBy(3));
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 3.0));
    dead.close();
    assertThat(scrape()).containsExactly(Map.entry(SERIES, 3.0));
    pass(TTL.plus(LOOK));
    assertThat(scrape()).isEmpty();
  }

  @Test
  void shouldShowTheSameToAScraperThatComesLater() throws Exception {
    jobs(first).labelValues("a").inc(3);
    Counter others = jobs(second);
    others.labelValues("b").inc();
    pass(TTL);
    others.labelValues("b").inc();
    look();
    try (Scraper later = Scraper.of(Directory.open(temporary.path()), null, TTL, clock)) {
      assertThat(Samples.ofApplications(later)).isEqualTo(scrape()).hasSize(1);
    }
  }
}
