package io.tallystick.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ScrapedTotalsTest {
  @Test
  void shouldReadTheDemoMetricsAndNothingElse() {
    ScrapedTotals totals =
        ScrapedTotals.parse(
            """
            # HELP demo_requests_total Requests served.
            # TYPE demo_requests_total counter
            demo_requests_total{path="/",status="200"} 3.0
            demo_requests_total{path="/",status="500"} 4.0
            demo_requests_total{path="/cart",status="200"} 1.2E7
            demo_requests_total_more{path="/",status="200"} 9.0
            demo_request_duration_seconds_bucket{path="/",le="+Inf"} 8.0
            demo_request_duration_seconds_count{path="/"} 7
            demo_request_duration_seconds_sum{path="/"} 0.25
            demo_requests_in_progress 2.0
            """);

    assertThat(totals.requests()).isEqualTo(Map.of("/", 7L, "/cart", 12_000_000L));
    assertThat(totals.observations()).isEqualTo(Map.of("/", 7L));
    assertThat(totals.inProgress()).isEqualTo(List.of(2.0));
    assertThat(totals.total()).isEqualTo(12_000_007);
  }
}
