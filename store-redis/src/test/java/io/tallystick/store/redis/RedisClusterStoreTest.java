package io.tallystick.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.JobQueue;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.contract.StoreContract;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/** The clauses of stores, on a Cluster. */
class RedisClusterStoreTest extends StoreContract {
  @TempDir private static Path folder;

  private static RedisClusterNodes nodes;

  private String prefix = "";

  @BeforeAll
  static void startNodes() throws Exception {
    nodes = RedisClusterNodes.start(folder, 3, 0);
  }

  @AfterAll
  static void endNodes() {
    nodes.close();
  }

  @Override
  protected Store open(InstantSource clock) {
    prefix = UUID.randomUUID().toString();
    return RedisStore.open(url().orElseThrow(), clock);
  }

  @Override
  protected Optional<String> url() {
    return Optional.of(nodes.url() + "?prefix=" + prefix);
  }

  /** In the slot of the other list, or no script could change both. */
  @Test
  void shouldHaveTheListsOfTheCountedQueueInOneSlot() {
    try (RedisStore ofDefaultPrefix = RedisStore.open(nodes.url())) {
      JobQueue queue = ofDefaultPrefix.jobQueue(QueueKeys.COUNTED, RetryPolicy.DEFAULT);
      assertThat(queue.offer("a", new byte[0])).isTrue();
      assertThat(queue.offer("b", new byte[0])).isTrue();
      assertThat(queue.take(Duration.ofMinutes(1))).isPresent();

      assertThat(length(ofDefaultPrefix, "target_generation_queue")).isEqualTo(1);
      assertThat(length(ofDefaultPrefix, "{target_generation_queue}:processing")).isEqualTo(1);
    }
  }

  private static long length(RedisStore of, String key) {
    return Bytes.number(of.wire().ask(Request.of(Command.LLEN, Bytes.of(key))));
  }

  @Override
  protected int killRounds() {
    return Integer.getInteger("tallystick.killRounds", 2);
  }
}
