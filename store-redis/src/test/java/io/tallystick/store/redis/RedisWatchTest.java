package io.tallystick.store.redis;

import static io.tallystick.records.Severity.LOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.records.Alert;
import io.tallystick.records.AlertChange;
import io.tallystick.records.AlertRecords;
import io.tallystick.records.AlertSubscription;
import io.tallystick.records.RecordStore;
import io.tallystick.store.Documents.Watch;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/** Who is told of changes of alerts, whatever becomes of the server and of the way to it. */
@Timeout(120)
class RedisWatchTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
  private static final Duration NEVER = Duration.ofHours(1);
  private static final String SHORT = "?connectTimeoutMs=300&timeoutMs=300";
  private static final String LONG = "?connectTimeoutMs=60000&timeoutMs=60000";
  private static final String SET = "alert:changes";
  private static final String STREAM = "{prometheus:documents}:numbers:alert:changes";

  @TempDir private Path folder;

  private final List<AlertChange> told = Collections.synchronizedList(new ArrayList<>());
  private int saved;

  private AlertSubscription subscribe(RedisStore store) {
    return RecordStore.of(store).alerts().subscribe(0, NEVER, told::add);
  }

  /** Saves another alert; false where that fails for now. */
  private boolean saves(RedisStore store) {
    AlertRecords alerts = RecordStore.of(store).alerts();
    try {
      alerts.save(Alert.active("a" + saved, "n", LOW, "probe", NOON)); // once, however often tried
      saved++;
      return true;
    } catch (StoreException e) {
      assertThat(e.category()).as(e.toString()).isEqualTo(Category.TRANSIENT);
      return false;
    }
  }

  private void awaitAllTold() throws Exception {
    Await.until("all changes", () -> told.size() >= saved);
    assertThat(told).hasSize(saved);
    for (int i = 0; i < saved; i++) {
      assertThat(told.get(i).alertId()).isEqualTo("a" + i);
    }
  }

  private static FutureTask<Long> waiting(Watch watch, Duration atMost) {
    FutureTask<Long> task = new FutureTask<>(() -> watch.await(0, atMost));
    Thread thread = new Thread(task, "waits");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static long failures(RedisStore store) {
    return store.wire().traffic().failed(Category.TRANSIENT);
  }

  private static void awaitBlocked(RedisProcess server, int clients) throws Exception {
    Await.until(
        "clients that wait",
        () ->
            RedisClusterNodes.text(server.run(Command.INFO, "clients"))
                .contains("blocked_clients:" + clients));
  }

  @Test
  void shouldTellEachChangeOnceWhenTheServerStoodStillMeanwhile() throws Exception {
    try (RedisProcess server = RedisProcess.start(folder);
        RedisStore writer = RedisStore.open(server.url() + LONG);
        RedisStore reader = RedisStore.open(server.url() + SHORT);
        AlertSubscription subscription = subscribe(reader)) {
      assertThat(saves(writer)).isTrue();
      awaitAllTold();
      awaitBlocked(server, 1);
      long roundTrips = reader.wire().roundTrips();
      server.signal("STOP");
      FutureTask<Boolean> saving = new FutureTask<>(() -> saves(writer));
      Thread thread = new Thread(saving, "saves");
      thread.setDaemon(true);
      thread.start();
      Await.until("time-outs", () -> failures(reader) > 2);
      server.signal("CONT");
      assertThat(saving.get(1, TimeUnit.MINUTES)).isTrue();
      awaitAllTold();
      assertThat(reader.wire().roundTrips() - roundTrips).isLessThan(40);
      assertThat(subscription.missed()).isZero();
    }
  }

  @Test
  void shouldTellEachChangeOnceWhenConnectionsAreCut() throws Exception {
    try (RedisProcess server = RedisProcess.start(folder);
        RedisStore writer = RedisStore.open(server.url());
        CuttingProxy proxy = CuttingProxy.start(server.port());
        RedisStore reader = RedisStore.open(proxy.url() + SHORT);
        AlertSubscription subscription = subscribe(reader)) {
      for (int i = 0; i < 5; i++) {
        assertThat(saves(writer)).isTrue();
        awaitAllTold();
        awaitBlocked(server, 1);
        long before = failures(reader);
        proxy.cutAfter(0, 0); // with the next change, or when it is asked anew
        assertThat(saves(writer)).isTrue();
        Await.until("cut", () -> failures(reader) > before);
        proxy.mend();
        awaitAllTold();
      }
      assertThat(subscription.missed()).isZero();
    }
  }

  @Test
  void shouldTellEachChangeOnceWhenAReplicaTakesOver() throws Exception {
    try (RedisSentinels servers = RedisSentinels.start(folder);
        RedisStore writer = RedisStore.open(servers.url() + SHORT);
        RedisStore reader = RedisStore.open(servers.url() + SHORT);
        AlertSubscription subscription = subscribe(reader)) {
      assertThat(saves(writer)).isTrue();
      awaitAllTold();
      servers.primary().awaitReplica();
      servers.primary().kill();
      Await.until("failover", () -> saves(writer));
      awaitAllTold();
      assertThat(saves(writer)).isTrue();
      awaitAllTold();
      assertThat(subscription.missed()).isZero();
    }
  }

  @Test
  void shouldTellEachChangeOnceWhenAReplicaOfTheClusterTakesOver() throws Exception {
    try (RedisClusterNodes nodes = RedisClusterNodes.start(folder, 3, 3);
        RedisStore writer = RedisStore.open(nodes.url() + SHORT);
        RedisStore reader = RedisStore.open(nodes.url() + SHORT);
        AlertSubscription subscription = subscribe(reader)) {
      assertThat(saves(writer)).isTrue();
      awaitAllTold();
      int slot = redis.clients.jedis.util.JedisClusterCRC16.getSlot(STREAM);
      int node = slot * 3 / RedisClusterNodes.SLOTS;
      nodes.node(node).awaitReplica();
      nodes.node(node).kill();
      Await.until("failover", () -> saves(writer));
      awaitAllTold();
      assertThat(saves(writer)).isTrue();
      awaitAllTold();
      assertThat(subscription.missed()).isZero();
    }
  }

  @Test
  @SuppressWarnings("try") // one is closed early
  void shouldEndItsThreadWhenItIsClosedThoughTheServerDoesNotAnswer() throws Exception {
    try (RedisProcess server = RedisProcess.start(folder);
        RedisStore store = RedisStore.open(server.url() + LONG)) {
      List<Thread> before = feeds();
      try (AlertSubscription subscription = subscribe(store)) {
        awaitBlocked(server, 1);
        server.signal("STOP");
        List<Thread> own = feeds();
        own.removeAll(before);
        assertThat(own).hasSize(1);
        subscription.close();
        Await.until("end of the thread", () -> !own.get(0).isAlive());
      }
      try (Watch connecting = store.documents().watch(SET)) {
        FutureTask<Long> waiting = waiting(connecting, NEVER);
        connecting.close();
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isZero();
      } finally {
        server.signal("CONT");
      }
    }
  }

  private static List<Thread> feeds() {
    List<Thread> feeds = new ArrayList<>(Thread.getAllStackTraces().keySet());
    feeds.removeIf(thread -> !thread.getName().equals("tallystick-alert-feed"));
    return feeds;
  }

  @Test
  void shouldLookForTheServerFewTimesWhileItIsAway() throws Exception {
    try (RedisProcess server = RedisProcess.start(folder);
        RedisStore store = RedisStore.open(server.url());
        Watch watch = store.documents().watch(SET)) {
      server.kill();
      long startNs = System.nanoTime();
      assertThat(watch.await(0, Duration.ofSeconds(1))).isZero();
      assertThat(System.nanoTime() - startNs).isGreaterThanOrEqualTo(1_000_000_000);
      assertThat(store.wire().roundTrips()).isBetween(2L, 6L);
      FutureTask<Long> waiting = waiting(watch, NEVER);
      server.restart();
      try (RedisStore writer = RedisStore.open(server.url())) {
        assertThat(saves(writer)).isTrue();
      }
      assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo(1);
    }
  }

  @Test
  void shouldNotLookAgainAndAgainForANumberWhoseChangeIsGone() throws Exception {
    try (RedisProcess server = RedisProcess.start(folder);
        RedisStore store = RedisStore.open(server.url());
        RedisStore other = RedisStore.open(server.url());
        AlertSubscription subscription = subscribe(store)) {
      awaitBlocked(server, 1);
      long roundTrips = store.wire().roundTrips();
      server.run(Command.HSET, "{prometheus:documents}:numbers", SET, "7");
      server.run(Command.XADD, STREAM, "7-0", "n", "");
      Await.until("wake-up", () -> store.wire().roundTrips() > roundTrips);
      for (int i = 0; i < 200; i++) {
        other.ping();
      }
      assertThat(saves(other)).isTrue();
      awaitAllTold();
      assertThat(subscription.position()).isEqualTo(8);
      assertThat(store.wire().roundTrips() - roundTrips).isLessThan(20);
    }
  }

  @Test
  void shouldLookByItselfWhenItMayNotWait() throws Exception {
    try (RedisProcess server = RedisProcess.start(folder)) {
      server.run(Command.ACL, "SETUSER", "limited", "on", ">pw", "~*", "+@all", "-xread");
      String url = server.url().replace("redis://", "redis://limited:pw@");
      try (RedisStore writer = RedisStore.open(server.url());
          RedisStore reader = RedisStore.open(url);
          AlertSubscription subscription =
              RecordStore.of(reader).alerts().subscribe(0, Duration.ofMillis(20), told::add)) {
        for (int i = 0; i < 3; i++) {
          assertThat(saves(writer)).isTrue();
          awaitAllTold();
        }
        assertThat(subscription.missed()).isZero();
      }
    }
  }

  @Test
  void shouldKeepOneEntryAndSaveOnWhateverIsInItsPlace() throws Exception {
    try (RedisProcess server = RedisProcess.start(folder);
        RedisStore store = RedisStore.open(server.url())) {
      for (int i = 0; i < 5; i++) {
        assertThat(saves(store)).isTrue();
      }
      assertThat(server.run(Command.XLEN, STREAM)).isEqualTo(1L);
      server.run(Command.DEL, "{prometheus:documents}:numbers"); // numbers begin anew
      assertThat(saves(store)).isTrue();
      try (Watch watch = store.documents().watch(SET)) {
        assertThat(watch.await(0, NEVER)).isEqualTo(1);
        server.run(Command.SET, STREAM, "of another");
        assertThat(saves(store)).isTrue();
        assertThat(watch.await(1, NEVER)).isEqualTo(2);
      }
      assertThat(server.run(Command.XLEN, STREAM)).isEqualTo(1L);
    }
  }

  @Test
  @SuppressWarnings("try") // one is closed early
  void shouldTakeNoConnectionOfThePool() throws Exception {
    try (RedisProcess server = RedisProcess.start(folder);
        RedisStore store = RedisStore.open(server.url() + "?poolSize=1&connectTimeoutMs=500");
        AlertSubscription first = subscribe(store);
        AlertSubscription second =
            RecordStore.of(store).alerts().subscribe(0, NEVER, change -> {})) {
      awaitBlocked(server, 2);
      assertThat(saves(store)).isTrue();
      awaitAllTold();
      Await.until("the other one", () -> second.position() == first.position());
      first.close();
      awaitBlocked(server, 1);
    }
  }
}
