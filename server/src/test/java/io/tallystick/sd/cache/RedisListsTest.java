package io.tallystick.sd.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.server.PrivateDirectory;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import io.tallystick.store.redis.RedisProcess;
import io.tallystick.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/** Servers and workers with a store in a real Redis, each with connections of its own. */
@Timeout(180)
final class RedisListsTest {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final CacheSettings QUICK =
      new CacheSettings(
          Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ofHours(1), 1_000, 10_000);

  @TempDir(factory = PrivateDirectory.class)
  Path folder;

  private final ScriptedTargets targets = new ScriptedTargets();
  private RedisProcess redis;
  private Tallystick tallystick;
  private DiscoveryMetrics metrics;
  private Store ofServer;
  private Store ofWorkers;
  private TargetLists server;
  private Workers workers;

  @BeforeEach
  void start() throws Exception {
    redis = RedisProcess.start(folder.resolve("redis"));
    tallystick = Tallystick.open(folder.resolve("metrics"));
    metrics = DiscoveryMetrics.register(tallystick, "1");
    ofServer = Stores.open(url());
    ofWorkers = Stores.open(url());
    targets.give("svc", "db1:9100");
    server = server(ofServer);
    workers =
        Workers.start(
            ofWorkers,
            targets,
            new WorkerSettings(2, "w", LONG, LONG, Duration.ZERO),
            InstantSource.system(),
            metrics,
            new Doorbell());
  }

  @AfterEach
  void end() {
    redis.close(); // so that nothing hangs on one that was stopped
    workers.close();
    server.close();
    ofServer.close();
    ofWorkers.close();
    tallystick.close();
  }

  private String url() {
    return "redis://127.0.0.1:" + redis.port() + "/0?timeoutMs=500&connectTimeoutMs=500";
  }

  private TargetLists server(Store store) {
    return TargetLists.start(
        store, targets, QUICK, InstantSource.system(), metrics, new Doorbell());
  }

  private static String json(TargetLists of, Duration wait) throws InterruptedException {
    Answer answer = of.get(TargetQuery.of("svc"), wait, Optional.empty());
    assertThat(answer).isInstanceOf(Answer.Listed.class);
    return new String(((Answer.Listed) answer).list().json(), UTF_8);
  }

  @Test
  void shouldServeItsListWhileRedisIsGoneAndFillOneThatComesBackEmpty() throws Exception {
    assertThat(json(server, LONG)).contains("db1:9100");
    redis.kill();
    Await.until(
        "seen to be gone",
        () -> json(server, Duration.ZERO).contains("db1:9100") && !server.isStoreUp());
    targets.give("svc", "db2:9100");
    redis.restart();
    Await.until("made anew", () -> json(server, Duration.ZERO).contains("db2:9100"));
    try (Store other = Stores.open(url());
        TargetLists second = server(other)) {
      assertThat(json(second, LONG)).contains("db2:9100");
    }
  }

  @Test
  void shouldServeItsListWhileRedisDoesNotAnswer() throws Exception {
    assertThat(json(server, LONG)).contains("db1:9100");
    redis.signal("STOP");
    Await.until(
        "seen not to answer",
        () -> json(server, Duration.ZERO).contains("db1:9100") && !server.isStoreUp());
    targets.give("svc", "db2:9100");
    redis.signal("CONT");
    Await.until("made anew", () -> json(server, Duration.ZERO).contains("db2:9100"));
  }

  /** Two run, as there are two workers. */
  @Test
  void shouldShowWithLlenHowManyGenerationsWaitAndRun() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    for (String path : List.of("a", "b", "c")) {
      targets.run(
          path,
          arguments -> {
            go.await();
            return ScriptedTargets.groups("db1:9100");
          });
      assertThat(server.get(TargetQuery.of(path), Duration.ZERO, Optional.empty()))
          .isEqualTo(new Answer.Pending());
    }
    Await.until("two run", () -> length("target_generation_queue:processing") == 2);
    assertThat(length("target_generation_queue")).isEqualTo(1);
    go.countDown();
    Await.until("none runs", () -> length("target_generation_queue:processing") == 0);
    Await.until("none waits", () -> length("target_generation_queue") == 0);
  }

  private long length(String key) {
    return (Long) redis.run(Command.LLEN, key);
  }
}
