package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a directory shows of measurements of health. */
class PrometheusSinkTest {
  private static final String REFUSED = "tallystick_health_refused_points_total";

  private TempDirectory directory;
  private Tallystick tallystick;
  private PrometheusSink sink;

  @BeforeEach
  void open() throws IOException {
    directory = TempDirectory.create();
    tallystick = Tallystick.builder().directory(directory.path()).instanceName("a").open();
    sink = PrometheusSink.register(tallystick);
  }

  @AfterEach
  void close() throws IOException {
    tallystick.close();
    directory.close();
  }

  @Test
  void shouldShowTheStatusAndTheLatencyOfAChecksResult() throws IOException {
    sink.emitHealthCheck(report(HealthStatus.HEALTHY));
    sink.emitHealthCheck(report(HealthStatus.DEGRADED));
    assertThat(Samples.ofApplications(tallystick.scraper()))
        .containsOnly(
            entry("health_check_redis_1_status{pid=\"a\"}", 0.5),
            entry("health_check_redis_1_latency_ms{pid=\"a\"}", 1.5));
  }

  @Test
  void shouldAddCountersAndObserveHistograms() throws IOException {
    sink.emitCounter("trips", 2, Map.of("breaker", "redis", "area", "eu"));
    sink.emitCounter("trips", 1, Map.of("area", "eu", "breaker", "redis"));
    sink.emitHistogram("latency", 0.5, Map.of());
    sink.emitHistogram("latency", 2, Map.of());
    assertThat(Samples.of(tallystick.scraper()))
        .contains(
            entry("trips_total{area=\"eu\",breaker=\"redis\"}", 3.0),
            entry("latency_count", 2.0),
            entry("latency_sum", 2.5),
            entry("latency_bucket{le=\"0.5\"}", 1.0),
            entry(REFUSED, 0.0));
  }

  @Test
  void shouldLeaveOutAndCountWhatDoesNotFit() throws IOException {
    Counter.builder().name("taken").register(tallystick);
    sink.emit("level", 1, Map.of("area", "eu"));
    sink.emit("level", 2, Map.of());
    sink.emit("level", 2, Map.of("zone", "eu"));
    sink.emitCounter("level", 2, Map.of("area", "eu"));
    sink.emit("taken", 2, Map.of());
    sink.emit("", 2, Map.of());
    sink.emit("labels", 2, Map.of("__reserved", "x"));
    sink.emitCounter("trips", 1, Map.of());
    sink.emitCounter("trips", -1, Map.of());
    sink.emitCounter("trips", Double.NaN, Map.of());
    sink.emitCounter("trips", Double.POSITIVE_INFINITY, Map.of());
    sink.emitHistogram("latency", Double.POSITIVE_INFINITY, Map.of());
    assertThat(Samples.of(tallystick.scraper()))
        .contains(
            entry("level{area=\"eu\",pid=\"a\"}", 1.0),
            entry("trips_total", 1.0),
            entry("taken_total", 0.0),
            entry(REFUSED, 10.0));
  }

  @Test
  void shouldHaveAThousandFamiliesAndNoMore() throws IOException {
    for (int i = 0; i < 1_010; i++) {
      sink.emit("family_" + i, i, Map.of());
    }
    assertThat(Samples.of(tallystick.scraper()))
        .contains(entry(REFUSED, 10.0), entry("family_999{pid=\"a\"}", 999.0));
  }

  @Test
  void shouldBeThereOnceForAnInstance() {
    assertThatIllegalArgumentException().isThrownBy(() -> PrometheusSink.register(tallystick));
  }

  private static CheckReport report(HealthStatus status) {
    return new CheckReport("redis.1", status, "", Duration.ofNanos(1_500_000), Instant.EPOCH);
  }
}
