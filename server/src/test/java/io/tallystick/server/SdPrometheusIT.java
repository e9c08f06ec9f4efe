package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.redis.RedisProcess;
import io.tallystick.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus asks a server for its targets. */
@Timeout(240)
final class SdPrometheusIT {
  private static final int POLLS = 2;
  private static final Pattern ANSWERED =
      Pattern.compile("httpsd_path_requests_total\\{path=\"svc\",status=\"200\"} ([0-9.]+)");
  private static final Pattern FAILED =
      Pattern.compile("prometheus_sd_http_failures_total(?:\\{[^}]*})? ([0-9.]+)");

  @TempDir Path root;
  @TempDir Path files;

  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  private void write(String targets) throws IOException {
    Path aside = Files.createDirectories(root.resolve("svc")).resolve("_new");
    Files.writeString(aside, "[{\"targets\":[" + targets + "],\"labels\":{\"env\":\"prod\"}}]");
    Files.move(aside, root.resolve("svc/web.json"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  private static double number(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    return found.find() ? Double.parseDouble(found.group(1)) : 0;
  }

  private static String metrics(URI targets) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(targets.resolve("/metrics")).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void shouldFollowTheFileAndKeepTargetsWhenWorkersStoreAndServerAreGone() throws Exception {
    PrometheusServer.requireProgram("prometheus");
    write("\"127.0.0.1:1\",\"127.0.0.1:2\"");
    try (RedisProcess redis = RedisProcess.start(files)) {
      String[] options = {
        "--store=" + redis.url(), "--dir=" + directory, "--cache-refresh-interval=1", "--port=0"
      };
      try (ServeRun server = run("server", options);
          ServeRun worker = run("worker", options)) {
        URI targets = server.awaitUri();
        try (PrometheusServer prometheus =
            PrometheusServer.startWithDiscovery(files, URI.create(targets + "/svc"))) {
          awaitTargets(prometheus, Set.of("127.0.0.1:1", "127.0.0.1:2"));
          assertThat(prometheus.targets().get("127.0.0.1:1")).contains("\"env\":\"prod\"");

          write("\"127.0.0.1:2\",\"127.0.0.1:3\"");
          Set<String> changed = Set.of("127.0.0.1:2", "127.0.0.1:3");
          awaitTargets(prometheus, changed);

          assertThat(worker.stop()).isEqualTo(Exit.OK);
          redis.kill();
          double answered = number(ANSWERED, metrics(targets));
          Await.until(
              "it is polled without store and workers",
              () -> number(ANSWERED, metrics(targets)) >= answered + POLLS);
          assertThat(prometheus.targets()).containsOnlyKeys(changed);

          double failed = number(FAILED, prometheus.get("metrics"));
          assertThat(server.stop()).isEqualTo(Exit.OK);
          Await.until(
              "it polls in vain",
              () -> number(FAILED, prometheus.get("metrics")) >= failed + POLLS);
          assertThat(prometheus.targets()).containsOnlyKeys(changed);
        }
      }
    }
  }

  private ServeRun run(String command, String... options) throws IOException {
    String[] words = new String[options.length + 3];
    words[0] = "sd";
    words[1] = command;
    words[2] = root.toString();
    System.arraycopy(options, 0, words, 3, options.length);
    return ServeRun.startCommand(words);
  }

  private static void awaitTargets(PrometheusServer prometheus, Set<String> expected)
      throws Exception {
    Await.until("targets are " + expected, () -> prometheus.targets().keySet().equals(expected));
  }
}
