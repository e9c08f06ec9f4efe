package io.tallystick.sd.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import io.tallystick.sd.generate.GenerationException;
import io.tallystick.sd.generate.TargetGroup;
import io.tallystick.sd.generate.Targets;
import io.tallystick.testing.Await;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is served besides lists. */
@Timeout(120)
final class OtherEndpointsTest {
  @Test
  void shouldServeBelowAPrefix() throws Exception {
    try (Site site = new Site().prefix("/sd").patient().start()) {
      site.targets.give("", "a:1").give("svc", "a:1");

      assertThat(site.status("/sd/targets")).isEqualTo(200);
      assertThat(site.status("/sd/targets/")).isEqualTo(200);
      assertThat(site.status("/sd/targets/svc")).isEqualTo(200);
      assertThat(site.status("/sd/")).isEqualTo(200);
      assertThat(site.get("/sd").headers().firstValue("Location")).hasValue("/sd/");
      assertThat(site.status("/sd/metrics")).isEqualTo(200);
      assertThat(site.status("/metrics")).isEqualTo(200);
      assertThat(site.status("/sd/health/ready")).isEqualTo(200);
      assertThat(site.status("/health/live")).isEqualTo(200);
      for (String path : List.of("/", "/targets", "/sdx/targets", "/sdtargets", "/sd/x")) {
        assertThat(site.status(path)).as(path).isEqualTo(404);
      }
    }
  }

  @Test
  void shouldBeReadyWhenItCanAnswer() throws Exception {
    try (Site site = new Site().start()) {
      site.targets.give("svc", "a:1");
      site.store.down();
      HttpResponse<String> away = site.await(503, "/health/ready");
      site.store.up();
      HttpResponse<String> back = site.await(200, "/health/ready");
      site.await(200, "/targets/svc");
      site.store.down();
      HttpResponse<String> warm = site.get("/health/ready");

      assertThat(away.body()).isEqualTo("{\"ready\":false}\n");
      assertThat(back.body()).isEqualTo("{\"ready\":true}\n");
      assertThat(warm.statusCode()).isEqualTo(200);
      assertThat(site.get("/health/live").body()).isEqualTo("{\"live\":true}\n");
    }
  }

  @Test
  void shouldCountRequestsUnderPathsThatExist() throws Exception {
    try (Site site = new Site().patient().start()) {
      site.targets.give("svc", "a:1").fail("bad", "no database");
      site.status("/targets/svc");
      site.status("/targets/svc?a=b");
      site.await(502, "/targets/bad");
      site.status("/targets/no/such");
      site.status("/targets/nor/this");

      String metrics = site.get("/metrics").body();

      assertThat(metrics)
          .contains("httpsd_path_requests_total{path=\"svc\",status=\"200\"} 2")
          .contains("httpsd_path_requests_total{path=\"bad\",status=\"502\"} 1")
          .contains("httpsd_path_requests_total{path=\"/unknown\",status=\"404\"} 2")
          .contains("httpsd_path_request_duration_seconds_count")
          .contains("httpsd_path_last_generated_targets{path=\"svc\"} 1")
          .contains("version=\"1.2.3\"")
          .doesNotContain("no/such");
    }
  }

  @Test
  void shouldCountOtherRequestsUnderAFewNames() throws Exception {
    try (Site site = new Site().prefix("/sd").patient().start()) {
      site.targets.give("svc", "a:1");
      for (String path :
          List.of(
              "/sd/",
              "/sd",
              "/sd/metrics",
              "/metrics",
              "/health/live",
              "/sd/health/ready",
              "/sd/scrape_configs/a",
              "/sd/scrape_configs/b",
              "/sd/nothing",
              "/elsewhere",
              "/sd/targets/%ff",
              "/sd/targets/svc?debug=true",
              "/sd/targets/none?debug=true",
              "/sd/targets/svc?reload=true",
              "/sd/targets/none?reload=true")) {
        site.status(path);
      }
      site.status("/sd/targets/" + "x".repeat(9_000));
      site.store.down();
      site.status("/sd/targets/svc?debug=true");

      Set<String> expected =
          Set.of(
              count("/", 200, 1),
              count("/", 308, 1),
              count("/health", 200, 2),
              count("/scrape_configs", 200, 2),
              count("/unknown", 404, 2),
              count("/unknown", 400, 1),
              count("/unknown", 414, 1),
              count("/debug", 200, 2),
              count("/debug", 503, 1),
              count("/reload", 200, 1),
              count("/reload", 404, 1));
      Await.until("counted, some once they are sent", () -> counts(site).equals(expected));
      String metrics = site.get("/metrics").body();
      assertThat(metrics).contains("httpsd_path_requests_total{path=\"/metrics\",status=\"200\"} ");
      assertThat(metrics).contains("httpsd_path_request_duration_seconds_count 0\n");
    }
  }

