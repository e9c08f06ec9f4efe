package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Histogram;
import io.tallystick.testing.Await;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Histograms as a real Prometheus server takes them in, with native ones enabled. */
@Timeout(120)
class NativePrometheusIT {
  private static final Pattern LISTENING =
      Pattern.compile("msg=\"Listening on\" address=\"?(127\\.0\\.0\\.1:[0-9]+)");
  private static final Pattern VALUE = Pattern.compile("\"value\":\\[[^,]+,\"([^\"]+)\"\\]");
  private static final int OBSERVATIONS = 1_000;

  private final HttpClient client = HttpClient.newHttpClient();
  private TempDirectory metrics;
  private TempDirectory home;
  private Process prometheus;
  private String address;

  @BeforeEach
  void createDirectories() throws Exception {
    Assumptions.assumeTrue(hasPrometheus(), "no prometheus here, install the package prometheus");
    metrics = TempDirectory.create();
    home = TempDirectory.create();
  }

  private static boolean hasPrometheus() throws Exception {
    try {
      Process version =
          new ProcessBuilder("prometheus", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return version.waitFor(1, TimeUnit.MINUTES) && version.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @AfterEach
  void stop() throws Exception {
    if (prometheus != null) {
      prometheus.destroyForcibly();
      assertThat(prometheus.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
    if (home != null) {
      home.close();
      metrics.close();
    }
  }

  @Test
  void shouldAnswerWhatWasObservedWhenProcessesLiveAndAreFolded() throws Exception {
    try (Tallystick one = Tallystick.open(metrics.path());
        ScrapeServer server = ScrapeServer.builder().scraper(one.scraper()).port(0).start()) {
      Tallystick other = Tallystick.open(metrics.path());
      Histogram natives = observe(one, 1);
      observe(other, 2);
      start(server.port());

      assertAnswers();
      other.close();
      natives.observe(OBSERVATIONS);
      Await.until("new count", () -> query("histogram_count(native)") == OBSERVATIONS + 1.0);
      assertThat(query("histogram_sum(native)")).isEqualTo(sum() + OBSERVATIONS);
      assertThat(query("resets(native[5m])")).isZero();
    }
  }

  /** Observes every second number up to {@link #OBSERVATIONS}. */
  private static Histogram observe(Tallystick process, int first) {
    Histogram natives = Histogram.builder().name("native").nativeOnly().register(process);
    Histogram classics =
        Histogram.builder()
            .name("classic")
            .classicOnly()
            .classicLinearUpperBounds(100, 100, 10)
            .register(process);
    for (int i = first; i <= OBSERVATIONS; i += 2) {
      natives.observe(i);
      classics.observe(i);
    }
    return natives;
  }

  private static double sum() {
    return OBSERVATIONS * (OBSERVATIONS + 1.0) / 2;
  }

  private void assertAnswers() throws Exception {
    Await.until("first scrape", () -> query("histogram_count(native)") == OBSERVATIONS);
    assertThat(query("histogram_sum(native)")).isEqualTo(sum());
    assertThat(query("histogram_quantile(0.5, native)")).isCloseTo(500, within(500 * 0.022));
    assertThat(query("histogram_quantile(0.99, native)")).isCloseTo(990, within(990 * 0.022));
    assertThat(query("histogram_fraction(0, 512, native)")).isCloseTo(0.512, within(1e-9));
    assertThat(query("classic_count")).isEqualTo(OBSERVATIONS);
    assertThat(query("classic_sum")).isEqualTo(sum());
    assertThat(query("classic_bucket{le=\"300.0\"} or classic_bucket{le=\"300\"}")).isEqualTo(300);
    assertThat(query("histogram_quantile(0.5, classic_bucket)")).isCloseTo(500, within(1e-9));
  }

  /** Starts it on a port of its own choice, where it scrapes us all the time. */
  private void start(int port) throws Exception {
    Path configuration = home.path().resolve("prometheus.yml");
    Files.writeString(
        configuration,
        """
        global: {scrape_interval: 200ms, scrape_timeout: 200ms}
        scrape_configs:
          - job_name: tallystick
            static_configs: [{targets: ['127.0.0.1:%d']}]
        """
            .formatted(port));
    Path log = home.path().resolve("log");
    prometheus =
        new ProcessBuilder(
                "prometheus",
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + home.path().resolve("data"),
                "--web.listen-address=127.0.0.1:0",
                "--enable-feature=native-histograms")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Await.until(
        "port of prometheus",
        () -> {
          Matcher matcher = LISTENING.matcher(Files.readString(log));
          boolean isListening = matcher.find();
          assertThat(isListening || prometheus.isAlive()).as(Files.readString(log)).isTrue();
          address = isListening ? matcher.group(1) : null;
          return isListening;
        });
  }

  /** The answer to a query of one value; NaN where there is none. */
  private double query(String query) throws Exception {
    URI uri =
        URI.create("http://" + address + "/api/v1/query?query=" + URLEncoder.encode(query, UTF_8));
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build();
    String answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    Matcher matcher = VALUE.matcher(answer);
    if (!matcher.find()) {
      return Double.NaN;
    }
    double value = Double.parseDouble(matcher.group(1));
    assertThat(matcher.find()).as(answer).isFalse();
    return value;
  }
}
