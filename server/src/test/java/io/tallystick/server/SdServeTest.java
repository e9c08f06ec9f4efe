package io.tallystick.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
final class SdServeTest {
  @TempDir Path root;
  @TempDir Path files;

  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  private final HttpClient client = HttpClient.newHttpClient();

  private void write(String name, String text) throws IOException {
    Path file = Files.writeString(root.resolve(name), text);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  @Test
  void shouldMakeAndServeListsAsOneProcessUntilItIsToldToEnd() throws Exception {
    write("web.json", "[{\"targets\":[\"a:1\"]}]");
    try (ServeRun served =
        ServeRun.startCommand(
            "sd",
            "serve",
            root.toString(),
            "--port=0",
            "--wait-seconds=45",
            "--dir=" + directory)) {
      URI targets = served.awaitUri();

      assertThat(get(URI.create(targets + "/web.json")).body())
          .isEqualTo("[{\"targets\":[\"a:1\"],\"labels\":{}}]");
      assertThat(get(targets).statusCode()).isEqualTo(200);
      assertThat(get(targets.resolve("/")).body()).contains(">web.json</a>");
      assertThat(get(targets.resolve("/metrics")).body())
          .contains("httpsd_path_requests_total{path=\"web.json\",status=\"200\"} 1")
          .contains("httpsd_generator_requests_total{generator=\"web.json\",status=\"success\"}");
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldTakeBothSpellingsAndShortNamesAndUsers() throws Exception {
    write("web.json", "[{\"targets\":[\"a:1\"]}]");
    Path users = Files.writeString(files.resolve("users"), "me:secret\n");
    try (ServeRun served =
        ServeRun.startCommand(
            "sd",
            "serve",
            root.toString(),
            "--host=127.0.0.1",
            "-p=0",
            "--connection_limit=10",
            "-t=4",
            "--url_prefix=/sd/",
            "--cache_seconds=30",
            "--cache_refresh_interval=10",
            "--max_stale_seconds=90",
            "--queries_per_path=5",
            "--num_workers=1",
            "--wait_seconds=45",
            "--auth_file=" + users,
            "--redis-url=sqlite:" + files.resolve("sd.db"),
            "--dir=" + directory)) {
      URI targets = served.awaitUri();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(targets + "/web.json"))
              .header(
                  "Authorization",
                  "Basic " + Base64.getEncoder().encodeToString("me:secret".getBytes(UTF_8)))
              .build();

      assertThat(targets.getPath()).isEqualTo("/sd/targets");
      assertThat(get(targets).statusCode()).isEqualTo(401);
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(files.resolve("sd.db")).exists();
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldHandArgumentsOfRequestsToPython() throws Exception {
    assumeTrue(hasPython(), "no python3 in the PATH");
    Files.createDirectory(root.resolve("echo_target"));
    write(
        "echo_target/target.py",
        """
        def generate_targets(**args):
            return [{'labels': args, 'targets': ['127.0.0.1:8080']}]
        """);
    try (ServeRun served =
        ServeRun.startCommand(
            "sd",
            "serve",
            root.toString(),
            "--port=0",
            "--wait-seconds=45",
            "--dir=" + directory)) {
      URI uri = URI.create(served.awaitUri() + "/echo_target?info=test&domain=example.com");

      assertThat(get(uri).body())
          .isEqualTo(
              "[{\"targets\":[\"127.0.0.1:8080\"],"
                  + "\"labels\":{\"domain\":\"example.com\",\"info\":\"test\"}}]");
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void shouldServeWhatWorkersOnTheSameStoreMake() throws Exception {
    write("web.json", "[{\"targets\":[\"a:1\"]}]");
    String store = "--store=sqlite:" + files.resolve("sd.db");
    String dir = "--dir=" + directory;
    try (ServeRun server =
        ServeRun.startCommand("sd", "server", root.toString(), "--port=0", store, dir)) {
      URI list = URI.create(server.awaitUri() + "/web.json");
      assertThat(get(list).statusCode()).isEqualTo(503);
      assertThat(get(list.resolve("/health/ready")).statusCode()).isEqualTo(200);

      try (ServeRun worker =
          ServeRun.startCommand("sd", "worker", root.toString(), "--port=0", store, dir)) {
        assertThat(worker.nextLine()).startsWith("working: ");
        Await.until("it is made", () -> get(list).statusCode() == 200);
        assertThat(worker.stop()).isEqualTo(Exit.OK);
      }
      assertThat(server.stop()).isEqualTo(Exit.OK);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sd serve | missing: option=ROOT",
        "sd serve /no/such/root | no such folder: root=/no/such/root",
        "sd serve / --port=x | not a number: port=x; use 0 to 65535",
        "sd serve / --host=192.0.2.1 | not an address of this host: host=192.0.2.1",
        "sd serve / --host= | address is empty",
        "sd serve / --url-prefix=sd | not a prefix: prefix=sd expected=/ and a name",
        "sd serve / --url-prefix=/a?b | not a prefix: prefix=/a?b",
        "sd serve / --threads=0 | threads out of range: threads=0",
        "sd serve / --connection-limit=0 | connection-limit out of range",
        "sd serve / --wait-seconds=46 | wait-seconds out of range: wait-seconds=46; use 0 to 45",
        "sd serve / --cache-seconds=0 | cache-seconds out of range: cache-seconds=0",
        "sd serve / --cache-refresh-interval=x | not a number: cache-refresh-interval=x",
        "sd serve / --max-stale-seconds=-1 | max-stale-seconds out of range",
        "sd serve / --queries-per-path=0 | queries-per-path out of range",
        "sd serve / --num-workers=0 | num-workers out of range",
        "sd serve / --auth-file=/no/file | bad file: option=auth-file file=/no/file: no such file",
        "sd serve / --tls-cert=/no/file | missing: option=--tls-key; give both or none",
        "sd serve / --tls-cert=/no/file --tls-key=/no/key | bad file: option=tls",
        "sd serve / --store=bogus:x | bad URL after --store: no store for this scheme",
        "sd server / --store=memory: | store is of one process alone: store=memory:",
      })
  void shouldPrintOneLineAndExitTwoWhenTheCommandLineIsWrong(String line, String expected) {
    CommandRun run = CommandRun.of((line.strip() + " --dir=" + directory).split(" +"));

    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("tallystick: ").contains(expected).hasLineCount(1);
  }
}
