package io.tallystick.jmh;

import io.tallystick.jmh.load.HttpLoad;
import io.tallystick.jmh.report.Rows;
import io.tallystick.server.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How many lists of targets does {@code tallystick sd serve} answer with in a second?
 *
 * <p>The command in a JVM of its own, on each store, and this one beside it with 64 connections on
 * loopback: as many requests as there can be, and then at the rate that is asked of it, with
 * latencies from when requests were due. Each is done in five rounds, after a warm-up. Lists have
 * 10 and 1,000 targets. Prints a row for each as JSON.
 *
 * <p>Argument: seconds of a round; default 1.
 */
public final class SdHits {
  private static final int CONNECTIONS = 64;
  private static final int FEW = 10;
  private static final int FEW_PER_SECOND = 15_000;
  private static final int MANY = 1_000;
  private static final int MANY_PER_SECOND = 7_000;
  private static final int ROUNDS = 5;
  private static final Duration WARM_UP = Duration.ofSeconds(8);

  private final Rows rows = new Rows();
  private final Path folder;
  private final Duration time;

  private SdHits(Path folder, Duration time) {
    this.folder = folder;
    this.time = time;
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int seconds =
        Arguments.orEnd(
            () -> new Arguments("SdHits [SECONDS]", args, 1).number(0, "seconds", 3_600, 1));
    SdHits hits = new SdHits(new SharedMemory().directory(), Duration.ofSeconds(seconds));
    hits.measure();
    System.out.println(hits.rows.toJson());
  }

  private void measure() throws IOException, InterruptedException {
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(root.resolve(FEW + ".json"), list(FEW));
    Files.writeString(root.resolve(MANY + ".json"), list(MANY));
    measure("memory", "memory:");
    measure("sqlite", "sqlite:" + folder.resolve("sd.db"));
    measure("chronicle", "chronicle:" + folder.resolve("sd"));
    try (RedisServer redis = RedisServer.start(Files.createDirectory(folder.resolve("redis")))) {
      measure("redis", redis.url());
    }
  }

  private static String list(int targets) {
    return IntStream.range(0, targets)
        .mapToObj(
            i -> "{\"targets\":[\"host" + i + ".example.com:9100\"],\"labels\":{\"job\":\"node\"}}")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private void measure(String name, String store) throws IOException, InterruptedException {
    Process server = start(store, Files.createDirectory(folder.resolve("counts-" + name)));
    try (BufferedReader lines = server.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      if (line == null) {
        throw new IOException("server has ended: store=" + store);
      }
      String lists = line.substring(line.indexOf("http://"));
      measure(name, FEW, URI.create(lists + "/" + FEW + ".json"), FEW_PER_SECOND);
      measure(name, MANY, URI.create(lists + "/" + MANY + ".json"), MANY_PER_SECOND);
    } finally {
      server.destroy();
      if (!server.waitFor(30, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    }
  }

  private Process start(String store, Path counts) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(ProcessHandle.current().info().command().orElse("java"));
    for (String opened : List.of("java.lang", "java.lang.reflect", "sun.nio.ch")) {
      words.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
    }
    words.add("--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"); // as the command's jar says
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    words.addAll(List.of("sd", "serve", folder.resolve("root").toString(), "--port=0"));
    words.addAll(List.of("--wait-seconds=30", "--store=" + store, "--dir=" + counts));
    return new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private void measure(String store, int targets, URI uri, int perSecond)
      throws IOException, InterruptedException {
    int status =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
            .statusCode();
    if (status != 200) {
      throw new IOException("no list: uri=" + uri + " status=" + status);
    }
    HttpLoad.Result unused = HttpLoad.most(uri, CONNECTIONS, WARM_UP);
    double[] answersPerSecond = new double[ROUNDS];
    double[] answersAtRate = new double[ROUNDS];
    double[] p99Ms = new double[ROUNDS];
    long errors = 0;
    for (int round = 0; round < ROUNDS; round++) {
      HttpLoad.Result most = HttpLoad.most(uri, CONNECTIONS, time);
      answersPerSecond[round] = most.perSecond();
      errors += most.errors();
    }
    for (int round = 0; round < ROUNDS; round++) {
      HttpLoad.Result atRate = HttpLoad.atRate(uri, CONNECTIONS, perSecond, time);
      answersAtRate[round] = atRate.perSecond();
      p99Ms[round] = atRate.ms(99);
      errors += atRate.errors();
    }
    Arrays.sort(answersAtRate);
    rows.add()
        .put("store", store)
        .put("list", targets + " targets")
        .put("bytes", list(targets).length())
        .put("answersPerSecond", answersPerSecond)
        .put("askedPerSecond", perSecond)
        .put("answeredOfThem", answersAtRate[0])
        .put("p99MsWhenAsked", p99Ms)
        .put("errors", errors);
  }
}
