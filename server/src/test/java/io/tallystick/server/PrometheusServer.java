package io.tallystick.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** The host's Prometheus, on a free port of the loopback address. */
final class PrometheusServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long LOOK_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final Pattern LISTENING =
      Pattern.compile("msg=\"Listening on\" address=127\\.0\\.0\\.1:(\\d+)");

  private final HttpClient client = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final Process process;
  private final URI uri;

  private PrometheusServer(Process process, int port) {
    this.process = process;
    this.uri = URI.create("http://127.0.0.1:" + port + "/");
  }

  /** Skips the test where a program of the distribution's package is not installed. */
  static void requireProgram(String name) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(name, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      Assumptions.abort("no " + name + " here, install prometheus: " + e.getMessage());
    }
  }

  /**
   * Starts one that scrapes an endpoint, with its files in a directory; skips the test where it is
   * not installed.
   */
  static PrometheusServer start(Path directory, URI target)
      throws IOException, InterruptedException {
    return start(
        directory,
        """
        scrape_configs:
          - job_name: test
            scrape_interval: 1s
            scrape_timeout: 1s
            metrics_path: %s
            static_configs:
              - targets: ["%s"]
        """
            .formatted(target.getPath(), target.getAuthority()));
  }

  /** As {@link #start(Path, URI)}, of one that asks for its targets once in a second. */
  static PrometheusServer startWithDiscovery(Path directory, URI lists)
      throws IOException, InterruptedException {
    return start(
        directory,
        """
        scrape_configs:
          - job_name: test
            scrape_interval: 1m
            http_sd_configs:
              - url: %s
                refresh_interval: 1s
        """
            .formatted(lists));
  }

  private static PrometheusServer start(Path directory, String settings)
      throws IOException, InterruptedException {
    requireProgram("prometheus");
    Path config = Files.writeString(directory.resolve("prometheus.yml"), settings);
    Process process =
        new ProcessBuilder(
                "prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--web.listen-address=127.0.0.1:0")
            .redirectErrorStream(true)
            .start();
    try {
      PrometheusServer server = new PrometheusServer(process, port(process));
      server.awaitReady();
      return server;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** Reads what it logs, to the end on a thread of its own. */
  private static int port(Process process) throws IOException {
    BufferedReader log = process.inputReader(UTF_8);
    StringBuilder read = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      Matcher matcher = LISTENING.matcher(line);
      if (matcher.find()) {
        Thread drain = new Thread(() -> log.lines().forEach(rest -> {}), "prometheus-log");
        drain.setDaemon(true);
        drain.start();
        return Integer.parseInt(matcher.group(1));
      }
      read.append(line).append('\n');
    }
    throw new AssertionError("Prometheus has ended: " + read);
  }

  /** It listens before it answers queries. */
  private void awaitReady() throws IOException, InterruptedException {
    long startNs = System.nanoTime();
    while (!get("-/ready").contains("is Ready")) {
      if (System.nanoTime() - startNs > PATIENCE.toNanos()) {
        throw new AssertionError("Prometheus is not ready");
      }
      LockSupport.parkNanos(LOOK_EVERY_NS);
    }
  }

  /** The one number that a query gives, as soon as there is one. */
  double await(String query) throws IOException, InterruptedException {
    String path = "api/v1/query?query=" + URLEncoder.encode(query, UTF_8);
    long startNs = System.nanoTime();
    while (System.nanoTime() - startNs < PATIENCE.toNanos()) {
      JsonNode answer = json.readTree(get(path));
      JsonNode result = answer.path("data").path("result");
      if (result.size() == 1) {
        return Double.parseDouble(result.path(0).path("value").path(1).asText());
      }
      LockSupport.parkNanos(LOOK_EVERY_NS);
    }
    throw new AssertionError("no answer: query=" + query);
  }

  /** What it answers a request with. */
  String get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri.resolve(path)).timeout(PATIENCE).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  /** The addresses of its targets, sorted, with their labels as JSON. */
  Map<String, String> targets() throws IOException, InterruptedException {
    Map<String, String> found = new TreeMap<>();
    for (JsonNode target : json.readTree(get("api/v1/targets")).at("/data/activeTargets")) {
      found.put(
          target.at("/discoveredLabels/__address__").asText(), target.path("labels").toString());
    }
    return found;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }
}
