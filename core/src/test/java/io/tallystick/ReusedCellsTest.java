package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.merge.Merge;
import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.Source;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.metrics.StateSet;
import io.tallystick.metrics.Summary;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cells of expired series that other series get. */
final class ReusedCellsTest {
  private static final Duration TTL = ExpiringDirectory.TTL;
  private static final Duration QUARANTINE = ExpiringDirectory.QUARANTINE;
  private static final int MANY = 40; // more than a segment

  private ExpiringDirectory directory;
  private Tallystick first;
  private Tallystick second;
  private Scraper scraper;

  @BeforeEach
  void open() throws IOException {
    directory = new ExpiringDirectory();
    first = directory.open("first");
    second = directory.open("second");
    scraper = directory.scraper();
  }

  @AfterEach
  void close() throws IOException {
    scraper.close();
    directory.close();
  }

  private static Counter jobs(Tallystick tallystick) {
    return ExpiringDirectory.jobs(tallystick);
  }

  private void freeAndWait(long series) throws Exception {
    directory.free(first, series);
    directory.pass(QUARANTINE);
  }

  private Map<String, Double> scrape() throws IOException {
    return directory.scrape(scraper);
  }

  private long reuses() throws IOException {
    return directory.bytes(first).buffer().getLong(ExpiringDirectory.REUSES);
  }

  @Test
  void shouldNeedNoMoreCellsWhenSeriesComeAndGo() throws Exception {
    Counter jobs = jobs(first);
    for (int i = 0; i < MANY; i++) {
      jobs.labelValues("0-" + i).inc();
    }
    long cells = directory.cells(first);
    for (int round = 1; round <= 4; round++) {
      freeAndWait((long) MANY * round);
      assertThat(scrape()).isEmpty();
      for (int i = 0; i < MANY; i++) {
        jobs.labelValues(round + "-" + i).inc(round * 1000L + i);
      }
      Map<String, Double> samples = scrape();
      assertThat(samples).hasSize(MANY);
      for (int i = 0; i < MANY; i++) {
        String series = "jobs_total{k=\"" + round + "-" + i + "\"}";
        assertThat(samples).containsEntry(series, round * 1000.0 + i);
      }
      assertThat(directory.cells(first)).isEqualTo(cells);
    }
    first.close(); // a fold reads the records from the first to the last
    assertThat(Samples.ofApplications(scraper))
        .hasSize(MANY)
        .containsEntry("jobs_total{k=\"4-7\"}", 4007.0);
  }

  @Test
  void shouldKeepTheCellsWhileSomebodyHoldsTheDataPoint() throws Exception {
    Counter jobs = jobs(first);
    CounterDataPoint held = jobs.labelValues("held");
    held.inc(3);
    jobs.labelValues("dropped").inc();
    freeAndWait(1);
    jobs.labelValues("other").inc(7);
    held.inc();
    directory.look();
    assertThat(scrape())
        .containsExactly(
            Map.entry("jobs_total{k=\"held\"}", 4.0), Map.entry("jobs_total{k=\"other\"}", 7.0));
    assertThat(jobs.labelValues("held")).isSameAs(held);
    held.inc();
    assertThat(jobs.labelValues("held").get()).isEqualTo(5);
  }

  @Test
  void shouldCountInTheSameCellsWhenAnExpiredSeriesIsLookedUpBeforeItIsGarbage() throws Exception {
    Counter jobs = jobs(first);
    CounterDataPoint held = jobs.labelValues("a");
    held.inc(3);
    directory.pass(TTL);
    jobs.labelValues("a").inc();
    directory.look();
    assertThat(scrape()).containsExactly(Map.entry("jobs_total{k=\"a\"}", 4.0));
    assertThat(held.get()).isEqualTo(4);
  }

  @Test
  void shouldKeepTheCellsWhileAnotherProcessCanGoOnWithTheSeries() throws Exception {
    jobs(first).labelValues("a").inc(3);
    CounterDataPoint other = jobs(second).labelValues("a");
    directory.pass(TTL);
    for (int i = 0; i < 9; i++) {
      System.gc();
      directory.pass(Duration.ofMinutes(1));
    }
    assertThat(directory.removed(first)).isZero();
    other.inc();
    directory.look();
    assertThat(scrape()).containsExactly(Map.entry("jobs_total{k=\"a\"}", 4.0));
  }

