package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.changes;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.families;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import io.tallystick.testing.TurnedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** What becomes of totals when a server fails. */
class RedisFaultTest {
  /** Longer than a loaded machine keeps a server that lives from answering. */
  private static final String SHORT = "?connectTimeoutMs=500&timeoutMs=2000";

  @TempDir private Path folder;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private RedisProcess server;
  private RedisStore store;

  @BeforeEach
  void start() throws Exception {
    server = RedisProcess.start(folder);
    store = RedisStore.open(server.url() + SHORT, clock);
  }

  @AfterEach
  void end() {
    store.close();
    server.close();
  }

  private void assertTransient(Callable<?> call) {
    assertThatThrownBy(call::call)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.category()).as(e.toString()).isEqualTo(Category.TRANSIENT));
  }

  private boolean isUp() {
    try {
      store.ping();
      return true;
    } catch (StoreException e) {
      assertThat(e.category()).as(e.toString()).isEqualTo(Category.TRANSIENT);
      return false;
    }
  }

  @Test
  void shouldTellWhyATransactionThatWasTakenInIsNotRun() {
    try (Connection connection = new Connection("127.0.0.1", server.port())) {
      connection.executeCommand(Command.MULTI);
      connection.sendCommand(Command.SET, "k", "v");
      assertThat(connection.getOne()).isEqualTo(Bytes.of("QUEUED"));
      server.run(Command.CONFIG, "SET", "maxmemory", "1");
      connection.sendCommand(Command.EXEC);
      assertThatThrownBy(connection::getOne)
          .isInstanceOfSatisfying(
              JedisDataException.class,
              e -> {
                assertThat(e).hasMessageStartingWith("EXECABORT");
                assertThat(RedisFault.codeOf(e)).isEqualTo("OOM");
              });
    }
  }

  @Test
  void shouldAskForAllWhenTheServerHasLostEverything() throws Exception {
    store.ledger().publish(all("a", 1, counter("m", count("/", 3), count("/x", 1))));
    String id = store.ledger().id();
    server.kill();
    assertTransient(() -> store.ledger().read());
    server.restart();
    Await.until("server", this::isUp);
    assertThat(store.ledger().publish(changes("a", 2, 1, counter("m", count("/", 4)))))
        .isEqualTo(Result.INCOMPLETE);
    assertThat(total(store, "m")).isZero();
    store.ledger().publish(all("a", 3, counter("m", count("/", 4), count("/x", 1))));
    assertThat(total(store, "m")).isEqualTo(5);
    assertThat(store.ledger().id()).isNotEqualTo(id);
  }

  @Test
  void shouldCountWhatSourcesCountWhenTheServerComesBackWithOldData() throws Exception {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    store.ledger().publish(all("gone", 1, counter("m", count("/", 10))));
    server.run(Command.SAVE);
    store.ledger().publish(changes("a", 2, 1, counter("m", count("/", 2))));
    store.ledger().retire("gone");
    assertThat(total(store, "m")).isEqualTo(12);
    server.kill();
    server.restart();
    Await.until("server", this::isUp);
    assertThat(store.ledger().publish(changes("a", 3, 2, counter("m", count("/", 3)))))
        .isEqualTo(Result.INCOMPLETE);
    store.ledger().publish(all("a", 4, counter("m", count("/", 3))));
    assertThat(total(store, "m")).isEqualTo(13);
    clock.turn(Counters.LEASE.minusSeconds(1));
    store.ledger().publish(all("a", 5, counter("m", count("/", 3))));
    clock.turn(Duration.ofSeconds(1));
    assertThat(store.ledger().retireExpired()).containsExactly("gone");
    assertThat(total(store, "m")).isEqualTo(13);
  }

  @Test
  void shouldLetNothingLateCountWhenTheServerWasStopped() throws Exception {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    for (int version = 2; version < 12; version += 2) {
      int late = version;
      server.signal("STOP");
      assertTransient(() -> store.ledger().publish(all("a", late, counter("m", count("/", late)))));
      server.signal("CONT");
      Await.until("server", this::isUp);
      store.ledger().publish(all("a", late + 1, counter("m", count("/", late + 1))));
      assertThat(total(store, "m")).isEqualTo(late + 1);
    }
    store.ledger().retire("a");
    assertThat(total(store, "m")).isEqualTo(11);
  }

  @Test
  void shouldFailOnceForAllConnectionsWhenTheServerWasRestarted() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    CyclicBarrier together = new CyclicBarrier(4);
    List<Future<?>> pings = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      pings.add(
          threads.submit(
              () -> {
                together.await();
                for (int j = 0; j < 200; j++) {
                  store.ping();
                }
                return true;
              }));
    }
    for (Future<?> ping : pings) {
      ping.get(1, TimeUnit.MINUTES);
    }
    threads.shutdown();
    server.kill();
    server.restart();
    assertTransient(() -> store.ledger().sources());
    for (int i = 0; i < 4; i++) {
      store.ping();
    }
  }

  @Test
  void shouldTakeNothingAndSayTransientWhenTheServerIsFull() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    server.run(Command.CONFIG, "SET", "maxmemory", "1");
    assertTransient(() -> store.ledger().publish(all("a", 2, counter("m", count("/", 2)))));
    assertTransient(() -> store.keyValues().increment("n", 1));
    assertTransient(
        () ->
            store
                .ledger()
                .publish(Publication.ofAll("a", 2, families(1, 5_000, 1), Counters.LEASE)));
    assertThat(total(store, "m")).isEqualTo(1);
    server.run(Command.CONFIG, "SET", "maxmemory", "0");
    store.ledger().publish(all("a", 3, counter("m", count("/", 3))));
    assertThat(total(store, "m")).isEqualTo(3);
  }

  @Test
  void shouldReadAndWriteNothingWhenTheServerIsAReplica() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    store.ledger().publish(all("b", 1, counter("m", count("/", 4))));
    store.ledger().retire("b");
    store.keyValues().put("k", new byte[] {1});
    server.run(Command.REPLICAOF, "127.0.0.1", "1");
    assertThat(total(store, "m")).isEqualTo(5);
    assertThat(store.ledger().sources()).hasSize(1);
    assertThat(store.keyValues().get("k")).isPresent();
    assertTransient(() -> store.ledger().publish(all("a", 2, counter("m", count("/", 2)))));
    assertTransient(() -> store.keyValues().increment("n", 1));
    server.run(Command.REPLICAOF, "NO", "ONE");
    assertThat(store.ledger().publish(all("a", 3, counter("m", count("/", 3)))))
        .isEqualTo(Result.ACCEPTED);
  }

  @Test
  void shouldSendScriptsAgainWhenTheServerHasForgottenThem() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    server.run(Command.SCRIPT, "FLUSH");
    assertThat(store.ledger().publish(all("a", 2, counter("m", count("/", 2)))))
        .isEqualTo(Result.ACCEPTED);
    server.run(Command.SCRIPT, "FLUSH");
    assertThat(store.ledger().retire("a")).isTrue();
    assertThat(total(store, "m")).isEqualTo(2);
  }

  @Test
  void shouldSayPermanentWithoutSecretsWhenThePasswordIsWrong() {
    server.run(Command.CONFIG, "SET", "requirepass", "right");
    for (String credentials : new String[] {"", ":wr0ng@", "user:wr0ng@"}) {
      String url = "redis://" + credentials + "127.0.0.1:" + server.port() + SHORT;
      try (RedisStore refused = RedisStore.open(url)) {
        assertThatThrownBy(refused::ping)
            .isInstanceOfSatisfying(
                StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.PERMANENT))
            .satisfies(e -> assertThat(e.toString()).doesNotContain("wr0ng"));
      }
    }
    try (RedisStore let = RedisStore.open("redis://:right@127.0.0.1:" + server.port() + SHORT)) {
      let.ping();
    }
  }

  @Test
  void shouldSayPermanentWhenTheUserMayNotDoIt() {
    server.run(Command.ACL, "SETUSER", "reader", "on", ">pw", "~*", "+@read", "+ping");
    String url = "redis://reader:pw@127.0.0.1:" + server.port() + SHORT;
    try (RedisStore reader = RedisStore.open(url)) {
      reader.ping();
      assertThatThrownBy(() -> reader.keyValues().put("a", new byte[0]))
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.PERMANENT));
    }
  }

  @Test
  void shouldNeedNoMoreThanTheRulesThatTheGuideNames() {
    Object unused =
        server.run(
            Command.ACL,
            "SETUSER tallystick on >pw ~P_* ~P:* ~{P_* ~{P:* +@read +@write +@scripting"
                .concat(" +@transaction +@connection +info +cluster")
                .split(" "));
    String address = "127.0.0.1:" + server.port() + SHORT + "&prefix=P";
    try (RedisStore let = RedisStore.open("redis://tallystick:pw@" + address, clock)) {
      let.ping();
      let.keyValues().put("k", new byte[] {1}, Duration.ofMinutes(1));
      assertThat(let.keyValues().increment("n", 1)).isEqualTo(1);
      let.keyValues().forEachKey("", key -> {});
      let.jobQueue("q").offer("job", new byte[0]);
      assertThat(let.jobQueue("q").take(Duration.ofMinutes(1))).isPresent();
      let.ledger().publish(all("a", 1, counter("m", count("/", 1))));
      let.ledger().publish(all("b", 1, counter("m", count("/", 1))));
      let.ledger().publish(Publication.ofAll("c", 1, families(1, 5_000, 1), Counters.LEASE));
      let.ledger().retire("c");
      let.ledger().retire("a");
      clock.turn(Counters.LEASE);
      assertThat(let.ledger().retireExpired()).containsExactly("b");
      assertThat(let.ledger().baseline("b")).isPresent();
      assertThat(total(let, "m")).isEqualTo(2);
      assertThat(let.ledger().id()).isNotEmpty();
      assertThat(let.stats().jobs()).isEqualTo(1);
    }
  }
}
