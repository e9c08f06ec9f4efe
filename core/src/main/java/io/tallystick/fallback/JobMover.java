package io.tallystick.fallback;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Moves the jobs that were offered while the first store was away from the second to the first.
 *
 * <p>A job is taken from the second, offered to the first under its key, and acknowledged to the
 * second; who is killed in between leaves it to be moved again, which the first refuses while it
 * has the job. Those that wait for their delay are moved when it is over. Threading: one thread
 * moves; any asks.
 */
final class JobMover {
  private static final Duration LEASE = Duration.ofSeconds(30);

  /** So that a move is no attempt that could be the last. */
  private static final RetryPolicy POLICY =
      new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(1), Duration.ofMinutes(5));

  private static final int MOST_AT_ONCE = 1_000;

  private final Failover failover;
  private final JobMarks marks;
  private volatile boolean isLeft = true; // until it was looked
  private volatile boolean hasAny = true; // likewise
  private volatile int uses; // how often the second store came into use; written with this locked

  JobMover(Failover failover, JobMarks marks) {
    this.failover = failover;
    this.marks = marks;
  }

  /** Whether the second store may have jobs, or may know of jobs that are with a worker. */
  boolean isLeft() {
    return isLeft;
  }

  /** Whether it may have jobs, be they dead. */
  boolean hasAny() {
    return hasAny;
  }

  /** The second store is in use. */
  synchronized void used() {
    uses++;
    isLeft = true;
    hasAny = true;
  }

  /** Looks for what a process has left that was killed before it could move it. */
  void look() {
    if (!isLeft) {
      int before = uses;
      note(failover.second().queues(), before);
    }
  }

  /**
   * Moves jobs that wait for a worker: all, but where others are offered all the time.
   *
   * @throws StoreException of either store
   */
  void move() {
    int before = uses;
    List<String> queues = failover.second().queues();
    for (String queue : queues) {
      move(queue);
    }
    note(queues, before);
  }

  private void note(List<String> queues, int usesBefore) {
    boolean isDead = false;
    boolean isAlive = false;
    for (String queue : queues) {
      JobQueue.Sizes sizes = failover.second().jobQueue(queue, POLICY).sizes();
      isDead |= sizes.dead() > 0;
      isAlive |= sizes.queued() + sizes.delayed() + sizes.running() > 0;
    }
    conclude(isAlive || marks.isAny(), isAlive || isDead, usesBefore);
  }

  private synchronized void conclude(boolean isToBeAsked, boolean isThere, int usesBefore) {
    if (failover.modes().mode() == FallbackMode.PRIMARY && uses == usesBefore) {
      hasAny = isThere; // else there may be more by now
      isLeft = isToBeAsked;
    }
  }

  private void move(String name) {
    JobQueue from = failover.second().jobQueue(name, POLICY);
    for (int i = 0; i < MOST_AT_ONCE; i++) {
      Optional<Job> job = from.take(LEASE);
      if (job.isEmpty()) {
        return;
      }
      Job moved = job.get();
      try {
        boolean unused =
            failover.replay(
                first -> first.jobQueue(name, POLICY).offer(moved.key(), moved.payload()));
      } catch (StoreException e) {
        boolean unused = from.retry(moved, "could not be moved");
        throw e;
      }
      boolean unused = from.acknowledge(moved);
    }
  }
}
