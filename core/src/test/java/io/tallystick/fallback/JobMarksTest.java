package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.JobQueue.Sizes;
import io.tallystick.store.JobQueue.State;
import io.tallystick.store.Publication;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is known of jobs that are with a worker, where one of the stores fails in part. */
class JobMarksTest extends FallbackStoreSteps {
  private static final Duration LONG = MINUTE.multipliedBy(10);
  private final StoreException failure =
      new StoreException(StoreException.Category.TRANSIENT, "refused by the test");

  private static void assertTransient(Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.category()).isEqualTo(StoreException.Category.TRANSIENT));
  }

  @Test
  void shouldNotRunAJobTwiceAtATimeWhenMoreIsToBeToldThanIsKept() {
    FallbackStore full =
        FallbackStore.builder(first, second)
            .clock(clock)
            .closesStores(false)
            .mirrorBounds(new MirrorBounds(100, 1 << 20, Duration.ofMillis(1)))
            .withoutThreads(nowNs::get)
            .open();
    opened.add(full);
    for (int i = 0; i < 3; i++) {
      full.keyValues().put("large" + i, new byte[1 << 20]);
    }
    full.keyValues().put("dropped", bytes("1"));
    JobQueue queue = full.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(full.keyValues().get("dropped")).isEmpty();
    assertThat(queue.offer("a", bytes("2"))).isFalse();
    assertThat(queue.acknowledge(running)).isTrue();
    assertThat(queue.offer("a", bytes("3"))).isTrue();
  }

  @Test
  void shouldNotRunAJobOfTheSecondStoreTwiceWhenMoreIsReadThanIsKept() {
    FallbackStore small =
        FallbackStore.builder(first, second)
            .clock(clock)
            .closesStores(false)
            .mirrorBounds(new MirrorBounds(100, 1 << 20, Duration.ofMillis(1)))
            .withoutThreads(nowNs::get)
            .open();
    opened.add(small);
    JobQueue queue = small.jobQueue("q");
    first.goAway();
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.comeBack();
    recover(small);
    second.goAway();
    for (int i = 0; i < 1_000; i++) {
      assertThat(small.keyValues().get("k" + i)).isEmpty();
    }
    assertThat(queue.offer("a", bytes("2"))).isFalse();
    second.comeBack();
    nowNs.addAndGet(Duration.ofMillis(500).toNanos());
    assertThat(queue.acknowledge(running)).isTrue();
  }

  @Test
  void shouldNotRunAJobOfTheSecondStoreTwiceWhenThatCannotNoteIt() {
    JobQueue queue = store.jobQueue("q");
    boolean isFailed = true;
    for (int call = 1; isFailed; call++) {
      String key = "a" + call;
      first.goAway();
      assertThat(queue.offer(key, bytes("1"))).isTrue();
      boolean[] isReached = new boolean[1];
      second.before(
          call,
          () -> {
            isReached[0] = true;
            throw failure;
          });
      Optional<Job> running = Optional.empty();
      try {
        running = queue.take(MINUTE);
      } catch (StoreException e) {
        assertThat(e).isSameAs(failure);
      }
      isFailed = isReached[0];
      second.before(0, () -> {});
      comeBack();
      if (running.isPresent()) {
        assertThat(queue.offer(key, bytes("2"))).as("call=%s", call).isFalse();
        assertThat(queue.acknowledge(running.get())).as("call=%s", call).isTrue();
      } else {
        clock.turn(MINUTE.multipliedBy(2)); // the second store may have given it to nobody
        assertThat(queue.take(MINUTE).map(queue::acknowledge)).contains(true);
      }
    }
  }

  @Test
  void shouldTellThatAJobIsDelayedThatTheSecondStoreKeepsUntilItIsTriedAgain() {
    JobQueue queue = store.jobQueue("q", new RetryPolicy(2, MINUTE, MINUTE));
    first.goAway();
    queue.offer("a", bytes("1"));
    assertThat(queue.retry(queue.take(MINUTE).orElseThrow(), "broken")).isTrue();
    assertThat(queue.state("a")).contains(State.DELAYED);
    comeBack();
    assertThat(queue.state("a")).contains(State.DELAYED);
    assertThat(queue.offer("a", bytes("2"))).isFalse();
    clock.turn(MINUTE);
    assertThat(queue.state("a")).contains(State.QUEUED);
    Job again = queue.take(MINUTE).orElseThrow();
    assertThat(queue.state("a")).contains(State.RUNNING);
    assertThat(queue.retry(again, "broken")).isTrue();
    assertThat(queue.deadLetters(9)).hasSize(1);
    assertThat(queue.state("a")).isEmpty();
    assertThat(queue.offer("a", bytes("3"))).isTrue();
  }

  @Test
  void shouldHaveNobodyWaitForASecondStoreThatIsKnownToBeAway() {
    JobQueue queue = store.jobQueue("q", new RetryPolicy(1, MINUTE, MINUTE));
    first.goAway();
    queue.offer("dead", bytes("1"));
    queue.retry(queue.take(MINUTE).orElseThrow(), "broken");
    String dead = queue.deadLetters(1).get(0).id();
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    comeBack();
    second.goAway();
    for (int i = 0; i < 5; i++) {
      assertTransient(() -> queue.acknowledge(running));
    }
    int before = second.calls();
    assertTransient(() -> queue.acknowledge(running));
    assertTransient(() -> queue.extend(running, MINUTE));
    assertTransient(() -> queue.retry(running, "broken"));
    assertTransient(() -> queue.requeue(dead));
    assertTransient(() -> queue.discard(dead));
    assertThat(second.calls()).isEqualTo(before);
    assertThat(store.mode()).isEqualTo(FallbackMode.PRIMARY);
    second.comeBack();
    nowNs.addAndGet(Duration.ofMillis(500).toNanos());
    assertThat(queue.acknowledge(running)).isTrue();
    assertThat(queue.discard(dead)).isTrue();
  }

  @Test
  void shouldNotCountFailuresOfTheSecondStoreForTheFirstOneWhenThatIsBroughtUpToDate() {
    JobQueue queue = store.jobQueue("q");
    boolean isFailed = true;
    for (int call = 1; isFailed; call++) {
      queue.offer("ended", bytes("1"));
      queue.offer("held", bytes("1"));
      Job ended = queue.take(MINUTE).orElseThrow();
      Job held = queue.take(MINUTE).orElseThrow();
      first.goAway();
      assertThat(queue.acknowledge(ended)).isTrue();
      assertThat(queue.extend(held, LONG)).isTrue();
      store.ledger().publish(Publication.ofAll("source" + call, 1, List.of(), MINUTE));
      assertThat(store.ledger().retire("source" + call)).isTrue();
      clock.turn(MINUTE.multipliedBy(2)); // the first store's leases have run out
      first.comeBack();
      nowNs.addAndGet(Duration.ofMillis(500).toNanos());
      boolean[] isReached = new boolean[1];
      second.before(
          call,
          () -> {
            isReached[0] = true;
            throw failure;
          });
      long failures = store.circuitBreaker().health().failuresTotal();
      store.upkeep().recover();
      isFailed = isReached[0];
      assertThat(store.circuitBreaker().health().failuresTotal())
          .as("call=%s", call)
          .isEqualTo(failures);
      second.before(0, () -> {});
      comeBack();
      assertThat(queue.acknowledge(held)).as("call=%s", call).isTrue();
      assertThat(queue.take(MINUTE)).as("call=%s", call).isEmpty();
    }
  }

  @Test
  void shouldGiveAJobAgainWhoseEndWasRefused() {
    JobQueue queue = store.jobQueue("q");
    int refused = 0;
    for (int call = 1; call < 12; call++) {
      queue.offer("a" + call, bytes("1"));
      Job running = queue.take(MINUTE).orElseThrow();
      first.goAway();
      assertThat(queue.extend(running, LONG)).isTrue();
      clock.turn(MINUTE.multipliedBy(2)); // the first store's lease has run out
      comeBack();
      second.before(call, second::goAway);
      boolean isEnded = false;
      try {
        isEnded = queue.acknowledge(running);
      } catch (StoreException e) {
        assertThat(e.category()).isEqualTo(StoreException.Category.TRANSIENT);
        refused++;
      }
      second.before(0, () -> {});
      second.goAway();
      clock.turn(LONG);
      Optional<Job> again = queue.take(MINUTE);
      assertThat(again.isPresent()).as("call=%s", call).isEqualTo(!isEnded);
      assertThat(again.map(queue::acknowledge)).isNotEqualTo(Optional.of(false));
      second.comeBack();
      recover(store);
    }
    assertThat(refused).isBetween(1, 10);
  }

  @Test
  void shouldTellTheSizesWhenTheSecondStoreHasMarksAloneAndIsAway() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job late = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(queue.acknowledge(late)).isTrue();
    clock.turn(MINUTE.multipliedBy(2));
    comeBack();
    queue.offer("b", bytes("1"));
    second.goAway();
    assertThat(queue.sizes()).isEqualTo(new Sizes(2, 0, 0, 0));
    assertThat(queue.state("c")).isEmpty();
    assertThat(queue.deadLetters(9)).isEmpty();
    assertThat(store.queues()).containsExactly("q");
    assertThat(store.stats().jobs()).isEqualTo(2);
  }
}
