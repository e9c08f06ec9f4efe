package io.tallystick.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Jobs that are run at least once, and by one worker at a time within its lease.
 *
 * <p>A job is queued, delayed, running, or dead. It is offered under a key, and of one key there is
 * one job that is not dead. A worker takes it with a lease and acknowledges it, or hands it back to
 * be tried again later. Where the lease runs out the job is queued again, at once: its worker may
 * have died. A job that was taken as often as the {@link RetryPolicy} allows, and not acknowledged,
 * is a dead letter. Jobs are taken in the order in which they were queued.
 *
 * <p>Each operation is atomic and costs no more than the logarithm of the queue's length. Leases
 * and delays run by the store's clock. Payloads are copied. Threading: any.
 *
 * <p>Every method throws {@link StoreException}: PERMANENT for a key or payload beyond the store's
 * {@link Limits}, where the store is full, and where it was closed.
 */
public interface JobQueue {
  /** Queues a job; false where one of this key is queued, delayed or running. */
  boolean offer(String key, byte[] payload);

  /** Takes the job that was queued first; empty where none is queued. Never waits. */
  Optional<Job> take(Duration lease);

  /** Makes a lease end this long from now; false where it was lost. */
  boolean extend(Job job, Duration lease);

  /** Ends a job that was done; false where its lease was lost, so that it may run again. */
  boolean acknowledge(Job job);

  /**
   * Hands a job back that failed: to be delayed as the {@link RetryPolicy} says, or as a dead
   * letter. False where its lease was lost.
   *
   * @param error what went wrong, as {@link DeadLetter#error} shows it; a store may keep no more
   *     than its first 999 characters
   */
  boolean retry(Job job, String error);

  /** The state of the job of a key that is not dead; empty where there is none. */
  Optional<State> state(String key);

  /** How many jobs are in each state; those whose lease or delay ran out are queued. */
  Sizes sizes();

  /** Dead letters, the oldest first, at most so many. */
  List<DeadLetter> deadLetters(int limit);

  /**
   * Queues a dead letter again, as if it had never been taken; false where there is no such dead
   * letter, or another job of its key is queued, delayed or running.
   */
  boolean requeue(String id);

  /** Forgets a dead letter; false where there is none. */
  boolean discard(String id);

  /**
   * A job that a worker has taken.
   *
   * @param id what tells it from all other jobs of the queue
   * @param payload the worker's own copy
   * @param attempt how often it has been taken, from 1
   * @param lease what tells this taking of it from all others of the queue
   */
  record Job(
      String id,
      String key,
      @SuppressWarnings("ArrayRecordComponent") byte[] payload,
      int attempt,
      long lease) {}

  /**
   * A job that failed too often.
   *
   * @param payload the caller's own copy
   * @param attempts how often it was taken
   * @param error what the last {@link #retry} said; {@code lease ran out} where there was none
   */
  record DeadLetter(
      String id,
      String key,
      @SuppressWarnings("ArrayRecordComponent") byte[] payload,
      int attempts,
      String error) {}

  /** What becomes of a job until it is done, or dead. */
  enum State {
    /** It waits for a worker. */
    QUEUED,
    /** It has failed, and is queued again later. */
    DELAYED,
    /** A worker has it, whose lease has not run out. */
    RUNNING
  }

  /** How many jobs are in each state. */
  record Sizes(long queued, long delayed, long running, long dead) {}
}
