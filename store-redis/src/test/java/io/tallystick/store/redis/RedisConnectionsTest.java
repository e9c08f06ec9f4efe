package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.store.Ledger.Result;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Which connections are used, and which are not used again. */
@Timeout(60)
@SuppressWarnings("try") // some are only open, and one is closed early
class RedisConnectionsTest {
  private static final String SHORT = "connectTimeoutMs=500&timeoutMs=500";

  @TempDir private Path folder;

  private static long connections(RedisProcess server) {
    return Long.parseLong(info(server, "stats", "total_connections_received:"));
  }

  private static String info(RedisProcess server, String section, String name) {
    return RedisClusterNodes.text(server.run(Command.INFO, section))
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()))
        .findFirst()
        .orElseThrow();
  }

  private static StoreException fault(Runnable call) {
    return catchThrowableOfType(StoreException.class, call::run);
  }

  @Test
  void shouldFollowANameToTheNewPrimaryWhenTheOldOneComesBackAsAReplica() throws Exception {
    try (RedisProcess old = RedisProcess.start(folder.resolve("old"));
        RedisProcess promoted = RedisProcess.start(folder.resolve("promoted"));
        CuttingProxy name = CuttingProxy.start(old.port());
        RedisStore store = RedisStore.open(name.url() + "?" + SHORT)) {
      store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
      old.run(Command.REPLICAOF, "127.0.0.1", Integer.toString(promoted.port()));
      name.leadTo(promoted.port());

      StoreException refused =
          fault(() -> store.ledger().publish(all("a", 2, counter("m", count("/", 2)))));

      assertThat(refused.category()).isEqualTo(Category.TRANSIENT);
      assertThat(store.ledger().publish(all("a", 3, counter("m", count("/", 3)))))
          .isEqualTo(Result.ACCEPTED);
      assertThat(total(store, "m")).isEqualTo(3);
    }
  }

  @Test
  void shouldKeepConnectionsToOthersWhenNoneToANodeIsFree() throws Exception {
    try (RedisClusterNodes nodes = RedisClusterNodes.start(folder, 2, 0);
        RedisStore store =
            RedisStore.open(nodes.url() + "?poolSize=1&connectTimeoutMs=100&timeoutMs=400")) {
      Request ofFirst = get(0);
      Request ofSecond = get(1);
      Object unused = store.wire().askAll(List.of(ofFirst, ofSecond));
      CountDownLatch held = new CountDownLatch(1);
      CountDownLatch free = new CountDownLatch(1);
      Thread holder = new Thread(() -> hold(store, ofFirst, held, free));
      holder.start();
      held.await();
      long before = connections(nodes.node(1));

      StoreException none = fault(() -> store.wire().ask(ofFirst));

      assertThat(none).hasMessageContaining("no connection is free");
      assertThat(none.category()).isEqualTo(Category.TRANSIENT);
      assertThat(store.wire().traffic().failed(Category.TRANSIENT)).isEqualTo(1);
      assertThat(store.wire().traffic().failed(Category.PERMANENT)).isZero();
      unused = store.wire().ask(ofSecond);
      assertThat(connections(nodes.node(1)) - before).isEqualTo(1); // the test's own one
      free.countDown();
      holder.join();
      unused = store.wire().ask(ofFirst);
    }
  }

  /** A request for some key of a node. */
  private static Request get(int node) {
    for (int i = 0; ; i++) {
      byte[] key = Bytes.of("key" + i);
      boolean isFirst = JedisClusterCRC16.getSlot(key) < RedisClusterNodes.SLOTS / 2;
      if (isFirst == (node == 0)) {
        return Request.of(Command.GET, key);
      }
    }
  }

  private static void hold(
      RedisStore store, Request request, CountDownLatch held, CountDownLatch free) {
    Servers servers = store.servers();
    try (var unused = servers.connection(servers.nodeOf(request.slotKey()))) {
      held.countDown();
      free.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldSayPermanentWhenTheServerIsANodeOfACluster() throws Exception {
    try (RedisClusterNodes nodes = RedisClusterNodes.start(folder, 2, 0)) {
      List<String> said = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        try (RedisStore store = RedisStore.open(nodes.node(i).url())) {
          StoreException e = fault(() -> store.keyValues().increment("a", 1));
          if (e != null) {
            assertThat(e.category()).isEqualTo(Category.PERMANENT);
            assertThat(store.wire().traffic().failed(Category.PERMANENT)).isEqualTo(1);
            said.add(e.getMessage());
          }
        }
      }
      assertThat(said).hasSize(1); // the other one has the key's slot
      assertThat(said.get(0)).contains("redis+cluster://");
    }
  }

  /** All keys of a batch are in slots that have moved: each node is asked once. */
  @Test
  void shouldSendABatchAgainAtOnceWhenItsSlotHasMoved() throws Exception {
    try (RedisClusterNodes nodes = RedisClusterNodes.start(folder, 2, 0);
        RedisStore store = RedisStore.open(nodes.url())) {
      List<Request> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(Request.of(Command.SETNX, Bytes.of("{t}" + i), Bytes.of(i)));
      }
      Object unused = store.wire().ask(Request.of(Command.GET, Bytes.of("{t}")));
      String slot = Integer.toString(JedisClusterCRC16.getSlot(Bytes.of("{t}")));
      int from = Integer.parseInt(slot) < RedisClusterNodes.SLOTS / 2 ? 0 : 1;
      for (int node : new int[] {1 - from, from}) {
        nodes.node(node).run(Command.CLUSTER, "SETSLOT", slot, "NODE", nodes.id(1 - from));
      }
      long before = store.wire().roundTrips();

      store.wire().askAll(all);

      assertThat(store.wire().roundTrips() - before).isLessThanOrEqualTo(2 + 200 / 10);
      assertThat(Bytes.text(store.wire().ask(Request.of(Command.GET, Bytes.of("{t}7")))))
          .isEqualTo("7");
    }
  }

  @Test
  void shouldNotHoldUpOthersNorItsEndWhenSentinelsDoNotAnswer() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String sentinel = "127.0.0.1:" + silent.getLocalPort();
      RedisStore store =
          RedisStore.open(
              "redis+sentinel://" + sentinel + "/m?connectTimeoutMs=100&timeoutMs=90000");
      FutureTask<StoreException> first = new FutureTask<>(() -> fault(store::ping));
      new Thread(first).start();
      try (var accepted = silent.accept()) { // it has connected, and waits for an answer
        store.close();
        assertThat(first.isDone()).isFalse();
        assertThatThrownBy(store::ping).hasMessageContaining("closed");
      }
      assertThat(first.get(30, TimeUnit.SECONDS)).hasMessageContaining("closed");
    }
  }

  @Test
  void shouldShareTheFailureToConnectAmongAllWhoWait() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        RedisStore store =
            RedisStore.open(
                "redis+sentinel://127.0.0.1:"
                    + silent.getLocalPort()
                    + "/m?connectTimeoutMs=20000&timeoutMs=20000")) {
      List<FutureTask<StoreException>> calls = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        FutureTask<StoreException> call = new FutureTask<>(() -> fault(store::ping));
        calls.add(call);
        Thread thread = new Thread(call);
        threads.add(thread);
        thread.start();
      }
      var accepted = silent.accept();
      Await.until(
          "all wait",
          () ->
              threads.stream().filter(t -> t.getState() == Thread.State.TIMED_WAITING).count()
                  == 3);
      silent.close(); // so that nobody can begin anew
      accepted.close();
      for (FutureTask<StoreException> call : calls) {
        assertThat(call.get(30, TimeUnit.SECONDS).category()).isEqualTo(Category.TRANSIENT);
      }
    }
  }
}
