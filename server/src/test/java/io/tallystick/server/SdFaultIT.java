package io.tallystick.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.sd.cache.GenerationQueue;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import io.tallystick.store.redis.RedisProcess;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Rounds;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers and workers as processes that are killed. */
@Timeout(300)
final class SdFaultIT {
  /** For how long everything is killed. */
  private static final int SECONDS = Rounds.of(60);

  private static final int WORKERS = SECONDS < 30 ? 2 : 4;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Longer than a loaded machine keeps a worker that lives from saying so. */
  private static final String LEASE_SECONDS = "4";

  @TempDir(factory = PrivateDirectory.class)
  Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Path root;
  private String url;

  @BeforeEach
  void make() throws Exception {
    root = Files.createDirectory(folder.resolve("targets"));
    url = "sqlite:" + folder.resolve("sd.db");
  }

  @AfterEach
  void close() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  private ChildJvm worker(String... more) throws IOException {
    return child("worker", more);
  }

  private ChildJvm child(String command, String... more) throws IOException {
    ChildJvm child =
        ChildJvm.of(CommandChild.class)
            .arguments("sd", command, root, "--store", url, "--port", "0")
            .arguments("--dir", folder.resolve("metrics"))
            .arguments((Object[]) more)
            .start();
    opened.add(child);
    return child;
  }

