package io.tallystick.fallback;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.DeadLetter;
import io.tallystick.store.JobQueue.Sizes;
import io.tallystick.store.JobQueue.State;
import io.tallystick.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What there is in a queue of two stores, dead letters above all. Threading: any. */
final class QueueContents {
  private final QueueOfTwo queue;
  private final JobMarks marks;
  private final JobMover mover;

  QueueContents(QueueOfTwo queue, JobMarks marks, JobMover mover) {
    this.queue = queue;
    this.marks = marks;
    this.mover = mover;
  }

  Optional<State> state(String key) {
    return queue.call(
        first -> {
          Optional<State> state =
              mover.isLeft() ? marks.stateInSecond(queue.name(), key) : Optional.empty();
          if (state.isEmpty()) {
            state = first.state(key);
          }
          boolean isInSecond = state.isEmpty() && mover.isLeft() && mover.hasAny();
          return isInSecond ? left(second -> second.state(key)) : state;
        },
        second ->
            marks.isOfFirst(queue.name(), key) ? Optional.of(State.RUNNING) : second.state(key));
  }

  Sizes sizes() {
    return queue.call(
        first -> mover.hasAny() ? sum(first.sizes(), left(JobQueue::sizes)) : first.sizes(),
        JobQueue::sizes);
  }

  /** Asks the second store while the first is in use. */
  private <T> T left(Function<JobQueue, T> question) {
    try {
      return queue.askSecond(question);
    } catch (StoreException e) {
      throw new NotNowException("second store may have jobs: cause=" + e.getMessage());
    }
  }

  private static Sizes sum(Sizes a, Sizes b) {
    return new Sizes(
        a.queued() + b.queued(),
        a.delayed() + b.delayed(),
        a.running() + b.running(),
        a.dead() + b.dead());
  }

  List<DeadLetter> deadLetters(int limit) {
    return queue.call(
        first -> {
          List<DeadLetter> all = new ArrayList<>();
          if (mover.hasAny()) {
            all.addAll(
                JobIds.lettersWith(JobIds.SECOND, left(second -> second.deadLetters(limit))));
          }
          all.addAll(JobIds.lettersWith(JobIds.FIRST, first.deadLetters(limit)));
          return all.subList(0, Math.min(limit, all.size()));
        },
        second -> JobIds.lettersWith(JobIds.SECOND, second.deadLetters(limit)));
  }

  boolean requeue(String id) {
    return JobIds.isOfSecond(id)
        ? queue.callSecond(second -> second.requeue(JobIds.idOf(id)))
        : queue.call(first -> first.requeue(JobIds.idOf(id)), second -> refuse());
  }

  boolean discard(String id) {
    return JobIds.isOfSecond(id)
        ? queue.callSecond(second -> second.discard(JobIds.idOf(id)))
        : queue.call(first -> first.discard(JobIds.idOf(id)), second -> refuse());
  }

  private static boolean refuse() {
    throw new NotNowException("dead letter is in the first store, which is away");
  }
}
