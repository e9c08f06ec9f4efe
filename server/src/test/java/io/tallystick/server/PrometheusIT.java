package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import io.tallystick.scrape.ScrapeServer;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus scrapes a directory of a live process and of one that is gone. */
@Timeout(180)
final class PrometheusIT {
  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  @TempDir Path files;

  @Test
  void shouldAnswerQueriesWithTheNumbersOfAllProcessesWhenPrometheusScrapes() throws Exception {
    try (Tallystick gone = Tallystick.open(directory)) {
      count(gone, 3, 0.5, 3);
    }
    try (Tallystick tallystick = Tallystick.open(directory)) {
      count(tallystick, 4, 1.5, 1.5);
      try (ScrapeServer server =
              ScrapeServer.builder().scraper(tallystick.scraper()).port(0).start();
          PrometheusServer prometheus = PrometheusServer.start(files, uri(server))) {
        assertThat(prometheus.await("orders_total{shop=\"é\"}")).isEqualTo(7);
        assertThat(prometheus.await("latency_seconds_count")).isEqualTo(4);
        assertThat(prometheus.await("latency_seconds_sum")).isEqualTo(6.5);
        assertThat(prometheus.await("latency_seconds_bucket{le=~\"2|2.0\"}")).isEqualTo(3);
        // one of the four up to 1, two between 1 and 2: half of all is in the middle of those
        assertThat(prometheus.await("histogram_quantile(0.5, latency_seconds_bucket)"))
            .isEqualTo(1.5);
      }
    }
  }

  private static void count(Tallystick tallystick, int orders, double... latencies) {
    Counter.builder()
        .name("orders_total")
        .help("Orders.")
        .labelNames("shop")
        .register(tallystick)
        .labelValues("é")
        .inc(orders);
    DistributionDataPoint latency =
        Histogram.builder()
            .name("latency_seconds")
            .help("Latency.")
            .classicOnly()
            .classicUpperBounds(1, 2, 4)
            .register(tallystick);
    for (double observed : latencies) {
      latency.observe(observed);
    }
  }

  private static URI uri(ScrapeServer server) {
    return URI.create("http://127.0.0.1:" + server.port() + "/metrics");
  }
}
