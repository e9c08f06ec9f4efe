package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.LEASE;
import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.changes;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.families;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.SeriesValues;
import io.tallystick.testing.TurnedClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;

/** The keys of a ledger in Redis: what others may do to them, and what they cost. */
class RedisLedgerTest extends OneServer {
  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private final String prefix = UUID.randomUUID().toString();
  private RedisStore store;

  @BeforeEach
  void open() {
    store = RedisStore.open(server.url() + "?prefix=" + prefix, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private String key(String name) {
    return prefix + "_" + name;
  }

  private static String text(Object reply) {
    return reply == null ? null : new String((byte[]) reply, StandardCharsets.UTF_8);
  }

  private List<String> keys() {
    return ((List<?>) server.run(Command.KEYS, "*" + prefix + "*"))
        .stream().map(RedisLedgerTest::text).toList();
  }

  @Test
  void shouldGiveEveryKeyOfTheLedgerATimeToLive() {
    store.ledger().publish(all("cut", 1, counter("m", count("/", 1))));
    clock.turn(LEASE);
    store.ledger().retireExpired();
    store.ledger().publish(all("ended", 1, counter("m", count("/", 1))));
    store.ledger().retire("ended");
    store
        .ledger()
        .publish(all("live", 1, counter("m", count("/", 1)), counter("n", count("/", 1))));
    String id = store.ledger().id();
    assertThat(id).isNotEmpty();
    long most = Duration.ofDays(30).toMillis();
    assertThat(keys())
        .hasSizeGreaterThan(12)
        .allSatisfy(
            key -> assertThat((Long) server.run(Command.PTTL, key)).as(key).isBetween(1L, most));
  }

  @Test
  void shouldKeepFamiliesThatDoNotChangeForAsLongAsTheirSource() {
    store
        .ledger()
        .publish(all("a", 1, counter("m", count("/", 1)), counter("idle", count("/", 1))));
    for (String key : keys()) {
      server.run(Command.PEXPIRE, key, "100000");
    }
    store.ledger().publish(changes("a", 2, 1, counter("m", count("/", 2))));
    assertThat((Long) server.run(Command.PTTL, "{" + key("idle") + "}:live:a"))
        .isBetween(1L, 100_000L);
    clock.turn(Duration.ofDays(3));
    store.ledger().publish(changes("a", 3, 2, counter("m", count("/", 2))));
    assertThat((Long) server.run(Command.PTTL, "{" + key("idle") + "}:live:a"))
        .isGreaterThan(100_000L);
  }

  @Test
  void shouldAskForAllWhenAFamilyOfASourceWasEvicted() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1), count("/x", 1))));
    server.run(Command.DEL, "{" + key("m") + "}:live:a");
    assertThat(store.ledger().publish(changes("a", 2, 1, counter("m", count("/", 2)))))
        .isEqualTo(Result.INCOMPLETE);
    store.ledger().publish(all("a", 3, counter("m", count("/", 2), count("/x", 1))));
    assertThat(total(store, "m")).isEqualTo(3);
  }

  @Test
  void shouldTakeThreeRoundTripsWhateverThereIs() {
    store.ledger().publish(all("first", 1, counter("m", count("/", 1))));
    store.ledger().publish(changes("first", 2, 1, counter("m", count("/", 1))));
    store.ledger().retire("first"); // now the server knows the scripts
    for (int size : new int[] {1, 300}) {
      String source = "s" + size;
      store.ledger().publish(Publication.ofAll(source, 1, families(20, size, 1), LEASE));
      long before = store.wire().roundTrips();
      store
          .ledger()
          .publish(Publication.ofChanges(source, 2, 1, families(20, Math.min(size, 5), 2), LEASE));
      assertThat(store.wire().roundTrips() - before).isEqualTo(3);
      before = store.wire().roundTrips();
      assertThat(store.ledger().read()).hasSize(21);
      assertThat(store.wire().roundTrips() - before).isEqualTo(3);
    }
  }

  @Test
  void shouldPublishAndFoldFamiliesThatAreTooLargeForOneCommand() {
    store.ledger().publish(Publication.ofAll("a", 1, families(2, 6_000, 1), LEASE));
    store.ledger().publish(Publication.ofChanges("a", 2, 1, families(2, 5_000, 3), LEASE));
    assertThat(total(store, "f1")).isEqualTo(5_000 * 3 + 1_000);
    store.ledger().retire("a");
    assertThat(total(store, "f1")).isEqualTo(5_000 * 3 + 1_000);
    assertThat(keys()).noneMatch(key -> key.contains(":stage:"));
  }

  @Test
  void shouldCountOnInWhatPythonCounts() {
    String root = "_total:{\"path\":\"/\"}";
    server.run(Command.HINCRBYFLOAT, key("m"), root, "2.5");
    store.ledger().publish(all("a", 1, counter("m", count("/", 3))));
    assertThat(total(store, "m")).isEqualTo(5.5);
    store.ledger().retire("a");
    assertThat(text(server.run(Command.HGET, key("m"), root))).isEqualTo("5.5");
    server.run(Command.HINCRBYFLOAT, key("m"), root, "1");
    server.run(Command.HINCRBYFLOAT, key("m"), "_total:{\"path\":\"/py\"}", "4");
    assertThat(total(store, "m")).isEqualTo(10.5);
    store.ledger().publish(all("b", 1, counter("m", count("/", 1), count("/py", 1))));
    store.ledger().retire("b");
    assertThat(total(store, "m")).isEqualTo(12.5);
    assertThat(text(server.run(Command.HGET, key("m"), root))).isEqualTo("7.5");
  }

  @Test
  void shouldTakeBothNamesOfABoundForOneBucket() {
    double inf = Double.POSITIVE_INFINITY;
    server.run(
        Command.HSET,
        key("h"),
        "_bucket:{\"le\":\"1e+010\"}",
        "2",
        "_bucket:{\"le\":\"+Inf\"}",
        "3",
        "_count:{}",
        "3",
        "_sum:{}",
        "7.5");
    for (int i = 1; i <= 2; i++) {
      store.ledger().publish(all("s" + i, 1, histogram(List.of(1e10, inf), List.of(1L, 1L))));
      store.ledger().retire("s" + i);
      assertThat(store.ledger().read().get(0).series())
          .singleElement()
          .satisfies(each -> assertThat(each.sum()).isEqualTo(8.5))
          .extracting(SeriesValues::counts)
          .isEqualTo(List.of(2L + i, 1L + i));
      assertThat(server.run(Command.HLEN, key("h"))).isEqualTo(5L);
      assertThat(text(server.run(Command.HGET, key("h"), "_bucket:{\"le\":\"1e+10\"}")))
          .isEqualTo(2 + i + ".0");
      server.run(Command.HINCRBYFLOAT, key("h"), "_sum:{}", "-1");
    }
  }

  private static FamilyValues histogram(List<Double> bounds, List<Long> counts) {
    SeriesValues series = new SeriesValues(Labels.EMPTY, 1, 0, counts, 1, 0, null, null, List.of());
    return new FamilyValues(
        "h",
        "h",
        "h",
        FamilyType.HISTOGRAM,
        GaugeMode.ALL,
        null,
        null,
        bounds,
        List.of(),
        List.of(),
        1,
        List.of(series));
  }

  @Test
  void shouldKeepWhatJvmsCountedWhenPythonsHashHasExpired() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 3), count("/x", 1))));
    store.ledger().retire("a");
    server.run(Command.DEL, key("m"));
    assertThat(total(store, "m")).isEqualTo(4);
    server.run(Command.HINCRBYFLOAT, key("m"), "_total:{\"path\":\"/\"}", "1");
    assertThat(total(store, "m")).isEqualTo(5);
    store.ledger().publish(all("b", 1, counter("m", count("/", 1))));
    store.ledger().retire("b");
    assertThat(total(store, "m")).isEqualTo(6);
    assertThat(text(server.run(Command.HGET, key("m"), "_total:{\"path\":\"/\"}")))
        .isEqualTo("5.0");
    server.run(Command.DEL, key("m"));
    for (int i = 1; i < 9; i++) { // less than was written, as much, and more
      server.run(Command.HINCRBYFLOAT, key("m"), "_total:{\"path\":\"/\"}", "1");
      assertThat(total(store, "m")).isEqualTo(6 + i);
    }
  }

  @Test
  void shouldLeaveOutOnlyWhatIsPoisoned() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 3)), counter("n", count("/", 1))));
    store.ledger().retire("a");
    store.ledger().publish(all("b", 1, counter("m", count("/", 4)), counter("n", count("/", 1))));
    server.run(Command.HSET, key("m"), "_total:{\"path\":", "1", "no field", "2", "_total:{}", "x");
    assertThat(total(store, "m")).isEqualTo(7);
    server.run(Command.HSET, "{" + key("m") + "}:live:b", "scounter:junk", "junk");
    server.run(Command.HSET, "{" + key("m") + "}:base", "scounter:junk", "junk");
    assertThat(total(store, "m")).isEqualTo(7);
    server.run(Command.SET, key("m"), "no hash");
    assertThat(total(store, "m")).isEqualTo(7);
    server.run(Command.SET, "{" + key("n") + "}:live:b", "no hash");
    assertThat(total(store, "n")).isEqualTo(1);
    assertThat(total(store, "m")).isEqualTo(7);
    assertThat(store.ledger().retire("b")).isTrue();
    assertThat(total(store, "m")).isEqualTo(7);
    assertThat(total(store, "n")).isEqualTo(1);
    server.run(Command.SET, "{" + key("m") + "}:base", "no hash");
    store.ledger().publish(all("c", 1, counter("m", count("/", 1)), counter("n", count("/", 1))));
    assertThat(store.ledger().retire("c")).isTrue();
    assertThat(total(store, "m")).isEqualTo(1);
    assertThat(total(store, "n")).isEqualTo(2);
  }

  @Test
  void shouldForgetFamiliesThatASourceHasNoMore() {
    store.ledger().publish(all("a", 1, counter("m", count("/", 1)), counter("n", count("/", 1))));
    store.ledger().publish(all("a", 2, counter("m", count("/", 2))));
    assertThat(total(store, "n")).isZero();
    assertThat(store.ledger().publish(changes("a", 3, 2, counter("n", count("/", 5)))))
        .isEqualTo(Result.ACCEPTED);
    assertThat(total(store, "n")).isEqualTo(5);
    store.ledger().retire("a");
    assertThat(total(store, "n")).isEqualTo(5);
    assertThat(total(store, "m")).isEqualTo(2);
  }
}
