package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DirectoryCollectorTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private TempDirectory directory;
  private Tallystick tallystick;
  private MultiCollector collector;

  @BeforeEach
  void open() throws IOException {
    directory = TempDirectory.create();
    tallystick = Tallystick.open(directory.path());
    collector = tallystick.collector();
  }

  @AfterEach
  void close() throws IOException {
    tallystick.close();
    directory.close();
  }

  @Test
  void shouldShowTheDirectoryWhenTheRegistryIsScraped() {
    Counter requests = Counter.builder().name("requests").labelNames("path").register(tallystick);
    requests.labelValues("/").inc(3);
    registry.register(collector);
    CounterSnapshot snapshot = (CounterSnapshot) only("requests", registry.scrape());
    assertThat(snapshot.getDataPoints()).hasSize(1);
    assertThat(snapshot.getDataPoints().get(0).getLabels().get("path")).isEqualTo("/");
    assertThat(snapshot.getDataPoints().get(0).getValue()).isEqualTo(3);
    assertThat(snapshot.getDataPoints().get(0).hasCreatedTimestamp()).isTrue();
  }

  @Test
  void shouldShowWhatChangedWhenTheRegistryIsScrapedAgain() {
    Counter requests = Counter.builder().name("requests").register(tallystick);
    registry.register(collector);
    assertThat(value("requests")).isZero();
    requests.inc();
    assertThat(value("requests")).isEqualTo(1);
    Counter.builder().name("late").register(tallystick).inc(7);
    assertThat(value("late")).isEqualTo(7);
  }

  @Test
  void shouldShowAllProcessesWhenTheyShareTheDirectory() {
    Counter.builder().name("requests").register(tallystick).inc(1);
    registry.register(collector);
    try (Tallystick other = Tallystick.open(directory.path())) {
      Counter.builder().name("requests").register(other).inc(2);
      assertThat(value("requests")).isEqualTo(3);
    }
    assertThat(value("requests")).isEqualTo(3);
  }

  @Test
  void shouldShowOnlyNamesThatAreIncludedWhenTheyAreFiltered() {
    Counter.builder().name("requests_total").register(tallystick).inc();
    Gauge.builder().name("temperature").register(tallystick).set(1);
    registry.register(collector);
    assertThat(names(registry.scrape("requests"::equals))).containsExactly("requests");
    assertThat(names(registry.scrape("nothing"::equals))).isEmpty();
    assertThat(names(registry.scrape(name -> !name.startsWith("tallystick"))))
        .containsExactly("requests", "temperature");
  }

  @Test
  void shouldFilterFamiliesThatCameLaterWhenTheyWereNotThereAtRegistration() {
    Counter.builder().name("early").register(tallystick).inc();
    registry.register(collector);
    Counter.builder().name("late").register(tallystick).inc();
    assertThat(names(registry.scrape(name -> name.equals("early") || name.equals("late"))))
        .containsExactly("early", "late");
  }

  @Test
  void shouldRegisterWhenADeadProcessLeftANameThatTheApplicationHas() {
    registry.register(io.prometheus.metrics.core.metrics.Gauge.builder().name("queue").build());
    Gauge.builder().name("queue").register(tallystick).set(1);
    registry.register(collector);
    assertThat(collector.getMetricFamilyDescriptors()).isEmpty();
  }

  @Test
  void shouldStandBesideMetricsOfClientJavaWhenNamesDiffer() {
    Counter.builder().name("ours").register(tallystick).inc();
    io.prometheus.metrics.core.metrics.Counter.builder().name("theirs").register(registry).inc();
    registry.register(collector);
    assertThat(names(registry.scrape())).contains("ours", "theirs");
  }

  @Test
  void shouldShowNothingWhenItIsUnregistered() {
    Counter.builder().name("requests").register(tallystick).inc();
    registry.register(collector);
    registry.unregister(collector);
    assertThat(names(registry.scrape())).isEmpty();
  }

  @Test
  void shouldGiveTheNamesBackWhenItIsUnregistered() {
    Counter.builder().name("requests").register(tallystick).inc();
    registry.register(collector);
    Counter.builder().name("late").register(tallystick).inc();
    registry.unregister(collector);
    io.prometheus.metrics.core.metrics.Gauge.builder().name("requests").register(registry);
    io.prometheus.metrics.core.metrics.Gauge.builder().name("late").register(registry);
    assertThat(names(registry.scrape())).containsExactly("late", "requests");
  }

  @Test
  void shouldShowTheDirectoryAgainWhenItIsRegisteredAgain() {
    Counter.builder().name("requests").register(tallystick).inc(2);
    registry.register(collector);
    registry.unregister(collector);
    registry.register(collector);
    assertThat(value("requests")).isEqualTo(2);
  }

  @Test
  void shouldShowNothingWhenItsProcessHasClosed() {
    Counter.builder().name("requests").register(tallystick).inc();
    registry.register(collector);
    tallystick.close();
    assertThat(names(registry.scrape())).isEmpty();
    assertThat(collector.getMetricFamilyDescriptors()).isEmpty();
  }

  private double value(String counter) {
    return ((CounterSnapshot) only(counter, registry.scrape())).getDataPoints().get(0).getValue();
  }

  private static MetricSnapshot only(String name, MetricSnapshots snapshots) {
    List<MetricSnapshot> found =
        snapshots.stream()
            .filter(snapshot -> snapshot.getMetadata().getPrometheusName().equals(name))
            .toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private static List<String> names(MetricSnapshots snapshots) {
    return snapshots.stream()
        .map(snapshot -> snapshot.getMetadata().getPrometheusName())
        .sorted()
        .toList();
  }
}
