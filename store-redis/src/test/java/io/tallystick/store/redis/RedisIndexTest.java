package io.tallystick.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.JobQueue;
import io.tallystick.store.RetryPolicy;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;

/** What keys and jobs leave behind, what it costs to count them, and what survives an eviction. */
class RedisIndexTest extends OneServer {
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final TurnedClock clock = TurnedClock.at(Instant.now());
  private RedisStore store;

  @BeforeEach
  void open() {
    server.run(Command.FLUSHALL);
    store = RedisStore.open(server.url(), clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static long listed() {
    return IntStream.range(0, 16)
        .mapToLong(
            part ->
                (long) server.run(Command.ZCARD, "prometheus:keys:" + part)
                    + (long) server.run(Command.ZCARD, "{prometheus:keys:" + part + "}ends"))
        .sum();
  }

  private void drop(String part) {
    assertThat(server.run(Command.DEL, "{prometheus:queue:q}:" + part)).isEqualTo(1L);
  }

  @Test
  void shouldKeepNoNamesOfKeysThatHaveEndedWhenOthersAreWrittenAndNobodyScans() {
    for (int i = 0; i < 1_000; i++) {
      store.keyValues().put("old" + i, new byte[0], LEASE);
    }
    assertThat(listed()).isEqualTo(2_000);
    clock.turn(Duration.ofDays(2));
    for (int i = 0; i < 1_000; i++) {
      if (i % 2 == 0) {
        store.keyValues().put("new" + i, new byte[0]);
      } else {
        store.keyValues().increment("new" + i, 1);
      }
    }
    assertThat(listed()).isEqualTo(1_000);
    assertThat(store.stats().keys()).isEqualTo(1_000);
  }

  @Test
  void shouldListAKeyForAsLongAsItLivesWhenItsEndChanges() {
    store.keyValues().put("stays", new byte[0], LEASE);
    store.keyValues().put("stays", new byte[0]);
    store.keyValues().put("lives on", new byte[0], LEASE);
    store.keyValues().expire("lives on", Duration.ofDays(10));
    store.keyValues().put("ends", new byte[0], Duration.ofDays(10));
    store.keyValues().expire("ends", LEASE);
    clock.turn(Duration.ofDays(3));
    for (int i = 0; i < 100; i++) {
      store.keyValues().put("other" + i, new byte[0]);
      store.keyValues().delete("other" + i);
    }
    assertThat(store.keyValues().scan("", null, 10).keys()).isSubsetOf("stays", "lives on");
    List<String> found = new ArrayList<>();
    store.keyValues().forEachKey("", found::add);
    assertThat(found).containsExactlyInAnyOrder("stays", "lives on");
    assertThat(listed()).isEqualTo(3);
    assertThat(store.stats().keys()).isEqualTo(2);
  }

  @Test
  void shouldCountAndShowKeysInFewRoundTripsHoweverManyThereAre() {
    for (int i = 0; i < 5_000; i++) {
      store.keyValues().put("k" + i, new byte[100]);
    }
    long before = store.wire().roundTrips();
    assertThat(store.redisKeyValues().all().size().keys()).isEqualTo(5_000);
    assertThat(store.redisKeyValues().all().size().bytes()).isBetween(500_000L, 600_000L);
    assertThat(store.wire().roundTrips() - before).isLessThanOrEqualTo(2 * 17);
    before = store.wire().roundTrips();
    long[] seen = new long[1];
    store.redisKeyValues().all().forEach(entry -> seen[0]++);
    assertThat(seen[0]).isEqualTo(5_000);
    assertThat(store.wire().roundTrips() - before).isLessThanOrEqualTo(16 * 4 + 5 * 4);
  }

  @Test
  void shouldGoOnWithAQueueWhenRedisHasEvictedPartsOfIt() {
    JobQueue queue = store.jobQueue("q");
    JobQueue last = store.jobQueue("q", new RetryPolicy(1, LEASE, LEASE));
    for (String part : List.of("keys", "payloads", "ids", "attempts", "meta", "leases")) {
      for (int i = 0; i < 5; i++) {
        queue.offer("k" + i, new byte[] {(byte) i});
      }
      queue.take(LEASE);
      queue.take(Duration.ofDays(30));
      drop(part);
      clock.turn(LEASE);
      assertThat(last.sizes().running()).isPositive(); // and what ran out is dead
      for (int i = 0; i < 20; i++) {
        queue.take(LEASE).ifPresent(job -> queue.retry(job, "again"));
      }
      queue.deadLetters(10).forEach(letter -> queue.requeue(letter.id()));
      queue.deadLetters(10).forEach(letter -> queue.discard(letter.id()));
      assertThat(queue.offer("fresh" + part, new byte[] {7})).isTrue();
      boolean found = false;
      for (int i = 0; i < 50 && !found; i++) {
        JobQueue.Job job = queue.take(LEASE).orElseThrow();
        found = job.key().equals("fresh" + part);
        assertThat(queue.acknowledge(job)).isTrue();
      }
      assertThat(found).isTrue();
    }
  }

  @Test
  void shouldGiveNoJobTheNumberOfAnotherWhenTheLatestOneWasEvicted() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", new byte[] {1});
    queue.offer("b", new byte[] {2});
    drop("meta");
    queue.offer("c", new byte[] {3});
    queue.offer("d", new byte[] {4});
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      JobQueue.Job job = queue.take(LEASE).orElseThrow();
      taken.add(job.key() + job.payload()[0]);
    }
    assertThat(taken).containsExactly("a1", "b2", "c3", "d4");
  }
}
