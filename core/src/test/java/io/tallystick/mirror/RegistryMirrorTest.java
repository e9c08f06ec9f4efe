package io.tallystick.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.Mirror;
import io.tallystick.Tallystick;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry of client_java that is copied into a directory, in rounds that the test makes. */
final class RegistryMirrorTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private TempDirectory directory;
  private Tallystick tallystick;

  @BeforeEach
  void open() throws IOException {
    directory = TempDirectory.create();
    tallystick = open("a");
  }

  private Tallystick open(String name) {
    return Tallystick.builder()
        .directory(directory.path())
        .instanceName(name)
        .mirrorInterval(Duration.ofDays(1))
        .open();
  }

  @AfterEach
  void close() throws IOException {
    tallystick.close();
    directory.close();
  }

  private Map<String, Double> shown() throws IOException {
    return Samples.ofApplications(tallystick.scraper());
  }

  @Test
  void shouldShowWhatClientJavaShowsWhenARegistryOfAllTypesIsMirrored() throws IOException {
    MirroredRegistry all = new MirroredRegistry();
    tallystick.mirror(
        all.registry(), mirror -> mirror.gaugeMode(name -> true, MultiprocessMode.MAX));
    for (int round = 1; round <= 3; round++) {
      all.update(round);
      RegistrarAccess.mirror(tallystick);
    }
    Expositions.assertShowsAlsoWhenDead(tallystick, all.registry().scrape());
  }

  @Test
  void shouldShowSumsWhenTwoProcessesMirrorTheSameMetrics() throws IOException {
    MirroredRegistry one = new MirroredRegistry();
    MirroredRegistry two = new MirroredRegistry();
    one.update(1);
    two.update(1);
    two.update(1);
    tallystick.mirror(one.registry());
    try (Tallystick other = open("b")) {
      other.mirror(two.registry());
      RegistrarAccess.mirror(tallystick);
      RegistrarAccess.mirror(other);
      assertThat(shown())
          .containsEntry("http_requests_total{path=\"/\",status=\"200\",zone=\"eu-1\"}", 3.0)
          .containsEntry("latency_seconds_bucket{path=\"/\",le=\"1.0\"}", 3.0)
          .containsEntry("payload_bytes_sum{kind=\"in\"}", 30.0)
          .containsEntry("heat_celsius{pid=\"a\",room=\"a\"}", -1.5)
          .containsEntry("heat_celsius{pid=\"b\",room=\"a\"}", -3.0)
          .containsEntry("build_info{version=\"1.1\"}", 1.0);
    }
  }

  @Test
  void shouldShowAMetricOfUnknownTypeAsGaugeWhenItIsMirrored() throws IOException {
    MirroredRegistry all = new MirroredRegistry();
    all.addUnknown(7);
    tallystick.mirror(all.registry());
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsEntry("strange{pid=\"a\"}", 7.0);
  }

  @Test
  void shouldKeepTheModeOfTheLastRuleWhenRulesNameAGauge() throws IOException {
    Gauge.builder().name("low").register(registry).set(3);
    Gauge.builder().name("sum").register(registry).set(3);
    Gauge.builder().name("own").register(registry).set(3);
    tallystick.mirror(
        registry,
        mirror ->
            mirror
                .gaugeMode("low", MultiprocessMode.SUM)
                .gaugeMode(name -> !name.equals("own"), MultiprocessMode.SUM)
                .gaugeMode("low", MultiprocessMode.MIN));
    RegistrarAccess.mirror(tallystick);
    assertThat(shown())
        .containsOnly(entry("low", 3.0), entry("sum", 3.0), entry("own{pid=\"a\"}", 3.0));
  }

  @Test
  void shouldLeaveOutMetricsWhenTheirNamesAreNotIncluded() throws IOException {
    Counter.builder().name("jobs_total").register(registry).inc();
    Counter.builder().name("runs_total").register(registry).inc();
    tallystick.mirror(registry, mirror -> mirror.includedNames(name -> !name.startsWith("runs")));
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("jobs_total", 1.0));
  }

  @Test
  void shouldNotLowerATotalWhenAMetricIsRegisteredAnew() throws IOException {
    Counter before = Counter.builder().name("jobs_total").register(registry);
    before.inc(10);
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    registry.unregister(before);
    Counter after = Counter.builder().name("jobs_total").register(registry);
    after.inc(3);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("jobs_total", 13.0));
    after.inc(1);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("jobs_total", 14.0));
  }

  @Test
  void shouldNotLoseWhatWasCountedWhenAMetricThatIsNewHasMoreThanItHad() throws Exception {
    Counter before = Counter.builder().name("jobs_total").register(registry);
    before.inc(10);
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    registry.unregister(before);
    long createdMs = System.currentTimeMillis();
    while (System.currentTimeMillis() == createdMs) {
      Thread.onSpinWait(); // what tells them apart is when they were created
    }
    Counter.builder().name("jobs_total").register(registry).inc(30);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("jobs_total", 40.0));
  }

  @Test
  void shouldNotLowerBucketsOrSumsWhenAHistogramIsRegisteredAnew() throws IOException {
    Histogram before = histogram();
    before.observe(0.5);
    before.observe(2);
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    registry.unregister(before);
    histogram().observe(2.5);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown())
        .containsOnly(
            entry("sizes_bucket{le=\"1.0\"}", 1.0),
            entry("sizes_bucket{le=\"+Inf\"}", 3.0),
            entry("sizes_count", 3.0),
            entry("sizes_sum", 5.0));
  }

  private Histogram histogram() {
    return Histogram.builder().name("sizes").classicOnly().classicUpperBounds(1).register(registry);
  }

  @Test
  void shouldRemoveASeriesWhenItIsNoMoreInTheRegistry() throws IOException {
    Counter counter = Counter.builder().name("jobs_total").labelNames("kind").register(registry);
    for (String kind : new String[] {"a", "b", "c", "d", "e", "f"}) {
      counter.labelValues(kind).inc();
    }
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    counter.remove("a");
    counter.remove("d");
    counter.labelValues("dd").inc();
    RegistrarAccess.mirror(tallystick);
    assertThat(shown().keySet())
        .containsExactly(
            "jobs_total{kind=\"b\"}",
            "jobs_total{kind=\"c\"}",
            "jobs_total{kind=\"dd\"}",
            "jobs_total{kind=\"e\"}",
            "jobs_total{kind=\"f\"}");
    counter.labelValues("d").inc(5);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsEntry("jobs_total{kind=\"d\"}", 5.0).hasSize(6);
  }

  @Test
  void shouldGiveUpANameWhenItsMetricIsNoMoreInTheRegistry() throws IOException {
    Counter counter = Counter.builder().name("jobs_total").register(registry);
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    registry.unregister(counter);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).isEmpty();
    io.tallystick.metrics.Gauge.builder()
        .name("jobs")
        .multiprocessMode(MultiprocessMode.MAX)
        .register(tallystick)
        .set(2);
    assertThat(shown()).containsOnly(entry("jobs", 2.0));
  }

  @Test
  void shouldShowTheNewTypeWhenAMetricIsRegisteredAnewWithAnother() throws IOException {
    Counter counter = Counter.builder().name("jobs_total").register(registry);
    counter.inc();
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    registry.unregister(counter);
    Gauge.builder().name("jobs").register(registry).set(2);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("jobs{pid=\"a\"}", 2.0));
  }

  @Test
  void shouldShowCountAndSumWhenAHistogramHasNativeBucketsOnly() throws IOException {
    Histogram histogram =
        Histogram.builder().name("sizes").nativeOnly().labelNames("kind").register(registry);
    histogram.labelValues("a").observe(2);
    histogram.labelValues("a").observe(-3);
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown())
        .containsOnly(
            entry("sizes_bucket{kind=\"a\",le=\"+Inf\"}", 2.0),
            entry("sizes_count{kind=\"a\"}", 2.0),
            entry("sizes_sum{kind=\"a\"}", -1.0));
  }

  @Test
  void shouldLeaveOutQuantilesWhenASummaryHasThem() throws IOException {
    Summary summary = Summary.builder().name("sizes").quantile(0.5).register(registry);
    summary.observe(4);
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("sizes_count", 1.0), entry("sizes_sum", 4.0));
  }

  @Test
  void shouldChangeTheTimeOfAMostRecentGaugeOnlyWhenItsValueChanges() throws IOException {
    Gauge ours = Gauge.builder().name("heat").register(registry);
    ours.set(1);
    PrometheusRegistry theirs = new PrometheusRegistry();
    Gauge other = Gauge.builder().name("heat").register(theirs);
    other.set(2);
    tallystick.mirror(registry, mirror -> mirror.gaugeMode("heat", MultiprocessMode.MOSTRECENT));
    try (Tallystick second = open("b")) {
      second.mirror(theirs, mirror -> mirror.gaugeMode("heat", MultiprocessMode.MOSTRECENT));
      RegistrarAccess.mirror(tallystick);
      waitForTheNextMillisecond();
      RegistrarAccess.mirror(second);
      waitForTheNextMillisecond();
      RegistrarAccess.mirror(tallystick);
      assertThat(shown()).containsOnly(entry("heat", 2.0));
      ours.set(3);
      RegistrarAccess.mirror(tallystick);
      assertThat(shown()).containsOnly(entry("heat", 3.0));
    }
  }

  private static void waitForTheNextMillisecond() {
    long nowMs = System.currentTimeMillis();
    while (System.currentTimeMillis() == nowMs) {
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldCopyOnceMoreWhenAMirrorIsClosed() throws IOException {
    Counter counter = Counter.builder().name("jobs_total").register(registry);
    Mirror mirror = tallystick.mirror(registry);
    counter.inc(4);
    mirror.close();
    counter.inc(1);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("jobs_total", 4.0));
    mirror.close();
    assertThat(shown()).containsOnly(entry("jobs_total", 4.0));
  }

  @Test
  void shouldCopyOnceMoreWhenTheInstanceIsClosed() throws IOException {
    Counter counter = Counter.builder().name("jobs_total").register(registry);
    Info.builder().name("build").labelNames("version").register(registry).setLabelValues("1");
    tallystick.mirror(registry);
    counter.inc(4);
    tallystick.close();
    try (Tallystick other = open("b")) {
      assertThat(Samples.ofApplications(other.scraper()))
          .containsOnly(entry("jobs_total", 4.0), entry("build_info{version=\"1\"}", 1.0));
    }
  }

  @Test
  void shouldGoOnWithItsValuesWhenARegistryIsMirroredAgain() throws IOException {
    Counter counter = Counter.builder().name("jobs_total").register(registry);
    counter.inc(4);
    tallystick.mirror(registry).close();
    counter.inc(2);
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("jobs_total", 6.0));
  }

  @Test
  void shouldTakeTheNewModeWhenARegistryIsMirroredAgainWithAnother() throws IOException {
    Gauge.builder().name("heat").register(registry).set(1);
    tallystick.mirror(registry).close();
    assertThat(shown()).containsOnly(entry("heat{pid=\"a\"}", 1.0));
    tallystick.mirror(registry, mirror -> mirror.gaugeMode("heat", MultiprocessMode.MAX));
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("heat", 1.0));
  }

  @Test
  void shouldNotCopyADirectoryIntoItselfWhenItsCollectorIsInTheRegistry() throws IOException {
    registry.register(tallystick.collector());
    io.tallystick.metrics.Counter.builder().name("runs_total").register(tallystick).inc(5);
    Counter.builder().name("jobs_total").register(registry).inc(1);
    tallystick.mirror(registry);
    RegistrarAccess.mirror(tallystick);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("jobs_total", 1.0), entry("runs_total", 5.0));
    assertThat(Samples.of(tallystick.scraper())).containsEntry("tallystick_unmirrored_series", 0.0);
  }
}
