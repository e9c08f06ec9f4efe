package io.tallystick.server.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.health.CircuitBreakerHealth;
import io.tallystick.health.FallbackHealth;
import io.tallystick.health.HealthCheck;
import io.tallystick.health.HealthMonitor;
import io.tallystick.health.HealthResult;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each endpoint answers. */
@Timeout(60)
class HealthHandlerTest {
  private final TurnedClock clock = TurnedClock.at(Instant.parse("2026-01-01T00:00:00Z"));
  private final AtomicLong nowNs = new AtomicLong();
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    released.countDown();
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  private HealthMonitor monitor(HealthMonitor.Builder builder) {
    HealthMonitor monitor = builder.build();
    opened.add(monitor);
    return monitor;
  }

  private HealthMonitor monitor() {
    return monitor(HealthMonitor.builder());
  }

  private HealthClient serve(HealthMonitor monitor) throws IOException {
    HealthClient client = HealthClient.of(new HealthHandler(monitor, Optional.empty()));
    opened.add(client);
    return client;
  }

  @Test
  void shouldLiveWhateverHasFailed() throws Exception {
    HealthMonitor monitor = monitor();
    monitor.register("redis", () -> HealthResult.unhealthy("down"));
    HealthClient client = serve(monitor);
    client.post("/health/cascade");
    HttpResponse<String> live = client.get("/health/live");
    assertThat(live.statusCode()).isEqualTo(200);
    assertThat(live.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(live.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(live.body()).isEqualTo("{\"live\":true}\n");
  }

  @Test
  void shouldBeReadyOnceChecksWereRunAndAsLongAsNothingHasFailed() throws Exception {
    HealthMonitor monitor = monitor();
    AtomicReference<HealthResult> found = new AtomicReference<>(HealthResult.degraded("slow"));
    monitor.register("redis", found::get);
    HealthClient client = serve(monitor);
    HttpResponse<String> before = client.get("/health/ready");
    assertThat(before.statusCode()).isEqualTo(503);
    assertThat(before.body())
        .isEqualTo(
            "{\"ready\":false,\"checked\":false,\"mode\":\"PRIMARY\",\"failed_components\":0}\n");
    client.post("/health/cascade");
    assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
    found.set(HealthResult.unhealthy("down"));
    client.post("/health/cascade");
    HttpResponse<String> failed = client.get("/health/ready");
    assertThat(failed.statusCode()).isEqualTo(503);
    assertThat(failed.body()).contains("\"failed_components\":1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEURISTIC", "SAFE", "UNKNOWN"})
  void shouldNotBeReadyInAnotherModeThanPrimary(String mode) throws Exception {
    HealthMonitor monitor =
        monitor(HealthMonitor.builder().fallback(() -> new FallbackHealth(mode, List.of())));
    HealthClient client = serve(monitor);
    client.post("/health/cascade");
    HttpResponse<String> ready = client.get("/health/ready");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).contains("\"checked\":true,\"mode\":\"" + mode + "\"");
  }

  @Test
  void shouldShowEverythingInOneOrder() throws Exception {
    HealthMonitor monitor =
        monitor(
            HealthMonitor.builder()
                .clock(clock)
                .nanoTime(nowNs::get)
                .circuitBreaker(
                    () ->
                        new CircuitBreakerHealth(true, "OPEN", Duration.ofMillis(3500), 5, 1, 2, 3))
                .fallback(() -> new FallbackHealth("SAFE", List.of("a", "b\"c"))));
    monitor.register("b", () -> HealthResult.degraded("slow\n\"x\" \u2028 \ud83d"));
    monitor.register("a", HealthResult::healthy);
    nowNs.addAndGet(1_500_000_000L);
    HealthClient client = serve(monitor);
    assertThat(client.get("/health/state").body())
        .isEqualTo(
            """
            {"timestamp":"2026-01-01T00:00:00Z",
            "system":{"status":"HEALTHY","healthy_components":0,"degraded_components":0,
            "failed_components":0,"total_components":0},
            "circuit_breaker":{"available":true,"state":"OPEN","open_duration_seconds":3.5,
            "failures_total":5,"successes_total":1,"trips_total":2,"consecutive_failures":3},
            "retry":{"state":"STABLE","failures_1h":0,"failure_rate":0.0,"total_attempts":0},
            "resources":{"status":{"cpu":"UNKNOWN","memory":"UNKNOWN","disk":"UNKNOWN",
            "overall":"UNKNOWN"},"current_metrics":{"cpu_percent":null,"memory_percent":null,
            "disk_percent":null},"available":false},
            "fallback":{"mode":"SAFE","cascade_log":["a","b\\"c"]},
            "components":{},"health_checks":{},"uptime_seconds":1.5}
            """
                .replace(",\n", ","));
    client.post("/health/cascade");
    String checked = "\"checked_at\":\"2026-01-01T00:00:00Z\"}";
    String checks =
        "{\"a\":{\"status\":\"HEALTHY\",\"message\":\"\",\"latency_ms\":0.0,"
            + checked
            + ",\"b\":{\"status\":\"DEGRADED\",\"message\":\"slow\\n\\\"x\\\" \u2028 \\uD83D\","
            + "\"latency_ms\":0.0,"
            + checked
            + "}";
    assertThat(client.get("/health/checks").body())
        .isEqualTo("{\"timestamp\":\"2026-01-01T00:00:00Z\",\"checks\":" + checks + "}\n");
    assertThat(client.get("/health/state").body())
        .contains("\"health_checks\":" + checks)
        .contains(
            "\"components\":{\"a\":{\"status\":\"HEALTHY\",\"message\":\"\","
                + "\"updated_at\":\"2026-01-01T00:00:00Z\"},\"b\":");
  }

  @Test
  void shouldSayOfEachCheckThatItThrewHungOrReturnedNothing() throws Exception {
    HealthMonitor monitor = monitor();
    monitor.register("works", HealthResult::healthy);
    monitor.register(
        "throws",
        () -> {
          throw new IOException("no route");
        });
    monitor.register("nothing", () -> null);
    monitor.register("hangs", ((HealthCheck) this::hang).within(Duration.ofMillis(100)));
    HealthClient client = serve(monitor);
    for (int i = 0; i < 2; i++) {
      assertThat(client.post("/health/cascade").body())
          .contains(
              "\"system\":{\"status\":\"UNHEALTHY\",\"healthy_components\":1,"
                  + "\"degraded_components\":0,\"failed_components\":2,\"total_components\":4},"
                  + "\"fallback\":{\"mode\":\"PRIMARY\",\"cascade_log\":[]}}");
      assertThat(client.get("/health/checks").body())
          .contains("\"Health check failed: IOException: no route\"")
          .contains("\"Health check returned nothing\"")
          .contains("\"Health check timed out after 0.1s\"")
          .contains("\"works\":{\"status\":\"HEALTHY\"");
    }
  }

  private HealthResult hang() {
    while (released.getCount() > 0) {
      try {
        boolean unused = released.await(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        // that is what hanging is
      }
    }
    return HealthResult.healthy();
  }

  @Test
  void shouldRunChecksBeforeItAnswersACascadeAndShowTheModeThatIsDecided() throws Exception {
    AtomicReference<FallbackHealth> mode = new AtomicReference<>(FallbackHealth.PRIMARY);
    HealthMonitor monitor =
        monitor(
            HealthMonitor.builder()
                .fallback(mode::get)
                .afterRun(
                    state ->
                        mode.set(
                            new FallbackHealth(
                                "HEURISTIC",
                                List.of("PRIMARY -> HEURISTIC: " + state.checks().size())))));
    monitor.register("redis", HealthResult::healthy);
    HttpResponse<String> answer = serve(monitor).post("/health/cascade");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .endsWith(
            "\"fallback\":{\"mode\":\"HEURISTIC\","
                + "\"cascade_log\":[\"PRIMARY -> HEURISTIC: 1\"]}}\n");
  }

  @Test
  void shouldTakeTheBodyOfACascadeBeforeItRunsChecks() throws Exception {
    HealthMonitor monitor = monitor();
    AtomicInteger runs = new AtomicInteger();
    monitor.register(
        "redis",
        () -> {
          runs.incrementAndGet();
          return HealthResult.healthy();
        });
    HealthClient client = serve(monitor);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /health/cascade HTTP/1.1\r\nHost: x\r\n"
                  + "Connection: close\r\nContent-Length: 2\r\n\r\n{")
              .getBytes(UTF_8));
      for (int i = 0; i < 100; i++) { // long enough for it to come, and to wait for the rest
        assertThat(client.get("/health/checks").body()).contains("\"checks\":{}");
      }
      assertThat(runs).hasValue(0);
      out.write('}');
      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 200 ");
      assertThat(runs).hasValue(1);
    }
  }

  @Test
  void shouldRefuseACascadeWithALongBody() throws Exception {
    HealthClient client = serve(monitor());
    HttpResponse<String> answer =
        client.send(
            client.request("/health/cascade").POST(BodyPublishers.ofString("x".repeat(4_097))));
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(client.get("/health/ready").body()).contains("\"checked\":false");
  }

  @Test
  void shouldLetFewWaitForChecksAndAnswerOthersMeanwhile() throws Exception {
    HealthMonitor monitor = monitor();
    CountDownLatch called = new CountDownLatch(1);
    monitor.register(
        "slow",
        () -> {
          called.countDown();
          return hang();
        });
    HealthClient client = serve(monitor);
    ExecutorService callers = Executors.newFixedThreadPool(2);
    try {
      List<Future<HttpResponse<String>>> waiting = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        waiting.add(callers.submit(() -> client.post("/health/cascade")));
      }
      assertThat(called.await(30, TimeUnit.SECONDS)).isTrue();
      Await.until(
          "a third one is refused",
          () -> {
            HttpResponse<String> third =
                client.send(
                    client
                        .request("/health/cascade")
                        .timeout(Duration.ofSeconds(30))
                        .POST(BodyPublishers.noBody()));
            return third.statusCode() == 429
                && third.headers().firstValue("Retry-After").orElse("").equals("1");
          });
      assertThat(client.get("/health/live").statusCode()).isEqualTo(200);
      assertThat(client.get("/health/state").statusCode()).isEqualTo(200);
      released.countDown();
      for (Future<HttpResponse<String>> each : waiting) {
        assertThat(each.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      }
      assertThat(client.post("/health/cascade").statusCode()).isEqualTo(200);
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void shouldShowTheSameAsMetrics() throws Exception {
    HealthMonitor monitor = monitor();
    monitor.register("my-redis", () -> HealthResult.degraded("slow"));
    monitor.register("my_redis", HealthResult::healthy); // the same in metrics
    HealthClient client = serve(monitor);
    client.post("/health/cascade");
    HttpResponse<String> text = client.get("/health/metrics");
    assertThat(text.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain;");
    assertThat(text.body())
        .contains(
            "# TYPE health_check_my_redis_status gauge\nhealth_check_my_redis_status 0.5\n",
            "\nhealth_check_my_redis_latency_ms ",
            "\nhealth_system_status 0.5\n",
            "\nhealth_ready 1.0\n",
            "\nhealth_mode{health_mode=\"PRIMARY\"} 1\n",
            "\nhealth_mode{health_mode=\"SAFE\"} 0\n",
            "\nhealth_components{status=\"DEGRADED\"} 1.0\n",
            "\nhealth_components{status=\"HEALTHY\"} 1.0\n",
            "\nhealth_resource_usage_percent{resource=\"disk\"} ",
            "\nhealth_retry_failures_1h 0.0\n");
    HttpResponse<String> openMetrics =
        client.send(
            client.request("/health/metrics").header("Accept", "application/openmetrics-text"));
    assertThat(openMetrics.body()).contains("health_ready 1.0\n").endsWith("# EOF\n");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /health/live, 'GET, HEAD'",
    "DELETE, /health/ready, 'GET, HEAD'",
    "PUT, /health/state, 'GET, HEAD'",
    "POST, /health/checks, 'GET, HEAD'",
    "POST, /health/metrics, 'GET, HEAD'",
    "GET, /health/cascade, POST",
    "GET, /monitoring/datadog/webhook, POST",
    "PUT, /monitoring/newrelic/webhook, POST"
  })
  void shouldSayWhichMethodsAPathHas(String method, String path, String allowed) throws Exception {
    HealthClient client = serve(monitor());
    HttpResponse<String> answer =
        client.send(client.request(path).method(method, BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains(allowed);
    assertThat(answer.body()).isEqualTo("{\"error\":\"method not allowed\"}\n");
  }

  @Test
  void shouldAnswerHeadWithoutABody() throws Exception {
    HealthClient client = serve(monitor());
    HttpResponse<String> head =
        client.send(client.request("/health/live").method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("Content-Length")).contains("14");
    assertThat(head.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/health", "/health/", "/health/live/", "/healthy", "/health/%0Ax"})
  void shouldSayThatThereIsNoSuchPath(String path) throws Exception {
    HttpResponse<String> answer = serve(monitor()).get(path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("{\"error\":\"not found, try /health/state\"}\n");
  }

  @Test
  void shouldShowNothingOfAFaultButThatThereIsOne() throws Exception {
    HealthMonitor monitor =
        monitor(
            HealthMonitor.builder()
                .clock(
                    () -> {
                      throw new IllegalStateException("internals");
                    }));
    HealthClient client = serve(monitor);
    try (CapturedLog log = CapturedLog.open()) {
      HttpResponse<String> answer = client.get("/health/state");
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.body()).isEqualTo("{\"error\":\"request failed, see the log\"}\n");
      assertThat(log.messages()).containsExactly("request failed: path=/health/state");
      assertThat(log.failures()).singleElement().isInstanceOf(IllegalStateException.class);
    }
    assertThat(client.get("/health/live").statusCode()).isEqualTo(200);
  }
}