  private Path script(String name, String... lines) throws IOException {
    Path aside = root.resolve("_" + name);
    Files.writeString(aside, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setLastModifiedTime(aside, FileTime.from(Instant.now().minusSeconds(3_600)));
    return Files.move(aside, root.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** A generator that hangs when it is run first, and says with which process id. */
  private Path hangOnce() throws IOException {
    Path runs = folder.resolve("runs");
    script(
        "svc",
        "echo $$ >> " + runs,
        "[ $(wc -l < " + runs + ") -gt 1 ] || sleep 600",
        "echo '[{\"targets\": [\"db1:9100\"]}]'");
    return runs;
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private static boolean isAlive(String pid) {
    return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent();
  }

  private HttpResponse<String> poll(URI uri) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
    return client.send(request, BodyHandlers.ofString(UTF_8));
  }

  private static URI uri(ChildJvm server, String path) throws InterruptedException {
    String line = server.readLine();
    return URI.create(line.substring(line.lastIndexOf("http")) + "/" + path);
  }

  @Test
  void shouldRunAJobAgainOnceAndEndItsProcessesWhenItsWorkerIsKilled() throws Exception {
    Path runs = hangOnce();
    ChildJvm server = child("server", "--wait-seconds", "20");
    ChildJvm first = worker("--lease-seconds", LEASE_SECONDS);
    URI uri = uri(server, "svc");
    Thread asks = new Thread(() -> pollOnce(uri));
    asks.start();
    Await.until("runs", () -> lines(runs).size() == 1);

    first.kill();
    worker("--lease-seconds", LEASE_SECONDS);

    Await.until("has a list", () -> poll(uri).statusCode() == 200);
    asks.join();
    assertThat(lines(runs)).hasSize(2);
    Await.until("orphan is gone", () -> !isAlive(lines(runs).get(0)));
  }

  private void pollOnce(URI uri) {
    try {
      poll(uri);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldHandTheJobBackWhenTheWorkerIsToldToEnd() throws Exception {
    Path runs = hangOnce();
    ChildJvm server = child("server");
    ChildJvm first = worker("--lease-seconds", "3600", "--grace-seconds", "0");
    URI uri = uri(server, "svc");
    assertThat(poll(uri).statusCode()).isEqualTo(503);
    Await.until("runs", () -> lines(runs).size() == 1);

    ProcessHandle.of(first.pid()).orElseThrow().destroy(); // SIGTERM

    assertThat(first.waitFor()).isEqualTo(143);
    assertThat(isAlive(lines(runs).get(0))).isFalse();
    try (Store store = Stores.open(url)) {
      assertThat(GenerationQueue.of(store).sizes().queued()).isEqualTo(1);
    }
  }

  @Test
  void shouldNeverFailAPollWhenWorkersServersAndRedisAreKilled() throws Exception {
    script("svc", "sleep 0.1", "echo '[{\"targets\": [\"db1:9100\"]}]'");
    try (RedisProcess redis = RedisProcess.start(folder.resolve("redis"))) {
      url = "redis://127.0.0.1:" + redis.port() + "/0?timeoutMs=1000&connectTimeoutMs=500";
      try (Fleet fleet = new Fleet(redis)) {
        Await.until("both have a list", () -> fleet.serve(0) && fleet.serve(1));
        fleet.killAtRandom();
        script("svc", "echo '[{\"targets\": [\"db2:9100\"]}]'");
        Await.until("follows the file", () -> fleet.has(0, "db2") && fleet.has(1, "db2"));
        assertThat(fleet.failures).isEmpty();
        assertThat(fleet.polls.get()).isGreaterThan(SECONDS);
        assertThat(fleet.killed).isNotEmpty();
      }
    }
  }

  /** Two servers and some workers; both servers are polled all the time. */
  private final class Fleet implements AutoCloseable {
    private final Random random = new Random(7);
    private final RedisProcess redis;
    private final ChildJvm[] servers = new ChildJvm[2];
    private final AtomicReferenceArray<URI> uris = new AtomicReferenceArray<>(2);
    private final ChildJvm[] workers = new ChildJvm[WORKERS];
    private final ScheduledExecutorService poller = Executors.newSingleThreadScheduledExecutor();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger polls = new AtomicInteger();
    private final Set<URI> warm = ConcurrentHashMap.newKeySet();
    private final Set<URI> killed = ConcurrentHashMap.newKeySet();

    Fleet(RedisProcess redis) throws Exception {
      this.redis = redis;
      for (int i = 0; i < servers.length; i++) {
        servers[i] = server();
      }
      for (int i = 0; i < workers.length; i++) {
        workers[i] = worker("--lease-seconds", "2");
      }
      for (int i = 0; i < servers.length; i++) {
        uris.set(i, uri(servers[i], "svc"));
      }
    }

    private ChildJvm server() throws IOException {
      return child("server", "--cache-refresh-interval", "1", "--cache-seconds", "2");
    }

    boolean serve(int server) throws InterruptedException {
      return has(server, "db");
    }

    boolean has(int server, String target) throws InterruptedException {
      return answer(uris.get(server)).contains(target);
    }

    /** The list; else why there is none, which is a failure of a server that has answered once. */
    private String answer(URI uri) throws InterruptedException {
      String fault;
      try {
        HttpResponse<String> answer = poll(uri);
        if (answer.statusCode() == 200 && answer.body().contains("db")) {
          warm.add(uri);
          return answer.body();
        }
        fault = answer.statusCode() + " " + answer.body();
      } catch (IOException e) {
        fault = e.toString();
      }
      if (warm.contains(uri) && !killed.contains(uri)) {
        failures.add("server has a list no more: poll=" + polls + " answer=" + fault);
      }
      return "none";
    }

    void killAtRandom() throws Exception {
      var unused = poller.scheduleAtFixedRate(this::pollBoth, 0, 100, TimeUnit.MILLISECONDS);
      long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      for (int round = 0; System.nanoTime() < endNs; round++) {
        switch (round % 4) {
          case 0, 2 -> killWorker(random.nextInt(workers.length));
          case 1 -> killServer(random.nextInt(2));
          default -> loseRedis(random.nextBoolean());
        }
      }
    }

    private void pollBoth() {
      try {
        polls.incrementAndGet();
        boolean unused = serve(0);
        unused = serve(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        failures.add(e.toString());
      }
    }

    private void killWorker(int i) throws Exception {
      workers[i].kill();
      workers[i] = worker("--lease-seconds", "2");
    }

    /** Where the other one can answer alone. */
    private void killServer(int i) throws Exception {
      if (serve(1 - i)) {
        killed.add(uris.get(i));
        servers[i].kill();
        servers[i] = server();
        uris.set(i, uri(servers[i], "svc"));
      }
    }

    private void loseRedis(boolean stopped) throws Exception {
      if (stopped) {
        redis.signal("STOP");
        int before = polls.get();
        Await.until("polled meanwhile", () -> polls.get() > before + 4);
        redis.signal("CONT");
      } else {
        redis.kill();
        redis.restart();
      }
    }

    @Override
    public void close() {
      poller.shutdownNow();
    }
  }
}
