package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class HealthCommandTest {
  @TempDir Path folder;

  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  private String config(String text) throws IOException {
    return Files.writeString(folder.resolve("health.yaml"), text).toString();
  }

  @Test
  void shouldServeHealthUntilItIsInterrupted() throws Exception {
    String config = config("port: 0\nstore: 'memory:'\n");
    try (ServeRun served = ServeRun.startCommand("health", "--config", config)) {
      String line = served.nextLine();
      URI uri = URI.create(line.substring(line.indexOf("http://")));

      assertThat(line).startsWith("serving health at http://127.0.0.1:").endsWith("/health/state");
      assertThat(get(uri).body()).startsWith("{\"timestamp\":\"");
      assertThat(get(uri.resolve("/health/live")).statusCode()).isEqualTo(200);
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldServeHealthBesideMetrics() throws Exception {
    String config = config("store: 'memory:'\n");
    try (ServeRun served =
        ServeRun.start("--dir", directory.toString(), "--port", "0", "--health", config)) {
      URI uri = served.awaitUri();

      assertThat(get(uri).body()).contains("tallystick_process_files{");
      assertThat(get(uri.resolve("/health/state")).body()).startsWith("{\"timestamp\":\"");
      assertThat(get(uri.resolve("/monitoring/x/webhook")).body()).contains("unknown source");
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldPrintOneLineAndExitOneWhenThePortIsInUse() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CommandRun run =
          CommandRun.of("health", "--config", config("port: " + other.getLocalPort() + "\n"));

      assertThat(run.exit()).isEqualTo(Exit.FAULT);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .startsWith(
              "tallystick: cannot listen: host=127.0.0.1 port=" + other.getLocalPort() + ": ")
          .hasLineCount(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port: x            | bad value: field=port",
        "'store: ''x:y'''   | no store for this scheme: scheme=x known=[",
        "host: 192.0.2.1    | not an address of this host: field=host",
        "host: no.such.invalid | not an address of this host: field=host"
      })
  void shouldPrintOneLineAndExitTwoWhenTheConfigIsWrong(String text, String expected)
      throws Exception {
    String config = config(text);

    CommandRun run = CommandRun.of("health", "--config", config);

    assertUsageError(run, "bad config: file=" + config + ": " + expected);
  }

  @Test
  void shouldPrintOneLineAndExitTwoWhenServeIsGivenAnAddressTwice() throws Exception {
    String config = config("port: 0\n");

    CommandRun run =
        CommandRun.of("serve", "--dir", directory.toString(), "--port", "0", "--health", config);

    assertUsageError(run, "bad config: file=" + config + ": unknown: field=port");
  }

  @Test
  void shouldPrintOneLineAndExitTwoWhenTheCommandLineIsWrong() {
    assertUsageError(CommandRun.of("health"), "missing: option=--config");
    assertUsageError(CommandRun.of("health", "--config", ""), "file name is empty");
    assertUsageError(CommandRun.of("health", "--config", "a", "b"), "unexpected argument");
    assertUsageError(
        CommandRun.of("health", "--config", folder + "/none"),
        "bad config: file=" + folder + "/none: no such file");
  }

  private static void assertUsageError(CommandRun run, String expected) {
    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("tallystick: " + expected).hasLineCount(1);
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
