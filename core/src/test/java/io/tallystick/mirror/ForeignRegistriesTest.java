package io.tallystick.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.Tallystick;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Registries that other libraries fill, mirrored. */
final class ForeignRegistriesTest {
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
            .mirrorInterval(Duration.ofDays(1))
            .open();
  }

  @AfterEach
  void close() throws IOException {
    tallystick.close();
    directory.close();
    log.close();
  }

  @Test
  void shouldShowEveryFamilyWhenTheRegistryHasTheMetricsOfTheJvm() throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    JvmMetrics.builder().register(registry);
    tallystick.mirror(registry);
    Set<String> names = new TreeSet<>();
    registry.scrape().stream()
        .filter(family -> !family.getDataPoints().isEmpty())
        .forEach(family -> names.add(family.getMetadata().getPrometheusName()));
    RegistrarAccess.mirror(tallystick);
    RegistrarAccess.turn(tallystick);
    Set<String> shown = new TreeSet<>();
    tallystick
        .scraper()
        .snapshots(name -> !name.startsWith("tallystick_"))
        .forEach(family -> shown.add(family.getMetadata().getPrometheusName()));
    assertThat(shown).containsAll(names).hasSizeGreaterThan(20);
    Map<String, Double> samples = Samples.of(tallystick.scraper());
    assertThat(samples.get("jvm_memory_used_bytes{area=\"heap\",pid=\"a\"}")).isPositive();
    assertThat(samples.get("process_cpu_seconds_total")).isPositive();
    assertThat(samples)
        .containsEntry("tallystick_unmirrored_series", 0.0)
        .containsEntry("tallystick_callback_failures", 0.0);
    assertThat(log.messages()).isEmpty();
  }

  @Test
  void shouldShowItsMetersWhenTheRegistryIsMicrometers() throws IOException {
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new JvmThreadMetrics().bindTo(meters);
    meters.counter("shop.orders", "kind", "toy").increment(3);
    Gauge.builder("shop.open", () -> 1).register(meters);
    Timer.builder("shop.time").publishPercentileHistogram().register(meters);
    meters.timer("shop.time").record(Duration.ofMillis(20));
    DistributionSummary.builder("shop.size").publishPercentiles(0.5).register(meters).record(4);
    tallystick.mirror(
        meters.getPrometheusRegistry(),
        mirror -> mirror.gaugeMode("shop_open", MultiprocessMode.SUM));
    RegistrarAccess.mirror(tallystick);
    meters.counter("shop.orders", "kind", "toy").increment();
    RegistrarAccess.mirror(tallystick);
    assertThat(Samples.ofApplications(tallystick.scraper()))
        .containsEntry("shop_orders_total{kind=\"toy\"}", 4.0)
        .containsEntry("shop_open", 1.0)
        .containsEntry("shop_time_seconds_count", 1.0)
        .containsEntry("shop_time_seconds_sum", 0.02)
        .containsEntry("shop_time_seconds_bucket{le=\"+Inf\"}", 1.0)
        .containsEntry("shop_size_count", 1.0)
        .containsEntry("shop_size_sum", 4.0)
        .containsKey("jvm_threads_live_threads{pid=\"a\"}");
    assertThat(log.messages()).isEmpty();
  }
}
