package io.tallystick.store.redis;

import io.tallystick.testing.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import redis.clients.jedis.Protocol.Command;

/** A Cluster of a test's own: primaries that share the slots, then a replica for each of some. */
final class RedisClusterNodes implements AutoCloseable {
  static final int SLOTS = 16_384;

  private final List<RedisProcess> nodes = new ArrayList<>();
  private final int primaries;

  private RedisClusterNodes(int primaries) {
    this.primaries = primaries;
  }

  /** Starts one and waits until all nodes know that it is whole. */
  static RedisClusterNodes start(Path folder, int primaries, int replicas) throws Exception {
    RedisClusterNodes cluster = new RedisClusterNodes(primaries);
    try {
      cluster.launch(folder, primaries + replicas);
      cluster.join();
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  private void launch(Path folder, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      nodes.add(
          RedisProcess.start(
              folder.resolve("node" + i),
              "--cluster-enabled",
              "yes",
              "--cluster-node-timeout",
              "1000",
              "--cluster-replica-validity-factor",
              "0",
              "--repl-diskless-sync",
              "yes",
              "--repl-diskless-sync-delay",
              "0"));
    }
  }

  private void join() throws Exception {
    for (int i = 0; i < primaries; i++) {
      List<String> slots = new ArrayList<>(List.of("ADDSLOTS"));
      for (int slot = SLOTS * i / primaries; slot < SLOTS * (i + 1) / primaries; slot++) {
        slots.add(Integer.toString(slot));
      }
      Object unused = nodes.get(i).run(Command.CLUSTER, slots.toArray(String[]::new));
      unused = nodes.get(i).run(Command.CLUSTER, "SET-CONFIG-EPOCH", Integer.toString(i + 1));
    }
    for (RedisProcess other : nodes) {
      String port = Integer.toString(other.port());
      Object unused = nodes.get(0).run(Command.CLUSTER, "MEET", "127.0.0.1", port);
    }
    Await.until("Cluster", () -> nodes.stream().allMatch(this::isWhole));
    for (int i = primaries; i < nodes.size(); i++) {
      Object unused = nodes.get(i).run(Command.CLUSTER, "REPLICATE", id(i - primaries));
      RedisProcess replica = nodes.get(i);
      Await.until(
          "replica",
          () -> text(replica.run(Command.INFO, "replication")).contains("master_link_status:up"));
    }
  }

  private boolean isWhole(RedisProcess node) {
    String info = text(node.run(Command.CLUSTER, "INFO"));
    return info.contains("cluster_state:ok")
        && info.contains("cluster_known_nodes:" + nodes.size());
  }

  static String text(Object reply) {
    return new String((byte[]) reply, StandardCharsets.UTF_8);
  }

  RedisProcess node(int number) {
    return nodes.get(number);
  }

  /** The name that a node has in the Cluster. */
  String id(int number) {
    return text(nodes.get(number).run(Command.CLUSTER, "MYID"));
  }

  String url() {
    return "redis+cluster://"
        + nodes.stream().map(each -> "127.0.0.1:" + each.port()).collect(Collectors.joining(","));
  }

  @Override
  public void close() {
    nodes.forEach(RedisProcess::close);
  }
}
