package io.tallystick.sd.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallystick.sd.cache.ScriptedTargets;
import io.tallystick.sd.generate.TargetGroup;
import io.tallystick.testing.Await;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Prometheus is answered. */
@Timeout(120)
final class ListsTest {
  private static final int MANY = Integer.getInteger("test.queries", 2_000);
  private static final String LIST =
      "[{\"targets\":[\"a:1\",\"b:2\"],\"labels\":{\"job\":\"db\"}}]";

  private static long ageSeconds(HttpResponse<String> answer) {
    return answer.headers().firstValueAsLong("Age").orElse(-1);
  }

  @Test
  void shouldAnswerThatThereIsNoListYetAndThenTheList() throws Exception {
    try (Site site = new Site().withoutWorker().start()) {
      site.targets.give("svc", "a:1", "b:2");

      HttpResponse<String> miss = site.get("/targets/svc");

      assertThat(miss.statusCode()).isEqualTo(503);
      assertThat(miss.body()).isEqualTo("{\"error\":\"cache miss\"}\n");
      assertThat(miss.headers().firstValue("Retry-After")).hasValue("5");
      assertThat(miss.headers().firstValue("Cache-Control")).hasValue("no-store");
    }
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1", "b:2");

      HttpResponse<String> hit = site.await(200, "/targets/svc");

      assertThat(hit.body()).isEqualTo(LIST);
      assertThat(hit.headers().firstValue("Content-Type")).hasValue("application/json");
      assertThat(hit.headers().firstValue("Age")).isEmpty();
      assertThat(hit.headers().firstValue("Warning")).isEmpty();
    }
  }

  @Test
  void shouldWaitForTheListWhenItIsTold() throws Exception {
    try (Site site = new Site().patient().start()) {
      site.targets.give("svc", "a:1", "b:2");

      assertThat(site.get("/targets/svc").body()).isEqualTo(LIST);
    }
  }

  @Test
  void shouldAnswerTheLastGoodListWithItsAgeUntilItIsTooOldWhenAllWorkersAreGone()
      throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1", "b:2");
      assertThat(site.await(200, "/targets/svc").body()).isEqualTo(LIST);
      site.stopWorker();

      site.turn(Duration.ofSeconds(400));
      HttpResponse<String> old = site.get("/targets/svc");
      site.turn(Duration.ofMinutes(55));
      HttpResponse<String> tooOld = site.await(503, "/targets/svc");

      assertThat(old.statusCode()).isEqualTo(200);
      assertThat(old.body()).isEqualTo(LIST);
      assertThat(ageSeconds(old)).isBetween(400L, 1_000L);
      assertThat(old.headers().firstValue("Warning"))
          .hasValueSatisfying(warning -> assertThat(warning).startsWith("110 "));
      assertThat(tooOld.body()).isEqualTo("{\"error\":\"cache miss\"}\n");
    }
  }

  @Test
  void shouldAnswerTheLastGoodListWhenTheStoreIsDown() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1", "b:2").give("cold", "c:3");
      assertThat(site.await(200, "/targets/svc").body()).isEqualTo(LIST);

      site.store.down();
      site.turn(Duration.ofSeconds(400));
      HttpResponse<String> warm = site.get("/targets/svc");
      HttpResponse<String> cold = site.get("/targets/cold");

      assertThat(warm.statusCode()).isEqualTo(200);
      assertThat(warm.body()).isEqualTo(LIST);
      assertThat(ageSeconds(warm)).isBetween(400L, 1_000L);
      assertThat(cold.statusCode()).isEqualTo(503);
      assertThat(cold.body()).startsWith("{\"error\":\"store cannot be used");
      assertThat(site.status("/targets/svc?debug=true")).isEqualTo(503);
    }
  }

  @Test
  void shouldAnswerWhatIsWarmWhenTheStoreHangsAndColdOnesTakeAllTurns() throws Exception {
    try (Site site = new Site().limits(100, 2).start()) {
      site.targets.give("svc", "a:1", "b:2").give("cold", "c:3");
      assertThat(site.await(200, "/targets/svc").body()).isEqualTo(LIST);

      site.store.hang();
      List<CompletableFuture<HttpResponse<String>>> cold = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        cold.add(
            site.client()
                .sendAsync(site.request("/targets/cold?i=" + i).build(), BodyHandlers.ofString()));
      }

      for (int i = 0; i < 20; i++) {
        assertThat(site.get("/targets/svc").body()).isEqualTo(LIST);
      }
      site.store.up();
      for (CompletableFuture<HttpResponse<String>> each : cold) {
        assertThat(each.get(60, TimeUnit.SECONDS).statusCode()).isIn(200, 503);
      }
    }
  }

  @Test
  void shouldAnswerWhatTheGeneratorSaidWhenItFailed() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.fail("svc", "no \"database\"\nat all");

      HttpResponse<String> failed = site.await(502, "/targets/svc");

      assertThat(failed.body()).isEqualTo("{\"error\":\"no \\\"database\\\"\\nat all\"}\n");
    }
  }

  @Test
  void shouldAnswerTheLastGoodListWhenTheGeneratorFailsLater() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1", "b:2");
      site.await(200, "/targets/svc");
      site.targets.fail("svc", "no database");

      site.turn(Duration.ofSeconds(400));
      assertThat(site.get("/targets/svc").body()).isEqualTo(LIST);
      site.await(200, "/targets/svc");
      site.await("/targets/svc?debug=true", answer -> answer.body().contains("error_details"));

      assertThat(site.get("/targets/svc").body()).isEqualTo(LIST);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/targets/nothing",
        "/targets/..%2f..%2fetc%2fpasswd",
        "/targets/%2e%2e/%2e%2e/etc/passwd",
        "/targets//etc/passwd",
        "/targets/%2Fetc%2Fpasswd",
        "/targets/svc%00",
        "/targets/%00",
        "/targets/svc/../svc",
        "/targetssvc",
        "/nothing",
        "//targets/svc"
      })
  void shouldAnswer404WhenThereIsNoSuchPath(String path) throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1");

      HttpResponse<String> answer = site.get(path);

      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.body()).startsWith("{\"error\":").doesNotContain("root:");
    }
  }

  @Test
  void shouldRefuseWhatIsTooLong() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1");
      String longName = "x".repeat(5_000);
      String tooLong = "x".repeat(9_000);

      assertThat(site.status("/targets/" + longName)).isEqualTo(404);
      assertThat(site.status("/targets/" + tooLong)).isEqualTo(414);
      assertThat(site.status("/targets/svc?a=" + tooLong)).isEqualTo(414);
    }
  }

  @Test
  void shouldAnswerThatPathsOfAnotherEncodingAreNoText() throws Exception {
    try (Site site = new Site().start()) {
      assertThat(site.status("/targets/%ff")).isEqualTo(400);
      assertThat(site.status("/targets?a=%c3%28")).isEqualTo(400);
    }
  }

  @Test
  void shouldHandFirstOfEachArgumentToGeneratorsAndKeepItsOwn() throws Exception {
    try (Site site = new Site().patient().start()) {
      site.targets.run("echo", arguments -> List.of(new TargetGroup(List.of("a:1"), arguments)));

      JsonNode labels =
          site.json("/targets/echo/?b=1+2%2B&a=%C3%A9&a=second&empty&debug=TRUE&reload=1")
              .at("/0/labels");

      assertThat(labels.toString())
          .isEqualTo(
              "{\"a\":\"é\",\"b\":\"1 2+\",\"debug\":\"TRUE\",\"empty\":\"\",\"reload\":\"1\"}");
    }
  }

  @Test
  void shouldRefuseMoreDifferentArgumentsOfAPathThanThereMayBe() throws Exception {
    try (Site site = new Site().queriesPerPath(1_000).withoutWorker().start()) {
      site.targets.give("svc", "a:1").give("other", "b:1");
      Map<Integer, Integer> counts = new TreeMap<>();
      for (int i = 0; i < MANY; i++) {
        counts.merge(site.status("/targets/svc?i=" + i), 1, Integer::sum);
      }

      assertThat(counts).isEqualTo(Map.of(503, 1_000, 429, MANY - 1_000));
      assertThat(site.get("/targets/svc?i=" + MANY).headers().firstValue("Retry-After"))
          .isPresent();
      assertThat(site.status("/targets/svc?reload=true&i=" + MANY)).isEqualTo(429);
      assertThat(site.status("/targets/other?i=1")).isEqualTo(503);
    }
  }

  @Test
  void shouldRunTheGeneratorOnceWhenTwoHundredAskForAColdPathAtATime() throws Exception {
    try (Site site = new Site().patient().start()) {
      CountDownLatch go = new CountDownLatch(1);
      site.targets.run(
          "svc",
          arguments -> {
            go.await();
            return ScriptedTargets.groups("a:1", "b:2");
          });
      List<CompletableFuture<HttpResponse<String>>> polls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        polls.add(
            site.client().sendAsync(site.request("/targets/svc").build(), BodyHandlers.ofString()));
      }
      Await.until("it runs", () -> site.targets.runs() == 1);
      go.countDown();

      for (CompletableFuture<HttpResponse<String>> poll : polls) {
        assertThat(poll.get(60, TimeUnit.SECONDS).body()).isEqualTo(LIST);
      }
      assertThat(site.targets.runs()).isEqualTo(1);
    }
  }

  @Test
  void shouldMakeTheListAnewBeforePrometheusAsksAgainWhenItSaysThatItSeldomDoes() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1").give("other", "b:1");
      site.await(200, "/targets/svc");
      site.await(200, "/targets/other");
      int runs = site.targets.runs();
      for (String interval : List.of("x", "-1", "NaN", "1e99", "0", "600")) {
        assertThat(site.send(polled(site, "/targets/svc", interval)).statusCode()).isEqualTo(200);
      }

      site.turn(Duration.ofSeconds(250)); // more than two intervals of ours

      Await.until("it is made anew", () -> site.targets.runs() > runs);
      assertThat(site.targets.runs()).isEqualTo(runs + 1);
    }
  }

  private static HttpRequest.Builder polled(Site site, String path, String interval) {
    return site.request(path).header("X-Prometheus-Refresh-Interval-Seconds", interval);
  }

  @Test
  void shouldSendNothingAgainThatIsKnown() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1", "b:2");
      String tag = site.await(200, "/targets/svc").headers().firstValue("ETag").orElseThrow();

      HttpResponse<String> known =
          site.send(site.request("/targets/svc").header("If-None-Match", "\"x\", " + tag));
      HttpResponse<String> other =
          site.send(site.request("/targets/svc").header("If-None-Match", "\"x\""));

      assertThat(known.statusCode()).isEqualTo(304);
      assertThat(known.body()).isEmpty();
      assertThat(known.headers().firstValue("ETag")).hasValue(tag);
      assertThat(other.body()).isEqualTo(LIST);
    }
  }

  @Test
  void shouldCompressWhenTheClientTakesThat() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1", "b:2");
      site.await(200, "/targets/svc");

      HttpResponse<byte[]> zipped =
          site.client()
              .send(
                  site.request("/targets/svc").header("Accept-Encoding", "br, gzip").build(),
                  BodyHandlers.ofByteArray());
      HttpResponse<String> refused =
          site.send(site.request("/targets/svc").header("Accept-Encoding", "gzip;q=0"));

      assertThat(zipped.headers().firstValue("Content-Encoding")).hasValue("gzip");
      assertThat(zipped.headers().firstValue("Vary")).hasValue("Accept-Encoding");
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
        assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo(LIST);
      }
      assertThat(refused.body()).isEqualTo(LIST);
    }
  }

  @Test
  void shouldSendTheHeadAloneWhenThatIsAskedFor() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1", "b:2");
      site.await(200, "/targets/svc");

      HttpResponse<String> head =
          site.send(site.request("/targets/svc").method("HEAD", BodyPublishers.noBody()));

      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.headers().firstValue("Content-Length")).hasValue("" + LIST.length());
      assertThat(head.body()).isEmpty();
    }
  }

  @Test
  void shouldBeginAnewWhenItIsToldToReload() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1", "b:2");
      site.await(200, "/targets/svc");
      site.targets.give("svc", "c:3");

      JsonNode answer = site.json("/targets/svc?reload=true");

      assertThat(answer.path("status").asText()).isEqualTo("reload_initiated");
      assertThat(answer.path("cache_cleared").asBoolean()).isTrue();
      assertThat(answer.path("error_cache_cleared").asBoolean()).isFalse();
      site.await("/targets/svc", list -> list.body().contains("c:3"));
      assertThat(site.status("/targets/nothing?reload=true")).isEqualTo(404);
    }
  }

  @Test
  void shouldTellWhatIsKnownWhenItIsAskedToDebug() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (Site site = new Site().start()) {
      site.targets
          .fail("bad", "no database")
          .run(
              "slow",
              arguments -> {
                go.await();
                return ScriptedTargets.groups("a:1");
              });
      JsonNode nothing = site.json("/targets/bad?b=2&debug=true&a=1");
      site.status("/targets/slow");
      JsonNode processing = site.json("/targets/slow?debug=true");
      go.countDown();
      site.await(200, "/targets/slow");
      JsonNode done = site.json("/targets/slow?debug=true");
      site.await(502, "/targets/bad");
      JsonNode failed = site.json("/targets/bad?debug=true");

      assertThat(nothing.path("status").asText()).isEqualTo("no_debug_info");
      assertThat(nothing.path("requested_path").asText()).isEqualTo("/targets/bad?a=1&b=2");
      assertThat(processing.path("status").asText()).isEqualTo("processing");
      assertThat(done.at("/debug_info/normal_cache/cache_age_seconds").asDouble(-1))
          .isNotNegative();
      JsonNode details = failed.at("/debug_info/error_details");
      assertThat(details.path("error_type").asText()).isEqualTo("TimeoutExpired");
      assertThat(details.path("error_message").asText()).isEqualTo("no database");
      assertThat(details.path("traceback").asText()).isEqualTo("trace of it");
      assertThat(details.path("worker_id").asText()).startsWith("w1");
      assertThat(details.path("extra_args").isObject()).isTrue();
    } finally {
      go.countDown();
    }
  }
}
