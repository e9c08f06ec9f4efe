package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.RetryPolicy;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.TurnedClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is posted to vendors, and what becomes of it where they do not take it. */
class HttpSinkTest {
  private static final String KEY = "0123456789-secret-key";
  private static final Duration LONG = Duration.ofHours(1);
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));

  private final TurnedClock clock = TurnedClock.at(Instant.ofEpochMilli(1_795_220_078_830L));

  @Test
  void shouldPostDatadogsSeriesAndDistributions() throws Exception {
    try (VendorServer vendor = VendorServer.start()) {
      HttpSink sink = sink(HttpSink.datadog(KEY), vendor).label("host", "a\"b").start();
      try (sink) {
        sink.emit("health_check_redis_status", 1, Map.of());
        sink.emitCounter("trips", 2, Map.of("breaker", "redis"));
        sink.emitHistogram("latency_ms", 0.5, Map.of("host", "own"));
      }
      assertThat(vendor.posts())
          .containsExactly(
              new VendorServer.Received(
                  "/api/v2/series",
                  "dd-api-key",
                  KEY,
                  "{\"series\":[{\"metric\":\"health_check_redis_status\",\"type\":3,"
                      + "\"points\":[{\"timestamp\":1795220078,\"value\":1.0}],"
                      + "\"tags\":[\"host:a\\\"b\"]},"
                      + "{\"metric\":\"trips\",\"type\":1,"
                      + "\"points\":[{\"timestamp\":1795220078,\"value\":2.0}],"
                      + "\"tags\":[\"breaker:redis\",\"host:a\\\"b\"]}]}"),
              new VendorServer.Received(
                  "/api/v1/distribution_points",
                  "dd-api-key",
                  KEY,
                  "{\"series\":[{\"metric\":\"latency_ms\","
                      + "\"points\":[[1795220078,[0.5]]],\"tags\":[\"host:own\"]}]}"));
      assertThat(sink.sent()).isEqualTo(3);
      assertThat(sink.dropped()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proxy/a%20b", "/proxy/a%20b/"})
  void shouldPostBehindThePathOfAnEndpoint(String path) throws Exception {
    try (VendorServer vendor = VendorServer.start()) {
      HttpSink sink =
          HttpSink.datadog(KEY).endpoint(URI.create(vendor.url() + path)).interval(LONG).start();
      try (sink) {
        sink.emit("a", 1, Map.of());
      }
      assertThat(vendor.posts())
          .extracting(VendorServer.Received::path)
          .containsExactly("/proxy/a b/api/v2/series");
    }
  }

  @Test
  void shouldPostNewRelicsMetrics() throws Exception {
    try (VendorServer vendor = VendorServer.start()) {
      HttpSink sink = sink(HttpSink.newRelic(KEY), vendor).start();
      try (sink) {
        sink.emit("health_check_redis_status", 0.5, Map.of());
        sink.emitCounter("trips", 2, Map.of("breaker", "redis\n"));
        sink.emitHistogram("latency_ms", 0.25, Map.of());
      }
      assertThat(vendor.posts())
          .containsExactly(
              new VendorServer.Received(
                  "/metric/v1",
                  "api-key",
                  KEY,
                  "[{\"metrics\":[{\"name\":\"health_check_redis_status\",\"type\":\"gauge\","
                      + "\"value\":0.5,\"timestamp\":1795220078830,\"attributes\":{}},"
                      + "{\"name\":\"trips\",\"type\":\"count\",\"value\":2.0,"
                      + "\"interval.ms\":3600000,\"timestamp\":1795220078830,"
                      + "\"attributes\":{\"breaker\":\"redis\\u000a\"}},"
                      + "{\"name\":\"latency_ms\",\"type\":\"summary\",\"value\":{\"count\":1,"
                      + "\"sum\":0.25,\"min\":0.25,\"max\":0.25},\"interval.ms\":3600000,"
                      + "\"timestamp\":1795220078830,\"attributes\":{}}]}]"));
    }
  }

  @Test
  void shouldPostABatchAsSoonAsItIsFullAndTheRestWhenItIsFlushed() throws Exception {
    try (VendorServer vendor = VendorServer.start();
        HttpSink sink = sink(HttpSink.newRelic(KEY), vendor).batch(3).start()) {
      emit(sink, 7);
      Await.until("two batches are there", () -> sink.sent() == 6);
      assertThat(vendor.posts()).hasSize(2);
      sink.flush();
      Await.until("the rest is there", () -> sink.sent() == 7);
    }
  }

  @Test
  void shouldPostWhatWaitsWhenItsTimeHasCome() throws Exception {
    try (VendorServer vendor = VendorServer.start();
        HttpSink sink =
            sink(HttpSink.newRelic(KEY), vendor).interval(Duration.ofMillis(5)).start()) {
      emit(sink, 1);
      Await.until("it is there", () -> sink.sent() == 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 429, 408, VendorServer.NO_ANSWER})
  void shouldRepeatAPostWhenThatMayHelp(int status) throws Exception {
    try (VendorServer vendor = VendorServer.start(status, status, 202)) {
      HttpSink sink = sink(HttpSink.newRelic(KEY), vendor).batch(1).start();
      try (sink) {
        emit(sink, 1);
        Await.until("it is there", () -> sink.sent() == 1);
      }
      assertThat(vendor.posts()).hasSize(3);
      assertThat(vendor.posts().stream().distinct()).hasSize(1);
      assertThat(sink.dropped()).isZero();
    }
  }

  @Test
  void shouldDropAPostWhenItWasTriedAsOftenAsItMayBe() throws Exception {
    try (VendorServer vendor = VendorServer.start(500, 500, 500, 202)) {
      HttpSink sink = sink(HttpSink.newRelic(KEY), vendor).batch(1).start();
      try (sink) {
        emit(sink, 1);
        Await.until("it is dropped", () -> sink.dropped() == 1);
        emit(sink, 1);
        Await.until("the next one is there", () -> sink.sent() == 1);
      }
      assertThat(vendor.posts()).hasSize(4);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 413, 302})
  void shouldDropAPostAndSayItOnceWithoutTheKeyWhenItIsRefused(int status) throws Exception {
    try (VendorServer vendor = VendorServer.start(status, status);
        CapturedLog log = CapturedLog.open()) {
      HttpSink sink = sink(HttpSink.datadog(KEY), vendor).batch(1).start();
      try (sink) {
        emit(sink, 2);
        Await.until("both are dropped", () -> sink.dropped() == 2);
      }
      assertThat(vendor.posts()).hasSize(2); // nor was another place asked
      assertThat(log.messages())
          .containsExactly(
              "measurements of health are not taken; said once: sink=datadog status=" + status);
      assertThat(sink.toString()).isEqualTo("HttpSink[datadog]");
    }
  }

  @Test
  void shouldWaitAsLongAsItIsToldWhenItIsTooMuch() throws Exception {
    CountDownLatch waits = new CountDownLatch(1);
    try (VendorServer vendor = VendorServer.start(429)) {
      vendor.retryAfter("3600");
      HttpSink sink =
          sink(HttpSink.newRelic(KEY), vendor)
              .batch(1)
              .random(
                  () -> {
                    waits.countDown();
                    return 0;
                  })
              .start();
      try (sink) {
        emit(sink, 2);
        assertThat(waits.await(30, TimeUnit.SECONDS)).isTrue();
        Await.until("it waits", HttpSinkTest::isNewRelicWaiting);
        assertThat(vendor.posts()).hasSize(1); // however short the policy's waits are
      }
      assertThat(sink.sent()).isEqualTo(2); // once more each, at the end
    }
  }

  @Test
  void shouldKeepTheNewestWhenMoreWaitThanItsBound() throws Exception {
    try (VendorServer vendor = VendorServer.start()) {
      HttpSink sink = sink(HttpSink.newRelic(KEY), vendor).capacity(2).start();
      try (sink) {
        emit(sink, 5);
        assertThat(sink.dropped()).isEqualTo(3);
      }
      assertThat(vendor.posts().get(0).body())
          .contains("\"value\":3.0")
          .contains("\"value\":4.0")
          .doesNotContain("\"value\":2.0");
    }
  }

  @Test
  void shouldDropWhatJsonCannotSayAndWhatComesAfterItsEnd() throws Exception {
    try (VendorServer vendor = VendorServer.start()) {
      HttpSink sink = sink(HttpSink.newRelic(KEY), vendor).start();
      try (sink) {
        sink.emit("a", Double.NaN, Map.of());
        sink.emit("a", Double.POSITIVE_INFINITY, Map.of());
      }
      sink.emit("a", 1, Map.of());
      sink.close();
      assertThat(sink.dropped()).isEqualTo(3);
      assertThat(vendor.posts()).isEmpty();
    }
  }

  @Test
  void shouldEndSoonAndCountWhatIsLostWhenTheVendorHangs() throws Exception {
    try (VendorServer vendor = VendorServer.start(VendorServer.HANGS)) {
      HttpSink sink = sink(HttpSink.newRelic(KEY), vendor).batch(2).start();
      emit(sink, 5);
      Await.until("it was asked", () -> vendor.posts().size() == 1);
      sink.close();
      Await.until("all are given up", () -> sink.dropped() == 5);
      assertThat(sink.sent()).isZero();
    }
  }

  @Test
  void shouldGoOnWhenWhatItIsGivenThrows() throws Exception {
    HealthSink broken =
        (name, value, labels) -> {
          throw new StackOverflowError();
        };
    try (VendorServer vendor = VendorServer.start(500, 202);
        CapturedLog log = CapturedLog.open()) {
      HttpSink sink =
          sink(HttpSink.newRelic(KEY), vendor)
              .batch(1)
              .reportsTo(broken)
              .random(
                  () -> {
                    throw new IllegalStateException("no chance");
                  })
              .start();
      try (sink) {
        emit(sink, 2);
        Await.until("the second one is there", () -> sink.sent() == 1);
      }
      assertThat(sink.dropped()).isEqualTo(1);
      assertThat(log.messages())
          .containsExactly(
              "measurements of health are not taken; said once: sink=newrelic"
                  + " reason=IllegalStateException");
    }
  }

  @Test
  void shouldReportWhatBecameOfItsMeasurements() throws Exception {
    Map<String, Double> reported = new ConcurrentHashMap<>();
    HealthSink reports =
        (name, value, labels) ->
            reported.merge(name + labels.get("sink") + labels.get("result"), value, Double::sum);
    try (VendorServer vendor = VendorServer.start(202, 400)) {
      HttpSink sink = sink(HttpSink.datadog(KEY), vendor).batch(2).reportsTo(reports).start();
      try (sink) {
        emit(sink, 4);
        Await.until("all are reported", () -> reported.size() == 2);
      }
      assertThat(reported)
          .containsOnly(
              Map.entry("health_sink_points_totaldatadogsent", 2.0),
              Map.entry("health_sink_points_totaldatadogdropped", 2.0));
    }
  }

  private static boolean isNewRelicWaiting() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(
            thread ->
                thread.getName().equals("tallystick-newrelic")
                    && thread.getState() == Thread.State.TIMED_WAITING);
  }

  private HttpSink.Builder sink(HttpSink.Builder builder, VendorServer vendor) {
    return builder.endpoint(vendor.url()).clock(clock).interval(LONG).policy(QUICK);
  }

  private static void emit(HttpSink sink, int points) {
    IntStream.range(0, points).forEach(i -> sink.emit("a", i, Map.of()));
  }
}
