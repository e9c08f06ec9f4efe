package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Protocol.Command;

/** What is read of a ledger while others write. */
class RedisReadTest extends OneServer {
  private static final int SOURCES = 6;

  private final String prefix = UUID.randomUUID().toString();
  private CuttingProxy proxy;
  private RedisStore store;
  private RedisStore other;

  @BeforeEach
  void open() throws Exception {
    proxy = CuttingProxy.start(server.port());
    store = RedisStore.open(proxy.url() + "?prefix=" + prefix);
    other = RedisStore.open(server.url() + "?prefix=" + prefix);
    for (int i = 0; i < SOURCES; i++) {
      other.ledger().publish(all("s" + i, 1, counter("m", count("/", 1))));
    }
    assertThat(total(store, "m")).isEqualTo(SOURCES);
  }

  @AfterEach
  void close() throws Exception {
    other.close();
    store.close();
    proxy.close();
  }

  /** Reads while so many sources are retired in the middle of what is asked at once. */
  private long tripsWhileRetired(String middle, int most) {
    AtomicInteger retired = new AtomicInteger();
    proxy.eachTimeBefore(
        middle,
        () -> {
          if (retired.get() < most) {
            assertThat(other.ledger().retire("s" + retired.getAndIncrement())).isTrue();
          }
        });
    long before = store.wire().roundTrips();
    assertThat(total(store, "m")).isEqualTo(SOURCES);
    proxy.throwFailure();
    proxy.mend();
    assertThat(retired.get()).isPositive();
    return store.wire().roundTrips() - before;
  }

  @ParameterizedTest
  @ValueSource(strings = {"live", "base", "meta"})
  void shouldReadABaseAgainThatASourceWasFoldedIntoMeanwhile(String middle) {
    assertThat(tripsWhileRetired("}:" + middle + "\r", 1)).isBetween(3L, 4L);
    assertThat(other.ledger().sources()).hasSize(SOURCES - 1);
  }

  @Test
  void shouldReadABaseAtOneMomentInTheEnd() {
    assertThat(tripsWhileRetired("}:base", SOURCES)).isIn(3L + 4, 3L + 5); // the script's text
  }

  @Test
  void shouldReadWhenTheServerIsFullAndWhenTheBaseIsNone() {
    other.ledger().retire("s0");
    server.run(Command.CONFIG, "SET", "maxmemory", "1");
    try {
      assertThat(total(store, "m")).isEqualTo(SOURCES);
      assertThat(tripsOfRead()).isEqualTo(3);
    } finally {
      server.run(Command.CONFIG, "SET", "maxmemory", "0");
    }
    server.run(Command.SET, "{" + prefix + "_m}:meta", "no hash");
    assertThat(total(store, "m")).isEqualTo(SOURCES); // Python's copy of the base is there
    assertThat(tripsOfRead()).isEqualTo(3);
  }

  private long tripsOfRead() {
    long before = store.wire().roundTrips();
    assertThat(store.ledger().read()).hasSize(1);
    return store.wire().roundTrips() - before;
  }
}
