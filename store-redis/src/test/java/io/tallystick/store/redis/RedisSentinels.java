package io.tallystick.store.redis;

import io.tallystick.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import redis.clients.jedis.Protocol.Command;

/** A primary, a replica and three Sentinels of a test's own. */
final class RedisSentinels implements AutoCloseable {
  static final String MASTER = "fleet";

  private static final int SENTINELS = 3;

  private final List<RedisProcess> all = new ArrayList<>();

  private RedisSentinels() {}

  /** Starts them and waits until the Sentinels know each other and the replica. */
  static RedisSentinels start(Path folder) throws Exception {
    RedisSentinels sentinels = new RedisSentinels();
    try {
      sentinels.begin(folder);
      return sentinels;
    } catch (Throwable e) {
      sentinels.close();
      throw e;
    }
  }

  private void begin(Path folder) throws Exception {
    RedisProcess primary =
        RedisProcess.start(
            folder.resolve("primary"),
            "--repl-diskless-sync",
            "yes",
            "--repl-diskless-sync-delay",
            "0");
    all.add(primary);
    String port = Integer.toString(primary.port());
    RedisProcess replica =
        RedisProcess.start(folder.resolve("replica"), "--replicaof", "127.0.0.1", port);
    all.add(replica);
    Await.until(
        "replica",
        () ->
            RedisClusterNodes.text(replica.run(Command.INFO, "replication"))
                .contains("master_link_status:up"));
    for (int i = 0; i < SENTINELS; i++) {
      Path home = Files.createDirectories(folder.resolve("sentinel" + i));
      Path config = home.resolve("sentinel.conf");
      Files.writeString(
          config,
          String.join(
              "\n",
              "sentinel monitor " + MASTER + " 127.0.0.1 " + port + " 2",
              "sentinel down-after-milliseconds " + MASTER + " 1000",
              "sentinel failover-timeout " + MASTER + " 5000",
              ""));
      all.add(RedisProcess.startSentinel(home, config));
    }
    for (RedisProcess sentinel : sentinels()) {
      Await.until("Sentinel", () -> knowsAll(sentinel));
    }
  }

  private boolean knowsAll(RedisProcess sentinel) {
    String info = RedisClusterNodes.text(sentinel.run(Command.INFO, "sentinel"));
    return info.contains("slaves=1,sentinels=" + SENTINELS);
  }

  RedisProcess primary() {
    return all.get(0);
  }

  RedisProcess replica() {
    return all.get(1);
  }

  private List<RedisProcess> sentinels() {
    return all.subList(2, all.size());
  }

  String url() {
    return sentinels().stream()
        .map(each -> "127.0.0.1:" + each.port())
        .collect(Collectors.joining(",", "redis+sentinel://", "/" + MASTER));
  }

  @Override
  public void close() {
    all.forEach(RedisProcess::close);
  }
}
