package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.JobQueue.State;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of jobs when the first store goes away and comes back, a step at a time. */
class FallbackJobsTest extends FallbackStoreSteps {
  @Test
  void shouldMoveJobsWithTheirKeysWhenTheFirstStoreIsBack() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("before", bytes("1"));
    first.goAway();
    assertThat(queue.offer("before", bytes("2"))).isTrue(); // nobody knows better
    assertThat(queue.offer("meanwhile", bytes("3"))).isTrue();
    assertThat(queue.offer("meanwhile", bytes("3"))).isFalse();
    assertThat(queue.offer("taken", bytes("4"))).isTrue();
    comeBack();
    assertThat(firstStore.jobQueue("q").sizes()).isEqualTo(new JobQueue.Sizes(3, 0, 0, 0));
    assertThat(secondStore.queues()).isEmpty();
    assertThat(text(queue.take(MINUTE).map(Job::payload))).isEqualTo("1");
  }

  @Test
  void shouldNotRunAJobTwiceAtATimeWhenTheStoresDisagree() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(queue.offer("a", bytes("2"))).isFalse();
    assertThat(queue.acknowledge(running)).isTrue();
    assertThat(queue.acknowledge(running)).isFalse();
    assertThat(queue.offer("a", bytes("3"))).isTrue();
    Job inSecond = queue.take(MINUTE).orElseThrow();
    assertThat(text(Optional.of(inSecond.payload()))).isEqualTo("3");
    comeBack();
    assertThat(firstStore.jobQueue("q").sizes()).isEqualTo(new JobQueue.Sizes(0, 0, 0, 0));
    assertThat(queue.offer("a", bytes("4"))).isFalse(); // it runs, in the second
    firstStore.jobQueue("q").offer("a", bytes("5")); // by another host
    assertThat(queue.take(MINUTE)).isEmpty();
    assertThat(queue.acknowledge(inSecond)).isTrue();
    assertThat(queue.sizes().running()).isEqualTo(1);
    clock.turn(MINUTE);
    assertThat(text(queue.take(MINUTE).map(Job::payload))).isEqualTo("5");
  }

  @Test
  void shouldTellTheStateOfAJobWhicheverStoreHasIt() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(queue.state("a")).contains(State.RUNNING);
    assertThat(queue.acknowledge(running)).isTrue();
    assertThat(queue.state("a")).isEmpty();
    queue.offer("b", bytes("2"));
    assertThat(queue.state("b")).contains(State.QUEUED);
    Job inSecond = queue.take(MINUTE).orElseThrow();
    comeBack();
    assertThat(queue.state("b")).contains(State.RUNNING);
    firstStore.jobQueue("q").offer("b", bytes("3")); // by another host
    assertThat(queue.state("b")).contains(State.RUNNING);
    assertThat(queue.acknowledge(inSecond)).isTrue();
    assertThat(queue.state("a")).isEmpty();
  }

  @Test
  void shouldNotRunAJobTwiceAtATimeWhenAMoveWasCut() {
    first.goAway();
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    secondStore.jobQueue("q").take(Duration.ofSeconds(30)); // a mover,
    firstStore.jobQueue("q").offer("a", bytes("1")); // which died here
    comeBack();
    assertThat(queue.take(MINUTE)).isPresent();
    clock.turn(Duration.ofSeconds(31));
    assertThat(queue.take(MINUTE)).isEmpty();
  }

  @Test
  void shouldKeepALeaseThatWasMadeLongerWhileTheFirstStoreWasAway() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(queue.extend(running, MINUTE.multipliedBy(5))).isTrue();
    clock.turn(MINUTE.multipliedBy(2)); // the first store's lease has run out
    FallbackStore other = open(first);
    comeBack();
    other.upkeep().follow();
    assertThat(other.jobQueue("q").take(MINUTE)).isEmpty();
    assertThat(queue.take(MINUTE)).isEmpty();
    assertThat(queue.extend(running, MINUTE.multipliedBy(9))).isTrue();
    clock.turn(MINUTE.multipliedBy(5));
    assertThat(queue.take(MINUTE)).isEmpty();
    assertThat(queue.acknowledge(running)).isTrue();
    clock.turn(MINUTE.multipliedBy(5));
    assertThat(queue.take(MINUTE)).isEmpty();
    assertThat(queue.sizes()).isEqualTo(new JobQueue.Sizes(0, 0, 0, 0));
  }

  @Test
  void shouldGiveAJobAgainWhenTheWorkerDiedThatMadeItsLeaseLonger() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(queue.extend(running, MINUTE.multipliedBy(5))).isTrue();
    clock.turn(MINUTE.multipliedBy(2));
    comeBack();
    clock.turn(MINUTE);
    assertThat(queue.take(MINUTE)).isEmpty();
    clock.turn(MINUTE.multipliedBy(2));
    assertThat(queue.take(MINUTE)).isPresent();
  }

  @Test
  void shouldNotGiveAJobAgainThatWasAcknowledgedWhileTheFirstStoreWasAway() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(queue.acknowledge(running)).isTrue();
    clock.turn(MINUTE.multipliedBy(2));
    comeBack();
    assertThat(queue.take(MINUTE)).isEmpty();
    assertThat(queue.offer("a", bytes("2"))).isTrue();
    assertThat(text(queue.take(MINUTE).map(Job::payload))).isEqualTo("2");
  }

  @Test
  void shouldMoveWhatAProcessHasLeftInTheSecondStoreThatWasKilled() {
    store.upkeep().recover();
    assertThat(store.jobQueue("q").take(MINUTE)).isEmpty();
    secondStore.jobQueue("q").offer("a", bytes("1"));
    for (int i = 0; i < 400; i++) {
      store.upkeep().recover();
    }
    assertThat(firstStore.jobQueue("q").sizes().queued()).isEqualTo(1);
    assertThat(secondStore.queues()).isEmpty();
  }

  @Test
  void shouldSayThatItDoesNotKnowWhenTheAnswerToAnEndIsLost() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.loseAnswers(1);
    assertThatThrownBy(() -> queue.acknowledge(running))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.category()).isEqualTo(StoreException.Category.TRANSIENT));
    assertThat(queue.sizes()).isEqualTo(new JobQueue.Sizes(0, 0, 0, 0));
  }

  @Test
  void shouldNotAskTheSecondStoreForEachOfferWhenItHasDeadLettersAlone() {
    RetryPolicy once = new RetryPolicy(1, MINUTE, MINUTE);
    first.goAway();
    JobQueue queue = store.jobQueue("q", once);
    queue.offer("a", bytes("1"));
    queue.retry(queue.take(MINUTE).orElseThrow(), "broken");
    comeBack();
    clock.turn(MINUTE.multipliedBy(2)); // its mark ends
    for (int i = 0; i < 40; i++) {
      store.upkeep().recover();
    }
    int before = second.calls();
    queue.offer("b", bytes("1"));
    assertThat(queue.take(MINUTE)).isPresent();
    assertThat(second.calls()).isEqualTo(before);
    assertThat(queue.deadLetters(9)).hasSize(1);
    assertThat(queue.sizes().dead()).isEqualTo(1);
  }

  @Test
  void shouldKeepALeaseThatWasMadeLongerWhenManyOtherMarksAreThere() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(queue.extend(running, MINUTE.multipliedBy(5))).isTrue();
    clock.turn(MINUTE.multipliedBy(2));
    for (int i = 0; i < 300; i++) {
      queue.offer("b" + i, bytes("2"));
      assertThat(queue.acknowledge(queue.take(MINUTE).orElseThrow())).isTrue();
    }
    comeBack();
    assertThat(queue.take(MINUTE)).isEmpty();
  }

  @Test
  void shouldKeepTheMarkOfAWorkerWhenAnotherOneWhoseLeaseIsOverEndsTheJob() {
    JobQueue queue = store.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job late = queue.take(MINUTE).orElseThrow();
    clock.turn(MINUTE);
    Job running = queue.take(MINUTE).orElseThrow();
    assertThat(queue.acknowledge(late)).isFalse();
    assertThat(queue.retry(late, "late")).isFalse();
    first.goAway();
    assertThat(queue.offer("a", bytes("2"))).isFalse(); // it runs
    assertThat(queue.acknowledge(running)).isTrue();
    comeBack();
    assertThat(firstStore.jobQueue("q").sizes()).isEqualTo(new JobQueue.Sizes(0, 0, 0, 0));
  }

  @Test
  void shouldAskNoSecondStoreThatIsAwayForEachOfferAndTake() {
    JobQueue queue = store.jobQueue("q");
    first.goAway();
    queue.offer("left", bytes("1"));
    assertThat(queue.take(MINUTE)).isPresent(); // runs on, so that the second is to be asked
    comeBack();
    second.goAway();
    for (int i = 0; i < 5; i++) {
      queue.offer("a" + i, bytes("1"));
    }
    int before = second.calls();
    for (int i = 0; i < 5; i++) {
      assertThat(queue.offer("b" + i, bytes("1"))).isTrue();
    }
    for (int i = 0; i < 10; i++) {
      assertThat(queue.take(MINUTE)).isPresent();
    }
    assertThat(queue.take(MINUTE)).isEmpty();
    assertThat(second.calls()).isEqualTo(before);
    assertThatThrownBy(queue::sizes)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.category()).isEqualTo(StoreException.Category.TRANSIENT));
    second.comeBack();
    nowNs.addAndGet(Duration.ofMillis(500).toNanos());
    store.upkeep().follow();
    store.upkeep().follow();
    assertThat(queue.offer("left", bytes("1"))).isFalse();
    assertThat(queue.sizes().running()).isEqualTo(11);
  }

  @Test
  void shouldRunNoJobTwiceAtATimeByWhatThisProcessKnowsWhenTheSecondStoreIsAway() {
    JobQueue queue = store.jobQueue("q");
    first.goAway();
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    queue.offer("b", bytes("1"));
    assertThat(queue.acknowledge(queue.take(MINUTE).orElseThrow())).isTrue();
    comeBack();
    second.goAway();
    firstStore.jobQueue("q").offer("a", bytes("2")); // by another host
    assertThat(queue.take(MINUTE)).isEmpty();
    assertThat(queue.offer("a", bytes("2"))).isFalse();
    assertThat(queue.offer("b", bytes("2"))).isTrue();
    assertThat(text(queue.take(MINUTE).map(Job::key).map(FallbackStoreSteps::bytes)))
        .isEqualTo("b");
    second.comeBack();
    nowNs.addAndGet(Duration.ofMillis(500).toNanos());
    store.upkeep().follow();
    assertThat(queue.acknowledge(running)).isTrue();
    clock.turn(MINUTE);
    assertThat(text(queue.take(MINUTE).map(Job::payload))).isEqualTo("2");
  }
}
