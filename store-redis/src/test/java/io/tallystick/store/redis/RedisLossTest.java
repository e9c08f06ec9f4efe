package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.LEASE;
import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.changes;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import io.tallystick.testing.TurnedClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** What a ledger loses in Redis, and that it is found before totals are wrong. */
class RedisLossTest extends OneServer {
  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private final String prefix = UUID.randomUUID().toString();
  private CuttingProxy proxy;
  private RedisStore store;

  @BeforeEach
  void open() throws Exception {
    proxy = CuttingProxy.start(server.port());
    store = RedisStore.open(proxy.url() + "?prefix=" + prefix, clock);
  }

  @AfterEach
  void close() throws Exception {
    store.close();
    proxy.close();
  }

  private String ofFamily(String name, String what) {
    return "{" + prefix + "_" + name + "}:" + what;
  }

  private String ofSources(String what) {
    return "{" + prefix + ":sources}:" + what;
  }

  private List<String> keys() {
    return ((List<?>) server.run(Command.KEYS, "*" + prefix + "*"))
        .stream().map(key -> new String((byte[]) key, StandardCharsets.UTF_8)).toList();
  }

  private static byte[] dump(String key) {
    return (byte[]) server.run(Command.DUMP, key);
  }

  private static void restore(String key, byte[] dumped) {
    try (Connection connection = new Connection("127.0.0.1", server.port())) {
      connection.sendCommand(
          Command.RESTORE, Bytes.of(key), Bytes.of(0), dumped, Bytes.of("REPLACE"));
      assertThat(connection.getOne()).isNotNull();
    }
  }

  /** Publishes changes, with something done before one of the round trips. */
  private void publishAnd(int roundTrip, long version, Runnable action) {
    proxy.before(roundTrip, action);
    try {
      Result result =
          store.ledger().publish(changes("a", version, version - 1, counter("m", count("/", 6))));
      assertThat(result).isNotEqualTo(Result.ACCEPTED);
    } catch (StoreException e) {
      assertThat(e.category()).isEqualTo(Category.TRANSIENT);
    }
    proxy.throwFailure();
  }

