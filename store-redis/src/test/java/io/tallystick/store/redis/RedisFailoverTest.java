package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.LEASE;
import static io.tallystick.store.redis.Counters.families;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.util.JedisClusterCRC16;

/** What becomes of totals when servers take over from others. */
class RedisFailoverTest {
  private static final String SHORT = "?connectTimeoutMs=500&timeoutMs=1000";

  @TempDir private Path folder;

  private long version;
  private long counted;
  private int families = 5;
  private int series = 1; // of each family

  /** Publishes all, counting one more; false where that fails for now. */
  private boolean publishes(RedisStore store, String source) {
    try {
      List<FamilyValues> all = families(families, series, counted + 1);
      Result result = store.ledger().publish(Publication.ofAll(source, ++version, all, LEASE));
      assertThat(result).isEqualTo(Result.ACCEPTED);
      counted++;
      return true;
    } catch (StoreException e) {
      assertThat(e.category()).as(e.toString()).isEqualTo(Category.TRANSIENT);
      return false;
    }
  }

  private void assertTotals(RedisStore store, long expected) {
    for (int i = 0; i < families; i++) {
      assertThat(total(store, "f" + i)).as("f" + i).isEqualTo((double) expected * series);
    }
  }

  @Test
  void shouldCountWhatSourcesCountWhenAReplicaTakesOver() throws Exception {
    try (RedisSentinels servers = RedisSentinels.start(folder);
        RedisStore store = RedisStore.open(servers.url() + SHORT)) {
      assertThat(publishes(store, "gone")).isTrue();
      assertThat(store.ledger().retire("gone")).isTrue();
      assertThat(publishes(store, "a")).isTrue();
      assertTotals(store, 1 + counted);
      String port = Integer.toString(servers.replica().port());
      servers.primary().awaitReplica();
      servers.primary().kill();
      Await.until("failover to " + port, () -> publishes(store, "a"));
      assertTotals(store, 1 + counted);
      assertThat(store.ledger().retire("a")).isTrue();
      assertTotals(store, 1 + counted);
    }
  }

  @Test
  void shouldCountWhatSourcesCountWhenAReplicaOfTheClusterTakesOver() throws Exception {
    try (RedisClusterNodes nodes = RedisClusterNodes.start(folder, 3, 3);
        RedisStore store = RedisStore.open(nodes.url() + SHORT)) {
      assertThat(publishes(store, "gone")).isTrue();
      assertThat(store.ledger().retire("gone")).isTrue();
      assertThat(publishes(store, "a")).isTrue();
      assertTotals(store, 1 + counted);
      nodes.node(1).awaitReplica();
      nodes.node(1).kill();
      Await.until("failover", () -> publishes(store, "a"));
      assertTotals(store, 1 + counted);
      assertThat(store.ledger().retire("a")).isTrue();
      assertTotals(store, 1 + counted);
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 1", "1, 2500"})
  void shouldCountWhatSourcesCountWhileASlotMovesToAnotherNode(int names, int size)
      throws Exception {
    families = names;
    series = size;
    try (RedisClusterNodes nodes = RedisClusterNodes.start(folder, 2, 0);
        RedisStore store = RedisStore.open(nodes.url() + SHORT)) {
      assertThat(publishes(store, "gone")).isTrue();
      assertThat(store.ledger().retire("gone")).isTrue();
      assertThat(publishes(store, "a")).isTrue();
      String slot = Integer.toString(JedisClusterCRC16.getSlot("prometheus_f0"));
      int from = Integer.parseInt(slot) < RedisClusterNodes.SLOTS / 2 ? 0 : 1;
      RedisProcess source = nodes.node(from);
      RedisProcess target = nodes.node(1 - from);
      setSlot(target, slot, "IMPORTING", nodes.id(from));
      setSlot(source, slot, "MIGRATING", nodes.id(1 - from));
      boolean moving = true;
      byte[] live = store.redisLedger().keys().family("f0").live();
      while (moving) {
        boolean unused = publishes(store, "a"); // not while the slot's keys are on both sides
        Request header = Request.of(Command.HGET, live, Bytes.of("a"));
        assertThat(Bytes.text(store.wire().ask(header))).contains(" + "); // wherever it is
        List<?> keys = (List<?>) source.run(Command.CLUSTER, "GETKEYSINSLOT", slot, "1");
        moving = !keys.isEmpty();
        for (Object key : keys) {
          String name = RedisClusterNodes.text(key);
          source.run(
              Command.MIGRATE, "127.0.0.1", Integer.toString(target.port()), name, "0", "5000");
        }
      }
      setSlot(target, slot, "NODE", nodes.id(1 - from));
      setSlot(source, slot, "NODE", nodes.id(1 - from));
      Await.until("moved slot", () -> publishes(store, "a"));
      assertTotals(store, 1 + counted);
      assertThat(store.ledger().retire("a")).isTrue();
      assertTotals(store, 1 + counted);
    }
  }

  @Test
  void shouldGiveNobodyTheAnswersOfOthersWhenANodeDoesNotAnswer() throws Exception {
    try (RedisClusterNodes nodes = RedisClusterNodes.start(folder, 2, 0);
        RedisStore store =
            RedisStore.open(nodes.url() + "?connectTimeoutMs=300&timeoutMs=300&poolSize=1")) {
      List<Request> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        byte[] key = Bytes.of("key" + i);
        Object unused = store.wire().ask(Request.of(Command.SET, key, key));
        all.add(Request.of(Command.GET, key));
      }
      for (int stopped = 0; stopped < 2; stopped++) {
        nodes.node(stopped).signal("STOP");
        assertThatThrownBy(() -> store.wire().askAll(all)).isInstanceOf(StoreException.class);
        nodes.node(stopped).signal("CONT");
        Await.until("node", () -> answers(store, all));
        for (int i = 0; i < 20; i++) {
          assertThat(Bytes.text(store.wire().ask(all.get(i)))).isEqualTo("key" + i);
        }
      }
    }
  }

  private static boolean answers(RedisStore store, List<Request> requests) {
    try {
      return store.wire().askAll(requests).size() == requests.size();
    } catch (StoreException e) {
      assertThat(e.category()).as(e.toString()).isEqualTo(Category.TRANSIENT);
      return false;
    }
  }

  private static void setSlot(RedisProcess node, String slot, String state, String id) {
    Object answer = node.run(Command.CLUSTER, "SETSLOT", slot, state, id);
    assertThat(RedisClusterNodes.text(answer)).isEqualTo("OK");
  }
}
