package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.KeyValues;
import io.tallystick.store.RetryPolicy;
import io.tallystick.testing.Await;
import io.tallystick.testing.TurnedClock;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases and times to live of calls that had to wait, and many of them that end at once. */
class SqliteLeaseTest {
  private static final Duration LEASE = Duration.ofSeconds(10);
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofSeconds(1), Duration.ofSeconds(1));

  @TempDir private Path folder;
  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private SqliteStore store;
  private RawConnection other;
  private JobQueue queue;

  @BeforeEach
  void open() throws SQLException {
    Path file = folder.resolve("x.db");
    SqliteOptions patient = new SqliteOptions(Duration.ofMinutes(1), Synchronous.NORMAL);
    store = SqliteStore.open(file, patient, clock);
    other = new RawConnection(file);
    queue = store.jobQueue("q", TWICE);
  }

  @AfterEach
  void close() throws SQLException {
    other.close();
    store.close();
  }

  /** The result of a call that waits for another process while nine seconds pass. */
  private <T> T late(Callable<T> call) throws Exception {
    other.run("BEGIN IMMEDIATE");
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task);
    thread.start();
    Await.until(
        "it waits for the database",
        () ->
            List.of(thread.getStackTrace()).stream()
                .anyMatch(frame -> frame.getMethodName().equals("beginWrite")));
    clock.turn(Duration.ofSeconds(9));
    other.run("ROLLBACK");
    return task.get();
  }

  @Test
  void shouldHaveAWholeLeaseWhenTakingHadToWait() throws Exception {
    queue.offer("k", new byte[0]);
    Job job = late(() -> queue.take(LEASE)).orElseThrow();
    clock.turn(Duration.ofSeconds(9));
    assertThat(queue.take(LEASE)).isEmpty();
    assertThat(late(() -> queue.extend(job, LEASE))).isFalse(); // lost meanwhile
  }

  @Test
  void shouldHaveAWholeLeaseWhenExtendingHadToWait() throws Exception {
    queue.offer("k", new byte[0]);
    Job job = queue.take(LEASE).orElseThrow();
    assertThat(late(() -> queue.extend(job, LEASE))).isTrue();
    clock.turn(Duration.ofSeconds(9));
    assertThat(queue.acknowledge(job)).isTrue();
  }

  @Test
  void shouldLiveTheWholeTimeWhenPuttingHadToWait() throws Exception {
    KeyValues values = store.keyValues();
    values.put("expire", new byte[0]);
    late(
        () -> {
          values.put("put", new byte[0], LEASE);
          return true;
        });
    assertThat(values.timeToLive("put")).hasValue(LEASE);
    assertThat(late(() -> values.putIfAbsent("absent", new byte[0], LEASE))).isTrue();
    assertThat(values.timeToLive("absent")).hasValue(LEASE);
    assertThat(late(() -> values.expire("expire", LEASE))).isTrue();
    assertThat(values.timeToLive("expire")).hasValue(LEASE);
  }

  private void offerMany(int jobs) {
    AtomicInteger offered = new AtomicInteger();
    store
        .writer()
        .write(
            session -> {
              JobRows rows = JobRows.ofQueueThatIs(session, new byte[] {'q'});
              while (offered.get() < jobs) {
                byte[] key = ("key" + offered.incrementAndGet()).getBytes(UTF_8);
                rows.insert(JobRows.State.RUNNING, key, new byte[0], clock.millis(), 1, "");
              }
              return true;
            });
  }

  private long running() throws SQLException {
    return Long.parseLong(other.list("SELECT running FROM tallystick_queues").get(0));
  }

  @Test
  void shouldMoveAFewInEachTransactionWhenManyLeasesEndAtOnce() throws SQLException {
    offerMany(2_000);
    Optional<Job> taken = queue.take(LEASE);
    assertThat(taken).map(Job::key).hasValue("key1");
    assertThat(running()).isEqualTo(1_501);
    assertThat(queue.sizes()).isEqualTo(new JobQueue.Sizes(1_999, 0, 1, 0));
  }

  @Test
  void shouldNotKeepAJobRunningWhenItsEndedLeaseIsNotYetMoved() throws SQLException {
    JobQueue once = store.jobQueue("q", new RetryPolicy(1, LEASE, LEASE));
    offerMany(2_000);
    assertThat(once.offer("key1999", new byte[0])).isTrue(); // the other one is dead
    assertThat(running()).isBetween(1_000L, 1_999L);
    Job ended =
        new Job(
            other.list("SELECT id FROM tallystick_jobs WHERE state = 2 ORDER BY id DESC").get(0),
            "key2000",
            new byte[0],
            1,
            2_000);
    assertThat(once.acknowledge(ended)).isFalse();
    assertThat(once.take(LEASE)).map(Job::key).hasValue("key1999");
    assertThat(once.sizes()).isEqualTo(new JobQueue.Sizes(0, 0, 1, 2_000));
  }

  @Test
  void shouldTakeTheJobBehindTheDeadOnesWhenTheseAreMoreThanATransactionMoves()
      throws SQLException {
    JobQueue once = store.jobQueue("q", new RetryPolicy(1, LEASE, LEASE));
    offerMany(2_000);
    other.run("UPDATE tallystick_jobs SET attempts = 0, end_ms = end_ms + 1 WHERE id = 2000");
    clock.turn(Duration.ofMillis(1));
    assertThat(once.take(LEASE)).map(Job::key).hasValue("key2000");
    assertThat(once.take(LEASE)).isEmpty();
    assertThat(once.deadLetters(3_000)).hasSize(1_999);
  }
}