  @Test
  void shouldTakeNoPublicationThatRedisHasLostAPartOfMeanwhile() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    store.ledger().publish(changes("a", 2, 1, counter("m", count("/", 1)))); // scripts are known
    for (int roundTrip = 0; roundTrip < 3; roundTrip++) {
      long version = 10L * roundTrip + 10;
      store
          .ledger()
          .publish(
              all(
                  "a",
                  version,
                  counter("m", count("/", 5), count("/x", 7)),
                  counter("n", count("/", 9))));
      publishAnd(roundTrip, version + 1, () -> keys().forEach(key -> server.run(Command.DEL, key)));
      store
          .ledger()
          .publish(
              all(
                  "a",
                  version + 2,
                  counter("m", count("/", 6), count("/x", 7)),
                  counter("n", count("/", 9))));
      assertThat(total(store, "m")).isEqualTo(13);
      assertThat(total(store, "n")).isEqualTo(9);
    }
  }

  @Test
  void shouldCommitNothingThatItDoesNotKnowAnyMore() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 5))));
    LedgerKeys keys = store.redisLedger().keys();
    List<byte[]> arguments =
        List.of(
            Bytes.of("a"),
            Bytes.of(LedgerHeader.version(2)),
            Bytes.of(LedgerHeader.version(1)),
            Bytes.of(clock.millis()),
            Bytes.of(clock.millis() + 60_000),
            Bytes.of(1_000_000));
    Request commit =
        Request.of(Script.SOURCE_COMMIT, keys.ofSource("a", keys.id(), keys.merged()), arguments);
    keys().forEach(key -> server.run(Command.DEL, key));
    assertThat(Bytes.text(store.wire().ask(commit))).isEqualTo("LOST");
  }

  @Test
  void shouldAskForAllWhenAFamilyHasGoneBetweenItsCheckAndItsWriting() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 5), count("/x", 7))));
    store.ledger().publish(changes("a", 2, 1, counter("m", count("/", 5))));
    publishAnd(1, 3, () -> server.run(Command.DEL, ofFamily("m", "live"), ofFamily("m", "live:a")));
    store.ledger().publish(all("a", 4, counter("m", count("/", 8), count("/x", 7))));
    assertThat(total(store, "m")).isEqualTo(15);
  }

  @Test
  void shouldAskForAllWhenAFamilyIsWhatItWasBefore() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1), count("/x", 1))));
    byte[] live = dump(ofFamily("m", "live"));
    byte[] series = dump(ofFamily("m", "live:a"));
    store.ledger().publish(changes("a", 2, 1, counter("m", count("/x", 100))));
    restore(ofFamily("m", "live"), live);
    restore(ofFamily("m", "live:a"), series);
    assertThat(store.ledger().publish(changes("a", 3, 2, counter("m", count("/", 2)))))
        .isEqualTo(Result.INCOMPLETE);
  }

  @Test
  void shouldAskForAllWhenAFamilyThatHasNotChangedIsWhatItWasBefore() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1)), counter("n", count("/", 1))));
    byte[] live = dump(ofFamily("n", "live"));
    byte[] series = dump(ofFamily("n", "live:a"));
    store.ledger().publish(changes("a", 2, 1, counter("n", count("/", 100))));
    restore(ofFamily("n", "live"), live);
    restore(ofFamily("n", "live:a"), series);
    assertThatThrownBy(
            () -> store.ledger().publish(changes("a", 3, 2, counter("m", count("/", 2)))))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.TRANSIENT));
  }

  @Test
  void shouldNotBelieveACommitThatAnotherServerTook() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    byte[] live = dump(ofFamily("m", "live"));
    byte[] series = dump(ofFamily("m", "live:a"));
    store.ledger().publish(changes("a", 2, 1, counter("m", count("/", 5))));
    proxy.before( // which has the beginning, and not the family
        2,
        () -> {
          restore(ofFamily("m", "live"), live);
          restore(ofFamily("m", "live:a"), series);
        });
    assertThatThrownBy(
            () -> store.ledger().publish(changes("a", 3, 2, counter("m", count("/", 9)))))
        .isInstanceOf(StoreException.class);
    proxy.throwFailure();
  }

  @Test
  void shouldAskForAllWhenTheServerIsAnotherOne() throws Exception {
    Path own = folder.resolve(prefix);
    try (RedisProcess restarted = RedisProcess.start(own, "--appendonly", "no");
        RedisStore other = RedisStore.open(restarted.url(), clock)) {
      other.ledger().publish(all("a", 1, counter("m", count("/", 1))));
      assertThat(other.ledger().publish(changes("a", 2, 1, counter("m", count("/", 2)))))
          .isEqualTo(Result.ACCEPTED);
      restarted.run(Command.SAVE);
      restarted.kill();
      restarted.restart();
      Result first = null;
      for (int i = 0; first == null; i++) {
        try {
          first = other.ledger().publish(changes("a", 3 + i, 2, counter("m", count("/", 3))));
        } catch (StoreException e) {
          assertThat(i).isLessThan(5); // on the connections of before
        }
      }
      assertThat(first).isEqualTo(Result.INCOMPLETE);
    }
  }

  @Test
  void shouldTellWhoHasNothingNewOnceThatTheServerIsAnotherOne() throws Exception {
    Path own = folder.resolve(prefix);
    try (RedisProcess restarted = RedisProcess.start(own, "--appendonly", "no");
        RedisStore other = RedisStore.open(restarted.url(), clock)) {
      other.ledger().publish(all("a", 1, counter("m", count("/", 1))));
      String id = other.ledger().id();
      restarted.run(Command.SAVE);
      restarted.kill();
      restarted.restart();
      Await.until("connections", () -> answers(other));
      assertThatThrownBy(other.ledger()::id)
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.TRANSIENT))
          .hasMessageContaining("another server");
      assertThat(other.ledger().id()).isEqualTo(id);
      other.ledger().publish(all("a", 2, counter("m", count("/", 1))));
      assertThat(other.ledger().id()).isEqualTo(id);
    }
  }

  @Test
  void shouldTellEachThatPublishesAndNobodyElseThatTheServerIsAnotherOne() throws Exception {
    Path own = folder.resolve(prefix);
    ExecutorService second = Executors.newSingleThreadExecutor();
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try (RedisProcess restarted = RedisProcess.start(own, "--appendonly", "no");
        RedisStore other = RedisStore.open(restarted.url(), clock)) {
      Callable<String> asks = other.ledger()::id;
      String id = asks.call();
      other.ledger().publish(all("a", 1, counter("m", count("/", 1))));
      by(second, () -> other.ledger().publish(all("b", 1, counter("m", count("/", 2)))));
      by(reader, () -> other.ledger().publish(all("ended", 1, counter("m", count("/", 3)))));
      assertThat(by(reader, () -> other.ledger().retire("ended"))).isTrue();
      restarted.run(Command.SAVE);
      restarted.kill();
      restarted.restart();
      Await.until("connections", () -> answers(other));
      assertThat(by(reader, asks)).isEqualTo(id);
      assertThatThrownBy(asks::call).hasMessageContaining("another server");
      other.ledger().publish(all("a", 2, counter("m", count("/", 1))));
      assertThatThrownBy(() -> by(second, asks)).hasMessageContaining("another server");
      assertThat(List.of(asks.call(), by(second, asks), by(reader, asks))).containsOnly(id);
    } finally {
      second.shutdownNow();
      reader.shutdownNow();
    }
  }

  private static <T> T by(ExecutorService thread, Callable<T> call) throws Exception {
    return thread.submit(call).get(1, TimeUnit.MINUTES);
  }

  private static boolean answers(RedisStore store) {
    try {
      store.ping();
      return true;
    } catch (StoreException e) {
      return false; // on the connections of before
    }
  }

  @Test
  void shouldShowAllFamiliesWhenAnIndexHasLostThem() {
    store.ledger().publish(all("old", 1, counter("o", count("/", 4))));
    store.ledger().retire("old");
    store.ledger().publish(all("a", 1, counter("m", count("/", 1)), counter("n", count("/", 9))));
    for (String index : List.of(prefix + ":families", ofSources("families"))) {
      Object names = server.run(Command.HGETALL, index);
      for (boolean isGone : new boolean[] {true, false}) {
        server.run(Command.DEL, index);
        if (!isGone) {
          server.run(Command.SET, index, "no hash");
        }
        assertThat(total(store, "n")).isEqualTo(9);
        assertThat(total(store, "o")).isEqualTo(4);
        long version = store.ledger().sources().get(0).version();
        assertThat(
                store
                    .ledger()
                    .publish(changes("a", version + 1, version, counter("m", count("/", 2)))))
            .isEqualTo(Result.ACCEPTED);
        assertThat((List<?>) server.run(Command.HGETALL, index)).hasSameSizeAs((List<?>) names);
      }
    }
  }

  @Test
  void shouldKeepTheIndexWhenNothingChanges() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    server.run(Command.PEXPIRE, prefix + ":families", "100000");
    store.ledger().publish(changes("a", 2, 1));
    assertThat((Long) server.run(Command.PTTL, prefix + ":families")).isGreaterThan(100_000L);
  }

  @Test
  void shouldGiveNoBaselineThatIsLessThanWasCutOff() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 3)), counter("n", count("/", 4))));
    store.ledger().publish(all("b", 1, counter("m", count("/", 3))));
    store.ledger().publish(all("ended", 1, counter("m", count("/", 3))));
    store.ledger().retire("ended");
    clock.turn(LEASE);
    assertThat(store.ledger().retireExpired()).containsExactly("a", "b");
    assertThat((Long) server.run(Command.PTTL, ofFamily("m", "baseline:a")))
        .isGreaterThan(Duration.ofDays(3).toMillis());
    assertThat(store.ledger().baseline("a").orElseThrow()).hasSize(2);
    assertThat(store.ledger().baseline("ended")).isEmpty();
    server.run(Command.DEL, ofFamily("n", "baseline:a"));
    assertCorrupt("a");
    List<FamilyValues> ofB = store.ledger().baseline("b").orElseThrow();
    server.run(Command.DEL, ofSources("of:b")); // the families are found without
    assertThat(store.ledger().baseline("b")).contains(ofB);
    server.run(Command.DEL, ofSources("cut"));
    assertCorrupt("ended");
    assertThat(store.ledger().baseline("nobody")).isEmpty();
  }

  private void assertCorrupt(String source) {
    assertThatThrownBy(() -> store.ledger().baseline(source))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.CORRUPT));
  }

  @Test
  void shouldForgetABaselineWithTheName() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 3))));
    clock.turn(LEASE);
    assertThat(store.ledger().retireExpired()).containsExactly("a");
    clock.turn(Duration.ofDays(1));
    assertThat(store.ledger().retireExpired()).isEmpty();
    assertThat(store.ledger().baseline("a")).isEmpty();
    assertThat(keys()).noneMatch(key -> key.contains("baseline") || key.contains(":of:"));
  }

  @Test
  void shouldRefuseARetiredSourceWhenRedisHasLostThatItWas() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 3))));
    clock.turn(LEASE);
    assertThat(store.ledger().retireExpired()).containsExactly("a");
    server.run(Command.DEL, ofSources("retired"));
    assertThat(store.ledger().publish(all("a", 2, counter("m", count("/", 5)))))
        .isEqualTo(Result.RETIRED);
    assertThat(total(store, "m")).isEqualTo(3);
    assertThat(store.ledger().baseline("a").orElseThrow()).hasSize(1);
  }

  @Test
  void shouldRetireSourcesThatTheFamiliesHaveAndNobodyLists() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 10))));
    store.ledger().publish(all("b", 1, counter("m", count("/", 1))));
    byte[] live = dump(ofFamily("m", "live"));
    byte[] series = dump(ofFamily("m", "live:b"));
    server.run(
        Command.DEL,
        prefix + ":sources",
        ofSources("versions"),
        ofSources("of:a"),
        ofSources("of:b"));
    assertThat(store.ledger().publish(all("b", 2, counter("m", count("/", 1)))))
        .isEqualTo(Result.ACCEPTED);
    clock.turn(LEASE);
    assertThat(store.ledger().retireExpired()).containsExactly("a", "b");
    assertThat(total(store, "m")).isEqualTo(11);
    assertThat(keys()).noneMatch(key -> key.contains(":live:"));
    server.run(Command.DEL, ofFamily("m", "retired")); // as if the slot were what it was before
    restore(ofFamily("m", "live"), live);
    restore(ofFamily("m", "live:b"), series);
    clock.turn(Duration.ofHours(2));
    assertThat(store.ledger().retireExpired()).isEmpty();
    assertThat(keys()).noneMatch(key -> key.contains("live:b"));
  }

  @Test
  void shouldRetireAllOfASourceWhoseFamiliesAreNotListedAnyMore() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 3)), counter("n", count("/", 4))));
    server.run(Command.DEL, ofSources("of:a"));
    server.run(Command.DEL, prefix + ":sources");
    assertThat(store.ledger().sources()).hasSize(1);
    clock.turn(LEASE);
    assertThat(store.ledger().retireExpired()).containsExactly("a");
    assertThat(keys()).noneMatch(key -> key.contains(":live"));
    assertThat(store.ledger().baseline("a").orElseThrow()).hasSize(2);
    assertThat(total(store, "m")).isEqualTo(3);
  }

  @Test
  void shouldRetireTheOthersWhenOneSourceCannotBe() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 3))));
    store.ledger().publish(all("b", 1, counter("n", count("/", 4))));
    server.run(Command.HSET, ofFamily("m", "meta"), "sequence", "no number");
    clock.turn(LEASE);
    assertThatThrownBy(store.ledger()::retireExpired).isInstanceOf(StoreException.class);
    assertThat(store.ledger().sources()).extracting(source -> source.name()).containsExactly("a");
    assertThat(total(store, "n")).isEqualTo(4);
    server.run(Command.HDEL, ofFamily("m", "meta"), "sequence");
    assertThat(store.ledger().retireExpired()).containsExactly("a");
    assertThat(total(store, "m")).isEqualTo(3);
  }

  @Test
  void shouldCountASourceThatLivesAgainOnceWhenItsTombstoneIsMerged() {
    assertThat(store.ledger().id()).isNotEmpty();
    store.ledger().publish(all("a", 1, counter("m", count("/", 10))));
    Map<String, byte[]> before = new HashMap<>();
    keys().forEach(key -> before.put(key, dump(key)));
    store.ledger().retire("a");
    Path backup = folder.resolve(prefix + ".backup");
    store.backup(backup);
    keys().forEach(key -> server.run(Command.DEL, key));
    before.forEach(RedisLossTest::restore);
    store.restore(backup, RestoreMode.MERGE);
    assertThat(total(store, "m")).isEqualTo(10);
    assertThat(store.ledger().sources()).isEmpty();
    assertThat(keys()).noneMatch(key -> key.contains(":live"));
  }

  @Test
  void shouldMergeNothingThatItHasWhenNobodyHasAskedForItsId() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 10))));
    store.ledger().retire("a");
    Path backup = folder.resolve(prefix + ".backup");
    store.backup(backup);
    store.restore(backup, RestoreMode.MERGE);
    assertThat(total(store, "m")).isEqualTo(10);
  }

  @Test
  void shouldGoOnWhenSomebodyHasChangedHeadersAndVersions() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1)), counter("n", count("/", 9))));
    server.run(Command.HSET, ofFamily("m", "live"), "a", "junk");
    assertThat(
            store
                .ledger()
                .publish(all("a", 2, counter("m", count("/", 2)), counter("n", count("/", 9)))))
        .isEqualTo(Result.ACCEPTED);
    server.run(Command.HSET, ofSources("versions"), "a", "junk");
    assertThat(store.ledger().sources()).hasSize(1);
    assertThat(store.ledger().publish(changes("a", 3, 2, counter("m", count("/", 3)))))
        .isEqualTo(Result.INCOMPLETE);
    assertThat(store.ledger().publish(all("a", 4, counter("m", count("/", 4)))))
        .isEqualTo(Result.ACCEPTED);
    assertThat(total(store, "m")).isEqualTo(4);
    for (String key : List.of(prefix + ":sources", ofSources("versions"), ofSources("of:a"))) {
      server.run(Command.SET, key, "of another type");
      assertThat(store.ledger().read()).hasSize(1);
      assertThat(store.ledger().sources()).hasSizeLessThan(2);
    }
    assertThat(store.ledger().publish(all("a", 9, counter("m", count("/", 5)))))
        .isEqualTo(Result.ACCEPTED);
    assertThat(total(store, "m")).isEqualTo(5);
  }

  @Test
  void shouldChangeNothingThatIsReadWhenAPublicationIsRefused() {
    store.ledger().publish(all("a", 2, counter("m", count("/", 1))));
    store.ledger().publish(all("b", 1, counter("m", count("/", 1))));
    store.ledger().retire("b");
    store.ledger().publish(all("b", 2, counter("x", count("/", 1))));
    store.ledger().publish(all("a", 1, counter("y", count("/", 1))));
    store.ledger().publish(changes("a", 5, 4, counter("z", count("/", 1))));
    assertThat((List<?>) server.run(Command.HKEYS, prefix + ":families")).hasSize(1);
    assertThat(keys()).noneMatch(key -> key.contains("_x") || key.contains("_y"));
  }

  @Test
  void shouldKnowTheLedgerAndItsSourcesWhenTheirSlotIsLost() {
    final String id = store.ledger().id();
    store.ledger().publish(all("a-1", 1, counter("m", count("/", 100))));
    clock.turn(LEASE);
    assertThat(store.ledger().retireExpired()).containsExactly("a-1");
    store.ledger().publish(all("a-2", 7, counter("m", count("/", 10)), counter("n")));
    for (int i = 0; i < 2; i++) {
      String slot = i == 0 ? "{" + prefix + ":sources}" : "{" + prefix + ":families}";
      keys().stream()
          .filter(key -> key.startsWith(slot) || slot.equals('{' + key + '}'))
          .forEach(key -> server.run(Command.DEL, key));
      assertThat(store.ledger().id()).isEqualTo(id);
      assertThat(store.ledger().sources())
          .extracting(each -> each.name() + ' ' + each.version())
          .containsExactly("a-2 7");
      assertThat(total(store, "m")).isEqualTo(110);
    }
    assertThat(store.ledger().publish(changes("a-2", 8, 7, counter("m", count("/", 11)))))
        .isEqualTo(Result.INCOMPLETE);
    assertThat(store.ledger().publish(all("a-2", 9, counter("m", count("/", 12)))))
        .isEqualTo(Result.ACCEPTED);
    assertThat(store.ledger().publish(changes("a-2", 10, 9, counter("m", count("/", 13)))))
        .isEqualTo(Result.ACCEPTED);
    assertThat(total(store, "m")).isEqualTo(113);
    assertThat(keys()).allSatisfy(key -> assertThat(ttl(key)).isPositive());
  }

  private static long ttl(String key) {
    return (Long) server.run(Command.PTTL, key);
  }

  @Test
  void shouldRemoveAFamilyThatHadGoneAndIsThereAgain() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1)), counter("n", count("/", 9))));
    byte[] live = dump(ofFamily("n", "live"));
    byte[] series = dump(ofFamily("n", "live:a"));
    store.ledger().publish(all("a", 2, counter("m", count("/", 1))));
    restore(ofFamily("n", "live"), live);
    restore(ofFamily("n", "live:a"), series);
    assertThatThrownBy(
            () -> store.ledger().publish(changes("a", 3, 2, counter("m", count("/", 2)))))
        .isInstanceOf(StoreException.class);
    store.ledger().publish(all("a", 4, counter("m", count("/", 2))));
    assertThat(total(store, "n")).isZero();
    assertThat(store.ledger().publish(changes("a", 5, 4, counter("m", count("/", 3)))))
        .isEqualTo(Result.ACCEPTED);
  }

  @Test
  void shouldTakeAllSeriesBehindAVersionWhenTheSourcesFamiliesAreNotListed() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    assertThat(begin("all", 2, 3)).isEqualTo("INCOMPLETE");
    server.run(Command.DEL, ofSources("of:a"));
    assertThat(begin("changes", 1, 2)).isEqualTo("INCOMPLETE");
    assertThat(begin("all", 1, 2)).isEqualTo("ACCEPTED");
  }

  private String begin(String how, long since, long version) {
    List<byte[]> arguments =
        List.of(
            Bytes.of("a"),
            Bytes.of(LedgerHeader.version(version)),
            Bytes.of(LedgerHeader.version(since)),
            Bytes.of(clock.millis() + 60_000),
            Bytes.of(1_000_000),
            Bytes.of(how),
            Bytes.of("m"));
    List<byte[]> all = store.redisLedger().keys().ofSource("a");
    Request request = Request.of(Script.SOURCE_BEGIN, all, arguments);
    return Bytes.text(Bytes.list(store.wire().ask(request)).get(0));
  }

  @Test
  void shouldLetAListOfFamiliesExpireThatIsMadeAnewForARetirement() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1))));
    server.run(Command.DEL, ofSources("of:a"));
    server.run(Command.HSET, ofFamily("m", "meta"), "sequence", "no number");
    assertThatThrownBy(() -> store.ledger().retire("a")).isInstanceOf(StoreException.class);
    assertThat(ttl(ofSources("of:a"))).isPositive();
  }

  @Test
  void shouldHaveABaselineAgainWhenAFamilyIsWhatItWasBeforeItsSourceWasCutOff() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 10))));
    Map<String, byte[]> before = new HashMap<>();
    keys().stream()
        .filter(key -> key.contains(prefix + "_m"))
        .forEach(key -> before.put(key, dump(key)));
    clock.turn(LEASE);
    assertThat(store.ledger().retireExpired()).containsExactly("a");
    keys().stream()
        .filter(key -> key.contains(prefix + "_m"))
        .forEach(key -> server.run(Command.DEL, key));
    before.forEach(RedisLossTest::restore);
    clock.turn(Duration.ofHours(2));
    assertThat(store.ledger().retireExpired()).isEmpty();
    assertThat(total(store, "m")).isEqualTo(10);
    assertThat(store.ledger().baseline("a").orElseThrow()).hasSize(1);
  }

  @Test
  void shouldSayWhatABaseHasOfASourceThatPublishesWhileItsTombstoneIsMerged() {
    Path backup = folder.resolve(prefix + ".backup");
    assertThat(store.ledger().id()).isNotEmpty();
    store.ledger().publish(all("a", 1, counter("m", count("/", 10))));
    clock.turn(LEASE);
    assertThat(store.ledger().retireExpired()).containsExactly("a");
    store.backup(backup);
    boolean isPending = false;
    for (int roundTrip = 0; !isPending; roundTrip++) {
      keys().forEach(key -> server.run(Command.DEL, key)); // and all is published again
      store.ledger().publish(all("a", 2, counter("m", count("/", 12))));
      assertThat(store.ledger().id()).isNotEmpty();
      try (RedisStore host = RedisStore.open(server.url() + "?prefix=" + prefix, clock)) {
        proxy.before(
            roundTrip, () -> host.ledger().publish(all("a", 3, counter("m", count("/", 13)))));
        store.restore(backup, RestoreMode.MERGE);
        isPending = proxy.isPending();
        proxy.mend();
        proxy.throwFailure();
        assertThat(host.ledger().publish(all("a", 4, counter("m", count("/", 14)))))
            .isEqualTo(Result.RETIRED);
        assertThat(host.ledger().baseline("a").orElseThrow().get(0).series().get(0).total())
            .isEqualTo(10);
        assertThat(total(host, "m")).isEqualTo(10);
      }
    }
  }
}
