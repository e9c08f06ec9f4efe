package io.tallystick.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.tallystick.Tallystick;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mirrored registry with metrics that throw, hang, conflict, or lie. */
@Timeout(60)
final class MirrorFaultsTest {
  private static final int MAX_SERIES = 20;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter good = Counter.builder().name("good_total").register(registry);
  private TempDirectory directory;
  private Tallystick tallystick;
  private CapturedLog log;

  @BeforeEach
  void open() throws IOException {
    log = CapturedLog.open();
    directory = TempDirectory.create();
    tallystick =
        Tallystick.builder()
            .directory(directory.path())
            .instanceName("a")
            .maxSeriesPerMetric(MAX_SERIES)
            .mirrorInterval(Duration.ofDays(1))
            .open();
  }

  @AfterEach
  void close() throws IOException {
    tallystick.close();
    directory.close();
    log.close();
  }

  private Map<String, Double> shown() throws IOException {
    return Samples.ofApplications(tallystick.scraper());
  }

  private double own(String name) throws IOException {
    RegistrarAccess.turn(tallystick);
    return Samples.of(tallystick.scraper()).get(name);
  }

  private void mirror() {
    good.inc();
    RegistrarAccess.mirror(tallystick);
  }

  // ---- what throws ----

  @Test
  void shouldGoOnWithTheOthersWhenACollectorThrows() throws Exception {
    FaultyCollector bad = FaultyCollector.named("bad").set(5);
    registry.register(bad);
    tallystick.mirror(registry);
    mirror();
    bad.fail();
    for (int i = 0; i < 3; i++) {
      mirror();
    }
    assertThat(shown()).containsOnly(entry("good_total", 4.0), entry("bad_total", 5.0));
    assertThat(own("tallystick_callback_failures")).isEqualTo(4); // once with all, then alone
    assertThat(log.messages()).singleElement().asString().contains("bad");
    bad.set(6).recover();
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 5.0), entry("bad_total", 6.0));
    mirror();
    assertThat(own("tallystick_callback_failures")).isEqualTo(4);
  }

  @Test
  void shouldRemoveItsSeriesWhenACollectorThatThrowsIsUnregistered() throws Exception {
    FaultyCollector bad = FaultyCollector.named("bad");
    registry.register(bad);
    tallystick.mirror(registry);
    mirror();
    bad.fail();
    mirror();
    registry.unregister(bad);
    mirror();
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 4.0));
  }

  @Test
  void shouldGoOnWithTheOthersWhenManyCollectorsThrow() throws Exception {
    FaultyCollector[] bad = new FaultyCollector[20];
    for (int i = 0; i < bad.length; i++) {
      bad[i] = FaultyCollector.named("bad" + i);
      registry.register(bad[i]);
      bad[i].fail();
    }
    tallystick.mirror(registry);
    for (int i = 0; i < 4; i++) {
      mirror(); // of which the first find out who they are
    }
    assertThat(shown()).containsOnly(entry("good_total", 4.0));
  }

  @Test
  void shouldKeepAllValuesWhenACollectorWithoutANameThrows() throws Exception {
    FaultyCollector bad = FaultyCollector.unnamed("bad");
    registry.register(bad);
    tallystick.mirror(registry);
    mirror();
    bad.fail();
    mirror();
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 1.0), entry("bad_total", 1.0));
    assertThat(own("tallystick_callback_failures")).isPositive();
    bad.recover();
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 4.0), entry("bad_total", 1.0));
  }

  @Test
  void shouldGoOnWithOtherRegistriesWhenOneFailsAsAWhole() throws Exception {
    FaultyCollector bad = FaultyCollector.unnamed("bad");
    bad.fail();
    PrometheusRegistry faulty = new PrometheusRegistry();
    faulty.register(bad);
    tallystick.mirror(faulty);
    tallystick.mirror(registry);
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 1.0));
  }

  // ---- what hangs ----

  @Test
  void shouldGoOnWithTheOthersWhenACollectorHangs() throws Exception {
    FaultyCollector bad = FaultyCollector.named("bad").set(5);
    registry.register(bad);
    tallystick.mirror(registry);
    mirror();
    leaveHanging(bad);
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 3.0), entry("bad_total", 5.0));
    assertThat(own("tallystick_callback_failures")).isEqualTo(1);
    assertThat(log.messages()).singleElement().asString().contains("hangs").contains("bad");
    bad.set(6).recover();
    Await.until(
        "its late values are there",
        () -> {
          RegistrarAccess.mirror(tallystick);
          return shown().get("bad_total") == 6;
        });
    assertThat(shown()).containsOnly(entry("good_total", 3.0), entry("bad_total", 6.0));
    bad.set(7);
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 4.0), entry("bad_total", 7.0));
  }

  /** Has a round made in which a collector hangs, until its threads are left behind. */
  private void leaveHanging(FaultyCollector bad) throws Exception {
    bad.hang();
    mirrorAndLeaveHanging(bad);
  }

  private void mirrorAndLeaveHanging(FaultyCollector bad) throws Exception {
    good.inc();
    Thread round = new Thread(() -> RegistrarAccess.mirror(tallystick));
    round.start();
    Await.until(
        "the round ends",
        () -> {
          if (bad.hasCaughtAThread()) {
            RegistrarAccess.leaveHanging(tallystick);
          }
          return !round.isAlive();
        });
  }

  @Test
  void shouldKeepAllValuesWhenACollectorWithoutANameHangs() throws Exception {
    FaultyCollector bad = FaultyCollector.unnamed("bad");
    registry.register(bad);
    PrometheusRegistry others = new PrometheusRegistry();
    Counter other = Counter.builder().name("other_total").register(others);
    tallystick.mirror(registry);
    tallystick.mirror(others);
    mirror();
    leaveHanging(bad);
    other.inc();
    mirrorAndLeaveHanging(bad); // whatever was blamed first
    mirror();
    assertThat(shown())
        .containsOnly(entry("good_total", 1.0), entry("bad_total", 1.0), entry("other_total", 1.0));
    bad.set(2).recover();
    Await.until(
        "it is collected again",
        () -> {
          RegistrarAccess.mirror(tallystick);
          return shown().get("good_total") == 4;
        });
    assertThat(shown()).containsEntry("bad_total", 2.0);
  }

  @Test
  void shouldGoOnWithOtherRegistriesWhenACollectorOfManyNamesHangs() throws Exception {
    FaultyCollector bad = FaultyCollector.named("bad");
    registry.register(new ManyNames(bad));
    PrometheusRegistry others = new PrometheusRegistry();
    Counter other = Counter.builder().name("other_total").register(others);
    tallystick.mirror(registry);
    tallystick.mirror(others);
    mirror();
    leaveHanging(bad);
    for (int i = 0; i < 6; i++) {
      other.inc();
      mirrorAndLeaveHanging(bad);
    }
    assertThat(shown()).containsEntry("other_total", 6.0);
    bad.recover();
  }

  /** Hangs where another one does, and says five names. */
  private record ManyNames(FaultyCollector first) implements MultiCollector {
    @Override
    public MetricSnapshots collect() {
      return MetricSnapshots.of(first.collect());
    }

    @Override
    public List<MetricFamilyDescriptor> getMetricFamilyDescriptors() {
      return Stream.of("bad", "b", "c", "d", "e")
          .map(name -> MetricFamilyDescriptor.of(MetricType.COUNTER, name).build())
          .toList();
    }
  }

  @Test
  void shouldGoOnWithTheOthersWhenWhatListensToTheLogThrows() throws Exception {
    FaultyCollector bad = FaultyCollector.named("bad");
    registry.register(bad);
    tallystick.mirror(registry);
    mirror();
    Logger logger = Logger.getLogger("io.tallystick");
    Handler faulty = new FaultyHandler();
    logger.addHandler(faulty);
    try {
      leaveHanging(bad);
    } finally {
      logger.removeHandler(faulty);
    }
    mirror();
    assertThat(shown()).containsEntry("good_total", 3.0);
    bad.recover();
  }

  private static final class FaultyHandler extends Handler {
    @Override
    public void publish(LogRecord record) {
      throw new IllegalStateException("on purpose");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void shouldEndInTimeWhenACollectorHangsAtTheEnd() throws Exception {
    FaultyCollector bad = FaultyCollector.named("bad");
    registry.register(bad);
    tallystick.mirror(registry);
    mirror();
    bad.hang();
    tallystick.close();
    bad.set(100).recover();
    try (Tallystick next = Tallystick.open(directory.path())) {
      assertThat(Samples.ofApplications(next.scraper())).containsEntry("bad_total", 1.0);
    }
  }

  // ---- what conflicts ----

  @Test
  void shouldLeaveOutAMetricWhenTheProcessCountsOneOfThatNameItself() throws Exception {
    io.tallystick.metrics.Counter.builder().name("jobs_total").register(tallystick).inc(5);
    Counter.builder().name("jobs_total").register(registry).inc(100);
    tallystick.mirror(registry);
    mirror();
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 2.0), entry("jobs_total", 5.0));
    assertThat(own("tallystick_unmirrored_series")).isEqualTo(1);
    assertThat(log.messages()).singleElement().asString().contains("jobs");
  }

  @Test
  void shouldLeaveOutAMetricWhenTheProcessCountsOneOfAnotherTypeItself() throws Exception {
    io.tallystick.metrics.Gauge.builder()
        .name("jobs")
        .multiprocessMode(MultiprocessMode.MAX)
        .register(tallystick)
        .set(5);
    Counter.builder().name("jobs_total").labelNames("kind").register(registry).labelValues("a");
    tallystick.mirror(registry);
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 1.0), entry("jobs", 5.0));
    assertThat(own("tallystick_unmirrored_series")).isEqualTo(1);
  }

  @Test
  void shouldRefuseAMetricWhenItsNameIsMirrored() throws Exception {
    tallystick.mirror(registry);
    mirror();
    assertThatThrownBy(
            () -> io.tallystick.metrics.Counter.builder().name("good_total").register(tallystick))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldTakeInAMetricWhenTheOneItConflictedWithHasGone() throws Exception {
    PrometheusRegistry second = new PrometheusRegistry();
    Counter.builder().name("good_total").register(second).inc(100);
    tallystick.mirror(registry);
    mirror();
    tallystick.mirror(second);
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 2.0));
    registry.unregister(good);
    for (int i = 0; i < 20; i++) {
      mirror();
    }
    assertThat(shown()).containsOnly(entry("good_total", 100.0));
    assertThat(own("tallystick_unmirrored_series")).isZero();
  }

  // ---- what lies ----

  @Test
  void shouldLeaveOutSeriesThatNoDirectoryCanHaveWhenARegistryHasThem() throws Exception {
    register(gauge("owner", "pid", "7")); // our own label
    register(gauge("long", "text", "x".repeat(100_000)));
    register(gauge("missing", "text", null));
    register(gauge("x".repeat(20_000), "text", "a"));
    register(
        new HistogramSnapshot(
            true, // a gauge histogram
            new MetricMetadata("queue"),
            List.of(
                new HistogramDataPointSnapshot(
                    ClassicHistogramBuckets.of(
                        new double[] {Double.POSITIVE_INFINITY}, new long[] {3}),
                    5,
                    Labels.EMPTY,
                    Exemplars.EMPTY,
                    0))));
    register(counter("endless", Double.POSITIVE_INFINITY));
    tallystick.mirror(registry);
    mirror();
    mirror();
    assertThat(shown()).containsOnly(entry("good_total", 2.0), entry("endless_total", 0.0));
    assertThat(own("tallystick_unmirrored_series")).isEqualTo(6);
    assertThat(log.messages()).hasSize(6);
    assertThat(own("tallystick_corrupt_files")).isZero();
  }

  @Test
  void shouldKeepTheLastValueWhenACounterIsNotANumberAnyMore() throws Exception {
    double[] value = {3};
    registry.register(() -> counter("jobs", value[0]));
    tallystick.mirror(registry);
    mirror();
    value[0] = Double.NaN;
    mirror();
    assertThat(shown()).containsEntry("jobs_total", 3.0);
    value[0] = 4;
    mirror();
    assertThat(shown()).containsEntry("jobs_total", 4.0);
  }

  @Test
  void shouldKeepTheLastSumWhenASumIsNotANumberAnyMore() throws Exception {
    double[] sum = {3};
    registry.register(
        () ->
            SummarySnapshot.builder()
                .name("sizes")
                .dataPoint(
                    SummaryDataPointSnapshot.builder().count((long) sum[0]).sum(sum[0]).build())
                .build());
    tallystick.mirror(registry);
    mirror();
    sum[0] = Double.NaN;
    mirror();
    assertThat(shown()).containsEntry("sizes_sum", 3.0);
    sum[0] = 4;
    mirror();
    assertThat(shown()).containsEntry("sizes_sum", 7.0).containsEntry("sizes_count", 7.0);
  }

  @Test
  void shouldShowAnyGaugeWhenItsValueIsOdd() throws Exception {
    Gauge gauge = Gauge.builder().name("heat").labelNames("room").register(registry);
    gauge.labelValues("a").set(Double.NaN);
    gauge.labelValues("b").set(Double.NEGATIVE_INFINITY);
    tallystick.mirror(registry);
    mirror();
    assertThat(shown())
        .containsEntry("heat{pid=\"a\",room=\"a\"}", Double.NaN)
        .containsEntry("heat{pid=\"a\",room=\"b\"}", Double.NEGATIVE_INFINITY);
  }

  @Test
  void shouldLeaveOutSeriesWhenAMetricHasTooMany() throws Exception {
    Counter many = Counter.builder().name("many_total").labelNames("id").register(registry);
    for (int i = 0; i < MAX_SERIES + 5; i++) {
      many.labelValues(String.valueOf(i)).inc();
    }
    tallystick.mirror(registry);
    mirror();
    mirror();
    assertThat(shown()).hasSize(MAX_SERIES + 1);
    assertThat(own("tallystick_unmirrored_series")).isEqualTo(5);
    assertThat(log.messages()).singleElement().asString().contains("many");
  }

  @Test
  void shouldLeaveOutTheSecondWhenTwoCollectorsHaveTheSameSeries() throws Exception {
    registry.register(() -> counter("jobs", 3));
    registry.register(() -> counter("jobs", 4));
    tallystick.mirror(registry);
    mirror();
    mirror();
    assertThat(shown().get("jobs_total")).isIn(3.0, 4.0);
    assertThat(own("tallystick_unmirrored_series")).isEqualTo(1);
  }

  @Test
  void shouldTakeInAllWhenSeriesOfAMetricHaveDifferentLabels() throws Exception {
    registry.register(
        () ->
            CounterSnapshot.builder()
                .name("jobs")
                .dataPoint(new CounterDataPointSnapshot(1, Labels.of("a", "x"), null, 0))
                .dataPoint(new CounterDataPointSnapshot(2, Labels.of("b", "x"), null, 0))
                .dataPoint(new CounterDataPointSnapshot(3, Labels.of("a", "y"), null, 0))
                .dataPoint(new CounterDataPointSnapshot(4, Labels.EMPTY, null, 0))
                .build());
    tallystick.mirror(registry);
    mirror();
    mirror();
    assertThat(shown())
        .containsEntry("jobs_total{a=\"x\"}", 1.0)
        .containsEntry("jobs_total{b=\"x\"}", 2.0)
        .containsEntry("jobs_total{a=\"y\"}", 3.0)
        .containsEntry("jobs_total", 4.0);
  }

  private void register(MetricSnapshot snapshot) {
    registry.register(() -> snapshot);
  }

  private static MetricSnapshot gauge(String name, String label, String value) {
    return GaugeSnapshot.builder()
        .name(name)
        .dataPoint(
            GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .value(1)
                .labels(Labels.of(label, value))
                .build())
        .build();
  }

  private static MetricSnapshot counter(String name, double value) {
    return CounterSnapshot.builder()
        .name(name)
        .dataPoint(new CounterDataPointSnapshot(value, Labels.EMPTY, null, 0))
        .build();
  }
}