  /** The counts of requests, but for those of the metrics themselves. */
  private static Set<String> counts(Site site) throws Exception {
    return site.get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("httpsd_path_requests_total{"))
        .filter(line -> !line.contains("path=\"/metrics\""))
        .collect(Collectors.toSet());
  }

  private static String count(String path, int status, int number) {
    String labels = "{path=\"" + path + "\",status=\"" + status + "\"} ";
    return "httpsd_path_requests_total" + labels + number + ".0";
  }

  @Test
  void shouldCountRequestsUnderNoPathThatNobodyLookedFor() throws Exception {
    try (Site site = new Site().limits(100, 1).patient().withoutWorker().start()) {
      site.targets.give("svc", "a:1");
      var unused =
          site.client().sendAsync(site.request("/targets/svc").build(), BodyHandlers.discarding());
      Await.until("it has the turn", () -> site.status("/targets/no/such") == 503);

      assertThat(site.get("/metrics").body())
          .contains("httpsd_path_requests_total{path=\"/unknown\",status=\"503\"} 1")
          .doesNotContain("no/such");
    }
  }

  @Test
  void shouldCountARequestOfAListWhenItFails() throws Exception {
    Targets broken =
        new Targets() {
          @Override
          public boolean exists(String path) {
            throw new IllegalStateException("of the test");
          }

          @Override
          public List<String> paths() {
            return List.of();
          }

          @Override
          public List<TargetGroup> generate(String path, Map<String, String> arguments) {
            return List.of();
          }

          @Override
          public String raw(String path, Map<String, String> arguments) {
            return "[]";
          }
        };
    try (Site site = new Site().withoutWorker().start(broken)) {
      assertThat(site.status("/targets/svc")).isEqualTo(500);

      assertThat(site.get("/metrics").body())
          .contains("httpsd_path_requests_total{path=\"/unknown\",status=\"500\"} 1")
          .contains("httpsd_path_request_duration_seconds_count 1\n");
    }
  }

  @Test
  void shouldGiveTheValueOfOneGeneratorAsItIs() throws Exception {
    Targets generators = new OneGenerator();
    try (Site site = new Site().start(generators)) {
      assertThat(site.get("/scrape_configs/jobs.py?a=b").body()).isEqualTo("{\"a\":\"b\"}");
      assertThat(site.get("/scrape_configs/jobs?a=c").body()).isEqualTo("{\"a\":\"c\"}");
      assertThat(site.status("/scrape_configs/other")).isEqualTo(404);
      assertThat(site.status("/scrape_configs/..%2fjobs")).isEqualTo(404);
      HttpResponse<String> failed = site.get("/scrape_configs/jobs");
      assertThat(failed.statusCode()).isEqualTo(502);
      assertThat(failed.body()).isEqualTo("{\"error\":\"no arguments\"}\n");
    }
  }

  /** One that gives its arguments. */
  private static final class OneGenerator implements Targets {
    private static final String PATH = "jobs.py";

    @Override
    public boolean exists(String path) {
      return path.equals(PATH);
    }

    @Override
    public List<String> paths() {
      return List.of(PATH);
    }

    @Override
    public List<TargetGroup> generate(String path, Map<String, String> arguments) {
      return List.of();
    }

    @Override
    public String raw(String path, Map<String, String> arguments) throws GenerationException {
      if (!path.equals(PATH)) {
        throw new GenerationException(GenerationException.NO_SUCH_PATH, path, "not here", "");
      }
      if (arguments.isEmpty()) {
        throw new GenerationException("KeyError", path, "no arguments", "");
      }
      return "{\"a\":\"" + arguments.get("a") + "\"}";
    }
  }

  @Test
  void shouldShowAllPathsToPeople() throws Exception {
    try (Site site = new Site().prefix("/sd").patient().start()) {
      site.targets
          .give("a b/<i>x</i>", "a:1", "b:2")
          .fail("bad", "no <b>database</b> & \"none\"")
          .give("never", "c:3");
      site.await(200, "/sd/targets/a%20b/%3Ci%3Ex%3C%2Fi%3E");
      site.status("/sd/targets/never?x=%22%3E%3Cscript%3E");
      site.await(502, "/sd/targets/bad");

      HttpResponse<String> page = site.await("/sd/", answer -> answer.body().contains("database"));

      assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
      assertThat(page.headers().firstValue("Content-Security-Policy"))
          .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'none'"));
      assertThat(page.body())
          .contains("<meta http-equiv=\"refresh\" content=\"10\">")
          .contains(
              "<a href=\"targets/a%20b/%3Ci%3Ex%3C/i%3E\">a b/&lt;i&gt;x&lt;/i&gt;</a></td>"
                  + "<td class=\"n\">2</td>")
          .contains(">never</a></td><td class=\"n\">–</td>")
          .contains("<a href=\"targets/never?x=%22%3E%3Cscript%3E\">")
          .contains("TimeoutExpired: no &lt;b&gt;database&lt;/b&gt; &amp; &quot;none&quot;")
          .contains("<pre>trace of it</pre>")
          .contains("Jobs: queued 0, delayed 1, running 0, dead 0.")
          .doesNotContain("<script")
          .doesNotContain("<b>")
          .doesNotContain("<i>");
    }
  }

  @Test
  void shouldShowAsMuchAsOnePageMayBe() throws Exception {
    try (Site site = new Site().start()) {
      for (int i = 0; i < 3_000; i++) {
        site.targets.give(i + "x".repeat(1_000), "a:1");
      }

      String page = site.get("/").body();

      assertThat(page).containsPattern("<p>And [0-9]+ more.</p>");
      assertThat(page.length()).isBetween(4 << 20, 5 << 20);
    }
  }

  @Test
  void shouldSendFewMetricsAtATimeWhenClientsAreSlowToTakeThem() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger sending = new AtomicInteger();
    HttpHandler slow =
        exchange -> {
          sending.incrementAndGet();
          waitFor(go);
          exchange.sendResponseHeaders(204, -1);
        };
    try (Site site = new Site().scrapes(slow).start()) {
      site.targets.give("svc", "a:1");
      List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        asked.add(
            site.client().sendAsync(site.request("/metrics").build(), BodyHandlers.ofString()));
      }

      Await.until("one is told", () -> asked.stream().anyMatch(CompletableFuture::isDone));
      assertThat(sending).hasValue(8);
      site.await(200, "/targets/svc");
      go.countDown();

      List<Integer> statuses = new ArrayList<>();
      for (CompletableFuture<HttpResponse<String>> each : asked) {
        statuses.add(each.get(60, TimeUnit.SECONDS).statusCode());
      }
      assertThat(statuses).containsOnlyOnce(503).contains(204);
    } finally {
      go.countDown();
    }
  }

  private static void waitFor(CountDownLatch go) {
    try {
      go.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldShowPathsWhenTheStoreIsDown() throws Exception {
    try (Site site = new Site().patient().start()) {
      site.targets.give("svc", "a:1", "b:2");
      site.status("/targets/svc");
      site.store.down();

      HttpResponse<String> page =
          site.await("/", answer -> answer.body().contains("store cannot be used"));

      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body()).contains(">svc</a></td><td class=\"n\">2</td>");
    }
  }
}
