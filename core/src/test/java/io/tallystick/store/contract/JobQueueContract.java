package io.tallystick.store.contract;

import static io.tallystick.store.contract.Refusal.assertPermanent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.DeadLetter;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.JobQueue.Sizes;
import io.tallystick.store.JobQueue.State;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The clauses of job queues. */
abstract class JobQueueContract {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofSeconds(10), Duration.ofSeconds(10));

  abstract Store store();

  abstract TurnedClock clock();

  private JobQueue queue() {
    return store().jobQueue("queue", TWICE);
  }

  private Job take() {
    return queue().take(LEASE).orElseThrow();
  }

  @Test
  void q1ShouldTakeJobsInTheOrderOfTheirOffersWhenOfOneQueue() {
    queue().offer("a", new byte[] {1});
    queue().offer("b", new byte[] {2});
    store().jobQueue("other").offer("a", new byte[] {3});
    assertThat(take().payload()).containsExactly(1);
    assertThat(take().payload()).containsExactly(2);
    assertThat(queue().take(LEASE)).isEmpty();
  }

  @Test
  void q2ShouldRefuseAKeyWhileItIsQueuedOrRunningAndTakeItAfter() {
    assertThat(queue().offer("a", new byte[0])).isTrue();
    assertThat(queue().offer("a", new byte[0])).isFalse();
    Job job = take();
    assertThat(queue().offer("a", new byte[0])).isFalse();
    assertThat(queue().acknowledge(job)).isTrue();
    assertThat(queue().acknowledge(job)).isFalse();
    assertThat(queue().offer("a", new byte[0])).isTrue();
  }

  @Test
  void q3ShouldGiveAJobToAnotherWorkerOnceItsLeaseIsOver() {
    queue().offer("a", new byte[0]);
    Job lost = take();
    clock().turn(LEASE.minusMillis(1));
    assertThat(queue().take(LEASE)).isEmpty();
    clock().turn(Duration.ofMillis(1));
    Job again = take();
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(queue().acknowledge(lost)).isFalse();
    assertThat(queue().extend(lost, LEASE)).isFalse();
    assertThat(queue().retry(lost, "late")).isFalse();
    assertThat(queue().acknowledge(again)).isTrue();
  }

  @Test
  void q4ShouldLeaveAJobWithItsWorkerWhenTheLeaseIsExtended() {
    queue().offer("a", new byte[0]);
    Job job = take();
    clock().turn(LEASE.minusMillis(1));
    assertThat(queue().extend(job, LEASE)).isTrue();
    clock().turn(LEASE.minusMillis(1));
    assertThat(queue().take(LEASE)).isEmpty();
    assertThat(queue().acknowledge(job)).isTrue();
  }

  @Test
  void q5ShouldDelayAFailedJobAndBuryItWhenItFailsTooOften() {
    queue().offer("a", new byte[] {7});
    assertThat(queue().retry(take(), "first")).isTrue();
    assertThat(queue().sizes()).isEqualTo(new Sizes(0, 1, 0, 0));
    assertThat(queue().offer("a", new byte[0])).isFalse();
    assertThat(queue().take(LEASE)).isEmpty();
    clock().turn(Duration.ofSeconds(10));
    assertThat(queue().retry(take(), "second")).isTrue();
    assertThat(queue().sizes()).isEqualTo(new Sizes(0, 0, 0, 1));
    assertThat(queue().deadLetters(10))
        .singleElement()
        .satisfies(
            dead -> {
              assertThat(dead.error()).isEqualTo("second");
              assertThat(dead.attempts()).isEqualTo(2);
              assertThat(dead.payload()).containsExactly(7);
            });
  }

  @Test
  void q6ShouldRequeueOrDiscardADeadLetterOnce() {
    queue().offer("a", new byte[0]);
    take();
    clock().turn(LEASE);
    take();
    clock().turn(LEASE);
    String id = queue().deadLetters(1).get(0).id();
    assertThat(queue().requeue(id)).isTrue();
    assertThat(queue().requeue(id)).isFalse();
    assertThat(take().attempt()).isEqualTo(1);
    clock().turn(LEASE);
    take();
    clock().turn(LEASE);
    assertThat(queue().offer("a", new byte[0])).isTrue();
    assertThat(queue().requeue(id)).isFalse();
    assertThat(queue().discard(id)).isTrue();
    assertThat(queue().discard(id)).isFalse();
    assertThat(queue().sizes()).isEqualTo(new Sizes(1, 0, 0, 0));
  }

  @Test
  void q7ShouldGiveEachJobToOneWorkerWhenManyTake() throws Exception {
    Queue<String> taken = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 40; i++) {
      queue().offer("job" + i, new byte[0]);
    }
    Threads.run(
        3,
        () -> {
          for (Optional<Job> job = queue().take(LEASE);
              job.isPresent();
              job = queue().take(LEASE)) {
            taken.add(job.get().key());
            assertThat(queue().acknowledge(job.get())).isTrue();
          }
        });
    assertThat(taken).hasSize(40).doesNotHaveDuplicates();
    assertThat(queue().sizes()).isEqualTo(new Sizes(0, 0, 0, 0));
  }

  @Test
  void q8ShouldTakeOneOfOneKeyWhenManyOffer() throws Exception {
    AtomicInteger taken = new AtomicInteger();
    Threads.run(
        3,
        () -> {
          for (int i = 0; i < 30; i++) {
            taken.addAndGet(queue().offer("job" + i, new byte[0]) ? 1 : 0);
          }
        });
    assertThat(taken).hasValue(30);
    assertThat(queue().sizes()).isEqualTo(new Sizes(30, 0, 0, 0));
  }

  @Test
  void q9ShouldWaitTwiceAsLongEachTimeAndNoLongerThanAllowed() {
    Duration first = Duration.ofSeconds(10);
    JobQueue queue = store().jobQueue("d", new RetryPolicy(9, first, Duration.ofSeconds(30)));
    queue.offer("a", new byte[0]);
    for (int seconds : new int[] {10, 20, 30, 30}) {
      queue.retry(queue.take(LEASE).orElseThrow(), "failed");
      clock().turn(Duration.ofSeconds(seconds).minusMillis(1));
      assertThat(queue.take(LEASE)).isEmpty();
      clock().turn(Duration.ofMillis(1));
    }
    assertThat(queue.take(LEASE)).isPresent();
  }

  @Test
  void q10ShouldLeaveAJobWithItsWorkerWhenTheClockIsSetBack() {
    queue().offer("a", new byte[0]);
    Job job = take();
    clock().turn(Duration.ofHours(-1));
    assertThat(queue().take(LEASE)).isEmpty();
    clock().turn(Duration.ofHours(1));
    assertThat(queue().acknowledge(job)).isTrue();
  }

  @Test
  void q11ShouldShowTheOldestDeadLettersFirstWhenThereAreMore() {
    for (String key : List.of("a", "b", "c")) {
      queue().offer(key, key.getBytes(UTF_8));
      take();
      clock().turn(LEASE);
      take();
      clock().turn(LEASE);
    }
    assertThat(queue().deadLetters(2)).extracting(DeadLetter::key).containsExactly("a", "b");
    assertThat(queue().deadLetters(9))
        .allSatisfy(dead -> assertThat(dead.error()).isEqualTo("lease ran out"));
    assertThat(queue().sizes()).isEqualTo(new Sizes(0, 0, 0, 3));
    assertThat(store().stats().jobs()).isEqualTo(3);
  }

  @Test
  void q12ShouldGiveCopiesAndRefuseWhatIsBeyondTheLimits() {
    byte[] payload = {1};
    queue().offer("a", payload);
    payload[0] = 2;
    assertThat(take().payload()).containsExactly(1);
    assertPermanent(() -> queue().offer("", payload));
    assertPermanent(() -> queue().offer("b", new byte[store().limits().valueBytes() + 1]));
    assertPermanent(() -> store().jobQueue("q".repeat(store().limits().keyBytes() + 1)));
    assertThatIllegalArgumentException().isThrownBy(() -> queue().take(Duration.ZERO));
    assertThat(queue().sizes()).isEqualTo(new Sizes(0, 0, 1, 0));
  }

  @Test
  void q13ShouldPutAJobBehindTheOthersWhenItIsQueuedAgain() {
    queue().offer("a", new byte[0]);
    take();
    queue().offer("b", new byte[0]);
    clock().turn(LEASE);
    assertThat(take().key()).isEqualTo("b");
    assertThat(take().key()).isEqualTo("a");
  }

  @Test
  void q14ShouldTellTheStateOfAJobUntilItIsDoneOrDead() {
    assertThat(queue().state("a")).isEmpty();
    queue().offer("a", new byte[0]);
    queue().offer("b", new byte[0]);
    assertThat(queue().state("a")).contains(State.QUEUED);
    Job first = take();
    assertThat(queue().state("a")).contains(State.RUNNING);
    assertThat(queue().state("b")).contains(State.QUEUED);
    assertThat(queue().retry(first, "failed")).isTrue();
    assertThat(queue().state("a")).contains(State.DELAYED);
    assertThat(queue().acknowledge(take())).isTrue();
    assertThat(queue().state("b")).isEmpty();
    clock().turn(LEASE.multipliedBy(10));
    assertThat(queue().state("a")).contains(State.QUEUED);
    take();
    clock().turn(LEASE);
    assertThat(queue().state("a")).isEmpty(); // dead
    assertThat(queue().requeue(queue().deadLetters(1).get(0).id())).isTrue();
    assertThat(queue().state("a")).contains(State.QUEUED);
    take();
    clock().turn(LEASE);
    assertThat(queue().state("a")).contains(State.QUEUED);
    for (String none : List.of("", "k".repeat(store().limits().keyBytes() + 1), "\ud800")) {
      assertPermanent(() -> queue().offer(none, new byte[0]));
      assertPermanent(() -> queue().state(none));
    }
    assertThatNullPointerException().isThrownBy(() -> queue().state(null));
  }
}