  @Test
  void shouldLeaveCellsAloneForAWhileWhenTheyAreFreed() throws Exception {
    Counter jobs = jobs(first);
    jobs.labelValues("a").inc(3);
    directory.free(first, 1);
    jobs.labelValues("b").inc();
    assertThat(scrape()).containsExactly(Map.entry("jobs_total{k=\"b\"}", 1.0));
    assertThat(reuses()).isOne();
    directory.pass(QUARANTINE);
    jobs.labelValues("c").inc();
    assertThat(reuses()).isEqualTo(2);
  }

  @Test
  void shouldBeginAtZeroWhenTheSameSeriesComesAgain() throws Exception {
    Counter jobs = jobs(first);
    jobs.labelValues("a").inc(3);
    freeAndWait(1);
    jobs.labelValues("a").inc();
    assertThat(scrape()).containsExactly(Map.entry("jobs_total{k=\"a\"}", 1.0));
  }

  @Test
  void shouldRemoveASeriesThatHasExpiredAndIsHeld() throws Exception {
    Counter jobs = jobs(first);
    CounterDataPoint held = jobs.labelValues("a");
    held.inc(3);
    CounterDataPoint another = jobs.labelValues("b");
    directory.pass(TTL);
    jobs.clear();
    held.inc();
    another.inc();
    directory.look();
    assertThat(scrape()).isEmpty();
    jobs.labelValues("a").inc();
    assertThat(scrape()).containsExactly(Map.entry("jobs_total{k=\"a\"}", 1.0));
  }

  @Test
  void shouldRemoveNothingOfAnotherSeriesWhenWhatHasExpiredIsCleared() throws Exception {
    Counter jobs = jobs(first);
    jobs.labelValues("a").inc(3);
    freeAndWait(1);
    Counter.builder().name("other").labelNames("k").register(first).labelValues("b").inc(9);
    jobs.clear();
    assertThat(scrape()).containsExactly(Map.entry("other_total{k=\"b\"}", 9.0));
  }

  @Test
  void shouldReuseOnlyCellsOfTheFileWhenItIsFull() throws Exception {
    Tallystick full = directory.open(directory.builder().maxBytes(65_536));
    Histogram sizes = Histogram.builder().name("sizes").labelNames("k").register(full);
    observe(sizes, "a");
    assertThat(Samples.of(scraper).get("tallystick_unshared_series")).isPositive();
    directory.pass(TTL);
    for (int i = 0; i < 9; i++) {
      System.gc();
      directory.pass(Duration.ofMinutes(1));
    }
    observe(sizes, "b");
    Map<String, Double> samples = Samples.ofApplications(full.scraper());
    for (int i = 1; i <= MANY; i++) {
      assertThat(samples)
          .containsEntry("sizes_count{k=\"b" + i + "\"}", (double) i)
          .doesNotContainKey("sizes_count{k=\"a" + i + "\"}");
    }
    assertThat(Samples.ofApplications(scraper)).containsKey("sizes_count{k=\"b1\"}");
    assertThat(Verification.verify(directory.path())).isEmpty();
  }

  /** More native histograms than there is room for, of which each has its own count. */
  private static void observe(Histogram sizes, String name) {
    for (int i = 1; i <= MANY; i++) {
      for (int times = 0; times < i; times++) {
        sizes.labelValues(name + i).observe(1);
      }
    }
  }

  @Test
  void shouldGiveZeroCellsToASeriesOfEachType() throws Exception {
    Histogram histogram = Histogram.builder().name("h").labelNames("k").register(first);
    Summary summary =
        Summary.builder().name("s").labelNames("k").quantile(0.5, 0.05).register(first);
    Gauge gauge = Gauge.builder().name("g").labelNames("k").register(first);
    StateSet states = StateSet.builder().name("st").labelNames("k").states("up").register(first);
    Counter counter = jobs(first);
    for (int i = 0; i < 100; i++) {
      histogram.labelValues("a").observeWithExemplar(i, Labels.of("id", "old"));
      summary.labelValues("a").observe(i);
      counter.labelValues("a").incWithExemplar(0.5, Labels.of("id", "old"));
      RegistrarAccess.turn(first); // gives the thread a column
    }
    gauge.labelValues("a").set(7);
    states.labelValues("a").setTrue("up");
    freeAndWait(5);
    long cells = directory.cells(first);
    histogram.initLabelValues("b");
    summary.initLabelValues("b");
    gauge.initLabelValues("b");
    states.initLabelValues("b");
    counter.labelValues("b").incWithExemplar(0, Labels.of("id", "new"));
    Map<String, Double> samples = scrape();
    assertThat(samples.values()).allMatch(value -> value == 0 || value.isNaN());
    assertThat(samples.keySet()).hasSizeGreaterThan(5).allMatch(name -> name.contains("k=\"b\""));
    assertThat(directory.cells(first)).isEqualTo(cells);
    assertThat(Samples.text(scraper, TextFormat.OPENMETRICS))
        .doesNotContain("{id=\"old\"}")
        .contains("{id=\"new\"}");
    histogram.labelValues("b").observeWithExemplar(2, Labels.of("id", "new"));
    assertThat(directory.cells(first)).isEqualTo(cells);
    summary.labelValues("b").observe(2);
    assertThat(scrape())
        .containsEntry("h_sum{k=\"b\"}", 2.0)
        .containsEntry("h_count{k=\"b\"}", 1.0)
        .containsEntry("s{k=\"b\",quantile=\"0.5\"}", 2.0);
  }

