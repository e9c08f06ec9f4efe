package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ServeCommandTest {
  private static final String SERVING = "serving ";

  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  @Test
  void shouldServeTheDirectoryUntilItIsInterrupted() throws Exception {
    try (Tallystick tallystick = Tallystick.open(directory);
        ServeRun served = ServeRun.start("--dir", directory.toString(), "--port", "0")) {
      Counter.builder().name("runs_total").help("Runs.").register(tallystick).inc(3);

      String line = served.nextLine();
      URI uri = URI.create(line.substring(line.indexOf("http://")));

      assertThat(line).startsWith(SERVING + directory + " at http://127.0.0.1:");
      assertThat(get(uri).body()).contains("runs_total 3.0\n");
      assertThat(served.stop()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldStandByAndTakeOverWhenThePortIsInUse() throws Exception {
    ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    int port = other.getLocalPort();
    try (ServeRun served = ServeRun.start("--dir", directory.toString(), "--port", "" + port)) {
      String first = served.nextLine();
      other.close();
      String second = served.nextLine();

      assertThat(first).isEqualTo("port " + port + " is in use: standing by");
      assertThat(second).startsWith(SERVING).endsWith(":" + port + "/metrics");
      assertThat(served.stop()).isEqualTo(Exit.OK);
    } finally {
      other.close();
    }
  }

  private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
