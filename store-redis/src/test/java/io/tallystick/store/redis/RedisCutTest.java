package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.LEASE;
import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.families;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/** What becomes of totals when a connection is cut, wherever that is. */
class RedisCutTest {
  private static final int STEPS = Integer.getInteger("tallystick.cutSteps", 14);
  private static final int FAMILIES = 3;
  private static final int SERIES = 20;
  private static final int LARGE = 2_500;

  @TempDir private Path folder;

  private RedisProcess server;
  private CuttingProxy proxy;
  private RedisStore store;
  private long version;

  @BeforeEach
  void start() throws Exception {
    server = RedisProcess.start(folder);
    proxy = CuttingProxy.start(server.port());
    store = RedisStore.open(proxy.url());
  }

  @AfterEach
  void end() throws Exception {
    store.close();
    proxy.close();
    server.close();
  }

  /** Runs an action whose connection is cut; whether it went through all the same. */
  private boolean runCut(Runnable action, long requestBytes, long replyBytes) {
    proxy.cutAfter(requestBytes, replyBytes);
    try {
      action.run();
      return true;
    } catch (StoreException e) {
      assertThat(e.category()).as(e.toString()).isEqualTo(Category.TRANSIENT);
      return false;
    } finally {
      proxy.mend();
    }
  }

  private Publication publication(String source, long counted) {
    return Publication.ofAll(source, ++version, families(FAMILIES, SERIES, counted), LEASE);
  }

  /** Changes of all series of one family, too many for a script. */
  private Publication largeChanges(long counted) {
    long since = version;
    return Publication.ofChanges("a", ++version, since, families(1, LARGE, counted), LEASE);
  }

  private void assertTotals(long counted) {
    for (int i = 0; i < FAMILIES; i++) {
      assertThat(total(store, "f" + i)).isEqualTo((double) SERIES * counted);
    }
  }

  /** How many bytes an action takes one way; the second time, when scripts are known. */
  private long[] bytesOf(Runnable action) {
    proxy.mend();
    action.run();
    return new long[] {proxy.requestBytes(), proxy.replyBytes()};
  }

  @Test
  void shouldHaveAllOfASourceWithTheNextPublicationWhereverOneWasCut() {
    store.ledger().publish(publication("a", 1));
    long[] bytes = bytesOf(() -> store.ledger().publish(publication("a", 1)));
    int cut = 0;
    for (int step = 0; step < STEPS; step++) {
      long counted = 2L * step + 2;
      long requests = step % 2 == 0 ? bytes[0] * step / STEPS : Long.MAX_VALUE;
      long replies = step % 2 == 0 ? Long.MAX_VALUE : bytes[1] * step / STEPS;
      cut +=
          runCut(() -> store.ledger().publish(publication("a", counted)), requests, replies)
              ? 0
              : 1;
      for (int i = 0; i < FAMILIES; i++) {
        assertThat(total(store, "f" + i)).isIn(SERIES * (counted - 1.0), SERIES * (double) counted);
      }
      assertThat(store.ledger().publish(publication("a", counted + 1))).isEqualTo(Result.ACCEPTED);
      assertTotals(counted + 1);
    }
    assertThat(cut).isGreaterThan(STEPS / 2);
  }

  @Test
  void shouldHaveOneVersionOfALargeFamilyWhereverItsPublicationWasCut() {
    store.ledger().publish(Publication.ofAll("a", ++version, families(1, LARGE, 1), LEASE));
    long[] bytes = bytesOf(() -> store.ledger().publish(largeChanges(1)));
    int cut = 0;
    for (int step = 0; step < STEPS; step++) {
      long counted = 2L * step + 2;
      long requests = step % 2 == 0 ? bytes[0] * step / STEPS : Long.MAX_VALUE;
      long replies = step % 2 == 0 ? Long.MAX_VALUE : bytes[1] * step / STEPS;
      cut += runCut(() -> store.ledger().publish(largeChanges(counted)), requests, replies) ? 0 : 1;
      assertThat(total(store, "f0")).isIn(LARGE * (counted - 1.0), LARGE * (double) counted);
      store
          .ledger()
          .publish(Publication.ofAll("a", ++version, families(1, LARGE, counted + 1), LEASE));
      assertThat(total(store, "f0")).isEqualTo(LARGE * (counted + 1.0));
    }
    assertThat(cut).isGreaterThan(STEPS / 2);
    assertThat((List<?>) server.run(Command.KEYS, "*stage*")).isEmpty();
  }

  @Test
  void shouldCountASourceOnceWhereverItsRetirementWasCut() {
    store.ledger().publish(publication("first", 1));
    long[] bytes = bytesOf(() -> store.ledger().retire("first"));
    long counted = 1;
    int cut = 0;
    for (int step = 0; step < STEPS; step++) {
      String source = "s" + step;
      store.ledger().publish(publication(source, 1));
      counted++;
      long requests = step % 2 == 0 ? bytes[0] * step / STEPS : Long.MAX_VALUE;
      long replies = step % 2 == 0 ? Long.MAX_VALUE : bytes[1] * step / STEPS;
      cut += runCut(() -> store.ledger().retire(source), requests, replies) ? 0 : 1;
      assertTotals(counted);
      boolean unused = store.ledger().retire(source);
      assertTotals(counted);
      assertThat(store.ledger().publish(publication(source, 1))).isEqualTo(Result.RETIRED);
    }
    assertThat(cut).isGreaterThan(STEPS / 2);
    assertThat(store.ledger().sources()).isEmpty();
  }

  @Test
  void shouldEndARetirementThatOthersHaveBegun() {
    store.ledger().publish(publication("a", 1));
    long[] bytes = bytesOf(() -> store.ledger().publish(publication("a", 1)));
    assertThat(bytes[0]).isPositive();
    LedgerKeys keys = store.redisLedger().keys();
    store
        .wire()
        .ask(
            Request.of(
                Command.HSET, keys.ofSource("a").get(3), Bytes.of("a"), Bytes.of("expired")));
    assertThat(store.ledger().publish(publication("a", 2))).isEqualTo(Result.RETIRED);
    assertThat(store.ledger().sources()).isEmpty();
    assertThat(store.ledger().baseline("a").orElseThrow()).hasSize(FAMILIES);
    assertTotals(1);
    store.ledger().publish(all("b", 1, counter("f0", count("/path/0", 5))));
    assertThat(total(store, "f0")).isEqualTo(SERIES + 5.0);
  }
}