  @Test
  void shouldTellAReaderThatIsSlowerThanTheQuarantine() throws Exception {
    Counter jobs = jobs(first);
    jobs.labelValues("old").inc(3);
    Merge merge = new Merge();
    Source source =
        new Source(
            Directory.open(directory.path())
                .openLive(RegistrarAccess.path(first, directory.path())),
            true);
    merge.add(source);
    assertThat(merge.isOutdated()).isFalse();
    freeAndWait(1);
    assertThat(merge.isOutdated()).isFalse();
    jobs.labelValues("new").inc(7);
    merge.at(directory.clock().millis());
    merge.refresh(0, 0, family -> true);
    assertThat(merge.isOutdated()).isTrue();
    merge.poll(source);
    merge.refresh(0, 0, family -> true);
    assertThat(merge.isOutdated()).isFalse();
    assertThat(merge.families().get(0).size()).isOne();
    assertThat(merge.families().get(0).total(0)).isEqualTo(7);
    merge.remove(List.of(source));
  }

  @Test
  void shouldShowNoQuantilesOfAnotherSeriesWhenTheyAreReadLate() throws Exception {
    Summary sizes = Summary.builder().name("s").labelNames("k").quantile(0.5, 0.05).register(first);
    sizes.labelValues("old").observe(3);
    Source source =
        new Source(
            Directory.open(directory.path())
                .openLive(RegistrarAccess.path(first, directory.path())),
            true);
    Merge merge = new Merge();
    merge.at(directory.clock().millis());
    merge.add(source);
    merge.refresh(0, 0, family -> true);
    MergedFamily family = merge.families().get(0);
    double[] quantiles = new double[1];
    family.quantiles().read(0, quantiles);
    assertThat(quantiles[0]).isEqualTo(3);
    freeAndWait(1);
    sizes.labelValues("new").observe(7);
    family.quantiles().read(0, quantiles);
    assertThat(quantiles[0]).isNaN();
    merge.remove(List.of(source));
  }

  @Test
  void shouldShowNoValueUnderAnotherNameWhileCellsAreReused() throws Exception {
    Counter jobs = jobs(first);
    AtomicBoolean ended = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Thread reader = new Thread(() -> readUntil(ended, failure));
      reader.start();
      readers.add(reader);
    }
    try {
      for (int round = 1; round <= 12 && failure.get() == null; round++) {
        for (int i = 1; i <= 20; i++) {
          CounterDataPoint point = jobs.labelValues(Integer.toString(round * 100 + i));
          for (int times = 0; times < 3; times++) {
            point.inc(round * 100L + i);
          }
        }
        freeAndWait(20L * round);
      }
    } finally {
      ended.set(true);
      for (Thread reader : readers) {
        reader.join();
      }
    }
    assertThat(failure.get()).isNull();
  }

  /** Each series counts its own number only. */
  private void readUntil(AtomicBoolean ended, AtomicReference<Throwable> failure) {
    try (Scraper reader = directory.scraper()) {
      while (!ended.get()) {
        Samples.ofApplications(reader)
            .forEach(
                (series, total) -> {
                  int number = Integer.parseInt(series.replaceAll("\\D", ""));
                  assertThat(total / number).as(series).isIn(0.0, 1.0, 2.0, 3.0);
                });
      }
    } catch (IOException | RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }
}
