package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.fallback.JournalWrite.Decided;
import io.tallystick.store.Deadline;
import io.tallystick.store.JobQueue;
import io.tallystick.store.Limits;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A queue of a {@link FallbackStore}. A job is handed back to the store that gave it: its id begins
 * with that. What is said of a job of the first store while that is away is journalled.
 */
final class FallbackJobQueue implements JobQueue {
  private final Failover failover;
  private final QueueOfTwo queue;
  private final QueueContents contents;
  private final JobMarks marks;
  private final JobMover mover;
  private final Limits limits;
  private final InstantSource clock;
  private final String name;
  private final RetryPolicy policy;

  FallbackJobQueue(
      Failover failover,
      JobMarks marks,
      JobMover mover,
      Limits limits,
      InstantSource clock,
      String name,
      RetryPolicy policy) {
    this.failover = failover;
    this.queue = new QueueOfTwo(failover, name, policy);
    this.contents = new QueueContents(queue, marks, mover);
    this.marks = marks;
    this.mover = mover;
    this.limits = limits;
    this.clock = clock;
    this.name = name;
    this.policy = policy;
  }

  @Override
  public boolean offer(String key, byte[] payload) {
    limits.checkKey(key);
    byte[] copy = limits.copyValue(payload);
    return queue.call(
        first -> {
          boolean isInSecond = mover.isLeft() && marks.inSecond(name, key).isPresent();
          return !isInSecond && first.offer(key, copy);
        },
        second -> !marks.isOfFirst(name, key) && second.offer(key, copy));
  }

  @Override
  public Optional<Job> take(Duration lease) {
    Deadline.checked(lease);
    return queue.call(first -> takeOfFirst(first, lease), second -> takeOfSecond(second, lease));
  }

  private Optional<Job> takeOfFirst(JobQueue first, Duration lease) {
    while (true) {
      Optional<Job> job = first.take(lease);
      if (job.isEmpty()) {
        return mover.isLeft() ? takeLeft(lease) : job;
      }
      if (mover.isLeft() && marks.isEnded(name, job.get())) {
        boolean unused = first.acknowledge(job.get());
        marks.forgetEnded(name, job.get());
        continue;
      }
      Optional<Duration> running =
          mover.isLeft() ? marks.inSecond(name, job.get().key()) : Optional.empty();
      if (running.isEmpty()) {
        marks.firstGave(name, job.get().key(), Deadline.after(clock.millis(), lease));
        return job.map(each -> JobIds.with(JobIds.FIRST, each));
      }
      boolean unused = first.extend(job.get(), running.get()); // it comes again when that is over
    }
  }

  /** What was offered while the first store was away, and could not be moved. */
  private Optional<Job> takeLeft(Duration lease) {
    try {
      return queue.askSecond(second -> takeOfSecond(second, lease));
    } catch (StoreException e) {
      return Optional.empty(); // it is not the one in use
    }
  }

  private Optional<Job> takeOfSecond(JobQueue second, Duration lease) {
    while (true) {
      Optional<Job> job = second.take(lease);
      if (job.isEmpty()) {
        return job;
      }
      Optional<Duration> running = marks.inFirst(name, job.get().key());
      if (running.isEmpty()) {
        marks.secondHas(name, job.get().key(), Deadline.after(clock.millis(), lease));
        return job.map(each -> JobIds.with(JobIds.SECOND, each));
      }
      boolean unused = second.extend(job.get(), running.get()); // as in takeOfFirst
    }
  }

  // ---- what becomes of a job ----

  @Override
  public boolean extend(Job job, Duration lease) {
    long endMs = Deadline.after(clock.millis(), lease);
    if (JobIds.isOfSecond(job.id())) {
      boolean isExtended = queue.callSecond(second -> second.extend(JobIds.without(job), lease));
      if (isExtended) {
        marks.secondHas(name, job.key(), endMs);
      }
      return isExtended;
    }
    return ofFirst(
        Kind.EXTEND,
        new JournalJob(policy, JobIds.without(job), "", endMs),
        first -> {
          if (first.extend(JobIds.without(job), lease)) {
            marks.firstGave(name, job.key(), endMs);
            return true;
          }
          return mover.isLeft() && marks.isHeldLonger(name, JobIds.without(job), endMs);
        });
  }

  @Override
  public boolean acknowledge(Job job) {
    if (JobIds.isOfSecond(job.id())) {
      boolean isEnded = queue.callSecond(second -> second.acknowledge(JobIds.without(job)));
      if (isEnded) {
        marks.secondLost(name, job.key());
      }
      return isEnded;
    }
    return ofFirst(
        Kind.ACKNOWLEDGE,
        new JournalJob(policy, JobIds.without(job), "", 0),
        first -> {
          Job own = JobIds.without(job);
          boolean isEnded = first.acknowledge(own) || isHeldAndEnds(own);
          if (isEnded) { // else another worker may have it
            marks.firstTook(name, job.key());
          }
          return isEnded;
        });
  }

  /** Whether it is a job that is kept for its worker, though the first store took it for gone. */
  private boolean isHeldAndEnds(Job job) {
    return mover.isLeft() && marks.isHeldAndEnds(name, job);
  }

  @Override
  public boolean retry(Job job, String error) {
    if (JobIds.isOfSecond(job.id())) {
      boolean isTaken = queue.callSecond(second -> second.retry(JobIds.without(job), error));
      if (isTaken) {
        markTaken(job);
      }
      return isTaken;
    }
    return ofFirst(
        Kind.RETRY,
        new JournalJob(policy, JobIds.without(job), error, 0),
        first -> {
          boolean isTaken = first.retry(JobIds.without(job), error);
          if (isTaken) { // likewise
            marks.firstTook(name, job.key());
          }
          return isTaken;
        });
  }

  /** The second store keeps what was handed back until its delay is over, unless it is dead. */
  private void markTaken(Job job) {
    if (job.attempt() >= policy.attempts()) {
      marks.secondLost(name, job.key());
    } else {
      long endMs = Deadline.after(clock.millis(), policy.delayAfter(job.attempt()));
      marks.secondDelays(name, job.key(), endMs);
    }
  }

  /** Says something of a job of the first store, or journals it where its lease has not run out. */
  private boolean ofFirst(Kind kind, JournalJob detail, Function<JobQueue, Boolean> first) {
    JournalWrite<Boolean> write =
        new JournalWrite<>(
            (view, number, nowMs) ->
                marks.isOfFirst(name, detail.job().key())
                    ? Decided.of(
                        true,
                        JournalEntry.ofDetail(
                            kind, failover.newId(), nowMs, name, detail.toBytes()))
                    : Decided.of(false, null));
    FallbackCall<Boolean> call =
        new FallbackCall<>() {
          @Override
          Boolean first(Store store) {
            if (write.isDoubtful()) { // and replayed
              doubt();
            }
            return first.apply(queue.of(store));
          }

          @Override
          Boolean second(Journal journal, Store store) {
            boolean isWritten = journal.write(write);
            if (isWritten) {
              marks.journalled(name, detail.job().key(), detail.endMs());
            }
            return isWritten;
          }
        };
    return call.certain(failover.call(call));
  }

  // ---- what there is ----

  @Override
  public Optional<State> state(String key) {
    return contents.state(limits.checkKey(key));
  }

  @Override
  public Sizes sizes() {
    return contents.sizes();
  }

  @Override
  public List<DeadLetter> deadLetters(int limit) {
    return contents.deadLetters(limit);
  }

  @Override
  public boolean requeue(String id) {
    return contents.requeue(id);
  }

  @Override
  public boolean discard(String id) {
    return contents.discard(id);
  }
}
