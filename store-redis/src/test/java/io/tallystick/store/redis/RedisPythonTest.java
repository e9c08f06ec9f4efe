package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Protocol.Command;

/** The hash that prometheus-distributed-client counts on in while sources are folded into it. */
class RedisPythonTest extends OneServer {
  private static final String TOTAL = "_total:{\"path\":\"/\"}";
  private static final String CREATED = "_created:{\"path\":\"/\"}";

  private final String prefix = UUID.randomUUID().toString();
  private CuttingProxy proxy;
  private RedisStore store;

  @BeforeEach
  void open() throws Exception {
    proxy = CuttingProxy.start(server.port());
    store = RedisStore.open(proxy.url() + "?prefix=" + prefix);
  }

  @AfterEach
  void close() throws Exception {
    store.close();
    proxy.close();
  }

  private String key() {
    return prefix + "_m";
  }

  private void retire(String source, long counted) {
    store.ledger().publish(all(source, 1, counter("m", count("/", counted))));
    assertThat(store.ledger().retire(source)).isTrue();
  }

  /** Increments as the client does. */
  private void increment(String amount) {
    server.run(Command.HSETNX, key(), CREATED, "1900000000.5");
    server.run(Command.HINCRBYFLOAT, key(), TOTAL, amount);
  }

  @Test
  void shouldNeverShowLessWhenTheHashHasExpiredAndPythonCountsOnPastIt() {
    retire("a", 100);
    server.run(Command.DEL, key());
    double latest = 100;
    for (int i = 0; i < 20; i++) {
      increment("11");
      latest += 11;
      assertThat(total(store, "m")).isEqualTo(latest);
    }
    retire("b", 1);
    assertThat(total(store, "m")).isEqualTo(latest + 1);
    increment("1");
    assertThat(total(store, "m")).isEqualTo(latest + 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nan", "inf", "-inf", "-5", "1e400", "no number"})
  void shouldCountOnWhenAFieldSaysWhatNoCounterCan(String nonsense) {
    retire("a", 10);
    server.run(Command.HSET, key(), TOTAL, nonsense);
    assertThat(total(store, "m")).isEqualTo(10);
    retire("b", 1);
    assertThat(total(store, "m")).isEqualTo(11);
    increment("2");
    assertThat(total(store, "m")).isEqualTo(13);
    server.run(Command.HSET, key(), CREATED, nonsense);
    assertThat(total(store, "m")).isEqualTo(13);
    server.run(Command.DEL, key());
    assertThat(total(store, "m")).isEqualTo(11);
  }

  @Test
  void shouldFoldAtOnceAndCountBothWhenPythonCountsMeanwhile() {
    retire("a", 100);
    for (int roundTrip = 0; roundTrip < 5; roundTrip++) {
      String source = "s" + roundTrip;
      store.ledger().publish(all(source, 1, counter("m", count("/", 10))));
      proxy.before(roundTrip, () -> increment("0.5"));
      long before = store.wire().roundTrips();
      assertThat(store.ledger().retire(source)).isTrue();
      proxy.throwFailure();
      assertThat(store.wire().roundTrips() - before).isLessThanOrEqualTo(5);
      double expected = 110.5 + 10.5 * roundTrip;
      if (proxy.isPending()) {
        proxy.mend();
        increment("0.5"); // there are not so many round trips
      }
      assertThat(total(store, "m")).isEqualTo(expected);
      assertThat(
              new String((byte[]) server.run(Command.HGET, key(), TOTAL), StandardCharsets.UTF_8))
          .isIn(Double.toString(expected), Integer.toString((int) expected));
    }
  }

  @Test
  void shouldFoldAgainWhenTheHashExpiresMeanwhile() {
    retire("a", 100);
    increment("5");
    for (int roundTrip = 0; roundTrip < 4; roundTrip++) {
      String source = "s" + roundTrip;
      double before = total(store, "m");
      store.ledger().publish(all(source, 1, counter("m", count("/", 10))));
      proxy.before(roundTrip, () -> server.run(Command.DEL, key()));
      assertThat(store.ledger().retire(source)).isTrue();
      proxy.mend();
      proxy.throwFailure();
      assertThat(total(store, "m")).isBetween(before + 10 - 5, before + 10); // of Python's own
    }
  }

  @Test
  void shouldFoldOnceWhenAFieldBecomesWhatRedisCannotAddTo() {
    retire("a", 5);
    for (String text : new String[] {"0".repeat(6_000) + "6", "1e-6000"}) {
      double before = total(store, "m");
      store.ledger().publish(all(text.substring(0, 2), 1, counter("m", count("/", 10))));
      server.run(Command.HSET, key(), TOTAL, text.startsWith("0") ? "5" : "0");
      proxy.before(3, () -> server.run(Command.HSET, key(), TOTAL, text));
      assertThat(store.ledger().retire(text.substring(0, 2))).isTrue();
      proxy.throwFailure();
      assertThat(total(store, "m")).isBetween(before + 10, before + 11);
    }
  }
}
