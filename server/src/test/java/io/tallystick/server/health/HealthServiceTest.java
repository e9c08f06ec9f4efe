package io.tallystick.server.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.scrape.Scraper;
import io.tallystick.server.PrivateDirectory;
import io.tallystick.testing.Await;
import io.tallystick.testing.Samples;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a config has done. */
@Timeout(60)
class HealthServiceTest {
  @TempDir private Path folder;

  @TempDir(factory = PrivateDirectory.class)
  private Path directory;

  private HealthService start(String config) throws IOException {
    Path file = Files.writeString(folder.resolve("h.yaml"), config);
    return HealthService.start(HealthConfig.read(file, Map.of()));
  }

  @Test
  void shouldAnswerInTimeWhenTenChecksOfAHundredHang() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      StringBuilder config = new StringBuilder("interval_seconds: 86400\nchecks:\n");
      for (int i = 0; i < 100; i++) {
        config.append("- {name: check-").append(i).append(", type: ");
        config.append(
            i % 10 == 0
                ? "http, url: 'http://127.0.0.1:" + silent.getLocalPort() + "/'}\n"
                : "disk, path: /, degraded_percent: 100, unhealthy_percent: 100}\n");
      }
      long startNs = System.nanoTime();
      try (HealthService service = start(config.toString());
          HealthClient client = HealthClient.of(service.handler())) {
        assertThat(client.get("/health/ready").statusCode()).isEqualTo(503); // at once
        assertThat(client.post("/health/cascade").statusCode()).isEqualTo(200);
        HttpResponse<String> state = client.get("/health/state");
        assertThat(Duration.ofNanos(System.nanoTime() - startNs)) // 50 seconds, one by one
            .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(20));
        assertThat(state.body())
            .contains("\"failed_components\":10,\"total_components\":100}")
            .contains("\"check-0\":{\"status\":\"UNHEALTHY\",")
            .contains("\"message\":\"Health check timed out after 5s\"")
            .contains("\"check-99\":{\"status\":\"HEALTHY\",");
      }
    }
  }

  @Test
  void shouldStartWithoutAStoreAndFindItWhenItIsThere() throws Exception {
    Path place = folder.resolve("place");
    try (HealthService service = start("store: sqlite:" + place + "/x.db\n");
        HealthClient client = HealthClient.of(service.handler())) {
      Await.until(
          "the store is away",
          () -> client.post("/health/cascade").body().contains("\"failed_components\":1"));
      assertThat(client.get("/health/checks").body())
          .contains("\"sqlite\":{\"status\":\"UNHEALTHY\"");
      Files.createDirectory(place);
      assertThat(client.post("/health/cascade").body()).contains("\"failed_components\":0");
      assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldGoToSafeAndBackWhenTwoComponentsFail() throws Exception {
    Path place = folder.resolve("place");
    String check = "{name: %s, type: store, url: 'sqlite:" + place + "/%s.db'}";
    String checks = check.formatted("a", "a") + ", " + check.formatted("b", "b");
    try (HealthService service = start("checks: [" + checks + "]\n");
        HealthClient client = HealthClient.of(service.handler())) {
      Await.until(
          "both are away",
          () -> client.post("/health/cascade").body().contains("\"failed_components\":2"));
      assertThat(client.post("/health/cascade").body())
          .contains("\"mode\":\"SAFE\"", "PRIMARY -> SAFE: multiple_failures(2)");
      Files.createDirectory(place);
      assertThat(client.post("/health/cascade").body()).contains("\"mode\":\"PRIMARY\"");
      assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldRunChecksAgainAndAgain() throws Exception {
    Path file = folder.resolve("file");
    String config =
        "interval_seconds: 0.01\nchecks: [{name: d, type: disk, path: '"
            + file
            + "',"
            + " degraded_percent: 100, unhealthy_percent: 100}]";
    try (HealthService service = start(config);
        HealthClient client = HealthClient.of(service.handler())) {
      Await.until(
          "it cannot be read",
          () -> client.get("/health/checks").body().contains("\"d\":{\"status\":\"UNKNOWN\""));
      Files.createFile(file);
      Await.until(
          "it can be read",
          () -> client.get("/health/checks").body().contains("\"d\":{\"status\":\"HEALTHY\""));
    }
  }

  @Test
  void shouldCountInADirectoryWhenItHasThatSink() throws Exception {
    String config =
        "interval_seconds: 0.01\nchecks: [{name: model, type: component, component: model}]\n"
            + "sinks: [{type: prometheus, directory: '"
            + directory
            + "'}]";
    try (HealthService service = start(config)) {
      assertThat(service.handler()).isNotNull();
      Await.until("it is counted", () -> isCounted(directory, "health_check_model_status", -1));
      Await.until("so are all", () -> isCounted(directory, "health_system_status", -1));
    }
  }

  private static boolean isCounted(Path directory, String name, double value) throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      return Samples.of(scraper).entrySet().stream()
          .anyMatch(e -> e.getKey().startsWith(name + "{pid=") && e.getValue() == value);
    }
  }

  @Test
  void shouldSayWhereAConfigIsWrongThatOnlyOpeningShows() {
    for (String[] each :
        new String[][] {
          {"store: 'foo:bar'", "no store for this scheme: scheme=foo known=["},
          {"store: 'sqlite:/x.db?bogus=1'", "no such option: scheme=sqlite option=bogus"},
          {
            "checks: [{name: \"a\\nb\", type: component, component: x}]",
            "not a name: expected=1 to 200 characters, none of them for control: field=checks[0]"
          },
          {
            "sinks: [{type: prometheus, directory: /dev/null}]",
            "cannot be used: reason=cannot open directory: directory=/dev/null"
          }
        }) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(() -> start(each[0]).close())
          .withMessageStartingWith(each[1])
          .withMessageContaining("field=");
    }
  }

  @Test
  void shouldCloseTwiceWithoutHarm() throws Exception {
    HealthService service = start("store: 'memory:'");
    service.close();
    service.close();
  }
}
