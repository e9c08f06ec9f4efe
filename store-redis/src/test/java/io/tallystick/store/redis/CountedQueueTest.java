package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.RetryPolicy;
import io.tallystick.testing.TurnedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Protocol.Command;

/** The queue of service discovery, as people count it with {@code redis-cli}. */
@Timeout(120)
final class CountedQueueTest extends OneServer {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofSeconds(10), Duration.ofSeconds(10));

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T12:00:00Z"));
  private RedisStore store;
  private JobQueue queue;

  @BeforeEach
  void open() {
    server.run(Command.FLUSHALL);
    store = RedisStore.open(server.url(), clock);
    queue = store.jobQueue(QueueKeys.COUNTED, TWICE);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void offer(String... keys) {
    for (String key : keys) {
      assertThat(queue.offer(key, key.getBytes(UTF_8))).isTrue();
    }
  }

  private Job take() {
    return queue.take(LEASE).orElseThrow();
  }

  private static long length(String key) {
    return (Long) server.run(Command.LLEN, key);
  }

  private static void assertLengths(long waiting, long processing) {
    assertThat(length("target_generation_queue")).isEqualTo(waiting);
    assertThat(length("target_generation_queue:processing")).isEqualTo(processing);
  }

  @Test
  void shouldCountWhatWaitsAndWhatRunsWhateverBecomesOfIt() {
    offer("a", "b", "c");
    assertLengths(3, 0);
    Job a = take();
    Job b = take();
    assertLengths(1, 2);
    assertThat(queue.extend(a, LEASE)).isTrue();
    assertLengths(1, 2);
    assertThat(queue.acknowledge(a)).isTrue();
    assertLengths(1, 1);
    assertThat(queue.retry(b, "why")).isTrue();
    assertLengths(1, 0);
    clock.turn(Duration.ofSeconds(10));
    assertThat(queue.sizes()).isEqualTo(new JobQueue.Sizes(2, 0, 0, 0));
    assertLengths(2, 0);
  }

  @Test
  void shouldCountAJobAsWaitingAgainWhenItsLeaseRanOutAndNoMoreWhenItIsDead() {
    offer("a");
    take();
    clock.turn(LEASE);
    assertThat(queue.sizes().queued()).isEqualTo(1);
    assertLengths(1, 0);
    take();
    assertLengths(0, 1);
    clock.turn(LEASE);
    assertThat(queue.sizes().dead()).isEqualTo(1);
    assertLengths(0, 0);
    assertThat(queue.requeue(queue.deadLetters(1).get(0).id())).isTrue();
    assertLengths(1, 0);
  }

  @Test
  void shouldCountAgainWhatRunsWhenTheListWasChangedByOthers() {
    offer("a", "b", "c");
    Job a = take();
    take();
    server.run(Command.DEL, "target_generation_queue:processing");
    assertThat(queue.sizes().running()).isEqualTo(2);
    assertLengths(1, 2);
    server.run(Command.RPUSH, "target_generation_queue:processing", "x", "y");
    assertThat(queue.acknowledge(a)).isTrue();
    assertLengths(1, 1);
  }

  @Test
  void shouldTakeJobsAgainWhenTheListWasEmptiedByOthers() {
    offer("running", "failed", "a", "b", "c");
    Job taken = take();
    assertThat(queue.retry(take(), "why")).isTrue();
    server.run(Command.DEL, "target_generation_queue");
    assertThat(queue.state("a")).isEmpty();
    assertThat(queue.state("running")).contains(JobQueue.State.RUNNING);
    assertThat(queue.state("failed")).contains(JobQueue.State.DELAYED);

    assertThat(queue.offer("a", "new".getBytes(UTF_8))).isTrue();
    assertThat(queue.state("b")).isEmpty();
    offer("b"); // behind one that waits
    for (String each : List.of("a", "b", "running", "failed")) {
      assertThat(queue.offer(each, new byte[0])).isFalse();
    }
    assertThat(queue.state("a")).contains(JobQueue.State.QUEUED);
    assertThat(queue.sizes()).isEqualTo(new JobQueue.Sizes(2, 1, 1, 0));
    assertLengths(2, 1);

    Job a = take();
    assertThat(a.key()).isEqualTo("a");
    assertThat(a.payload()).asString(UTF_8).isEqualTo("new");
    assertThat(a.attempt()).isEqualTo(1);
    assertThat(take().key()).isEqualTo("b");
    assertThat(queue.take(LEASE)).isEmpty();
    assertThat(queue.acknowledge(taken)).isTrue();
    assertThat(queue.acknowledge(a)).isTrue();
    assertLengths(0, 1);
  }

  @Test
  void shouldQueueADeadLetterAgainWhenTheListWithALaterJobWasEmptiedByOthers() {
    offer("a");
    assertThat(queue.retry(take(), "why")).isTrue();
    clock.turn(Duration.ofSeconds(10));
    assertThat(queue.retry(take(), "why")).isTrue();
    offer("a");
    String id = queue.deadLetters(1).get(0).id();
    assertThat(queue.requeue(id)).isFalse();
    server.run(Command.DEL, "target_generation_queue");

    assertThat(queue.requeue(id)).isTrue();

    assertThat(take().id()).isEqualTo(id);
    assertThat(store.stats().jobs()).isEqualTo(1);
  }

  @Test
  void shouldPassOverWhatAnotherProgramHasLeftInTheList() {
    server.run(Command.LPUSH, "target_generation_queue", "{\"full_path\": \"/targets/a?\"}");
    offer("a");
    assertThat(take().key()).isEqualTo("a");
    assertLengths(0, 1);
    assertThat(queue.take(LEASE)).isEmpty();
  }

  @Test
  void shouldCountWhatIsRestored() throws Exception {
    offer("a", "b", "c");
    take();
    Path file = folder.resolve("counted.backup");
    store.backup(file);
    server.run(Command.FLUSHALL);

    store.restore(file, RestoreMode.INTO_EMPTY);

    assertLengths(2, 1);
    assertThat(store.queues()).containsExactly("target_generation_queue");
    assertThat(store.stats().jobs()).isEqualTo(3);
  }

  @Test
  void shouldKeepApartWhatStoresOfOtherPrefixesHave() {
    try (RedisStore other = RedisStore.open(server.url() + "?prefix=other", clock)) {
      JobQueue ofOther = other.jobQueue(QueueKeys.COUNTED, TWICE);
      offer("a", "b");
      assertThat(ofOther.offer("a", new byte[0])).isTrue();
      assertThat(ofOther.take(LEASE)).isPresent();
      assertLengths(2, 0);
      assertThat(length("other:target_generation_queue")).isZero();
      assertThat(length("other:target_generation_queue:processing")).isEqualTo(1);
    }
  }

  @Test
  void shouldNeedNoMoreThanTheKeysThatTheGuideNames() {
    server.run(
        Command.ACL,
        ("SETUSER sd on >pw ~prometheus_* ~prometheus:* ~{prometheus_* ~{prometheus:*"
                + " ~target_generation_queue* ~{target_generation_queue}:*"
                + " +@read +@write +@scripting +@transaction +@connection +info +cluster")
            .split(" "));
    try (RedisStore let = RedisStore.open("redis://sd:pw@127.0.0.1:" + server.port(), clock)) {
      JobQueue ofUser = let.jobQueue(QueueKeys.COUNTED, TWICE);
      assertThat(ofUser.offer("a", new byte[0])).isTrue();
      assertThat(ofUser.acknowledge(ofUser.take(LEASE).orElseThrow())).isTrue();
      assertThat(let.stats().jobs()).isZero();
    }
  }
}
