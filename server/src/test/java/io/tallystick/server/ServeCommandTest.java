package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
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
        Served served = Served.start("--dir", directory.toString(), "--port", "0")) {
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
    try (Served served = Served.start("--dir", directory.toString(), "--port", "" + port)) {
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

  /** {@code tallystick serve} on a thread of its own. */
  private static final class Served implements AutoCloseable {
    private final FutureTask<Integer> exit;
    private final Thread thread;
    private final Scanner lines;

    private Served(String[] args, OutputStream out, InputStream in) {
      exit = new FutureTask<>(() -> Main.run(args, out, System.err));
      thread = new Thread(exit, "serve");
      lines = new Scanner(in, StandardCharsets.UTF_8);
    }

    static Served start(String... options) throws IOException {
      String[] args = new String[options.length + 1];
      args[0] = "serve";
      System.arraycopy(options, 0, args, 1, options.length);
      PipedOutputStream out = new PipedOutputStream();
      Served served = new Served(args, out, new PipedInputStream(out));
      served.thread.start();
      return served;
    }

    String nextLine() {
      return lines.nextLine();
    }

    int stop() throws Exception {
      thread.interrupt();
      return exit.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
      thread.interrupt();
      lines.close();
    }
  }
}
