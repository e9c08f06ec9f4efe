package io.tallystick.sd.cache;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A job whose lease is kept while its generation runs. Where the lease is lost, which another
 * worker has by then, the generation is stopped.
 *
 * <p>Threading: a worker's thread has it; the lease is kept by another one.
 */
final class HeldJob implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final int EXTENSIONS = 3; // in the time of a lease

  private final JobQueue queue;
  private final Job job;
  private final Duration lease;
  private final Generation generation;
  private final Future<?> extending;

  private HeldJob(
      JobQueue queue,
      Job job,
      Duration lease,
      Generation generation,
      ScheduledExecutorService keepers) {
    this.queue = queue;
    this.job = job;
    this.lease = lease;
    this.generation = generation;
    long everyMs = Math.max(1, lease.toMillis() / EXTENSIONS);
    this.extending =
        keepers.scheduleWithFixedDelay(this::extend, everyMs, everyMs, TimeUnit.MILLISECONDS);
  }

  static HeldJob hold(
      JobQueue queue,
      Job job,
      Duration lease,
      Generation generation,
      ScheduledExecutorService keepers) {
    return new HeldJob(queue, job, lease, generation, keepers);
  }

  private void extend() {
    try {
      if (!queue.extend(job, lease)) {
        generation.stop();
      }
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "cannot extend a lease: key=" + job.key(), e); // next time
    }
  }

  Job job() {
    return job;
  }

  /** Whether it is still this worker's, for the time of another lease. */
  boolean isHeld() {
    return queue.extend(job, lease);
  }

  void acknowledge() {
    boolean unused = queue.acknowledge(job);
  }

  void retry(String error) {
    boolean unused = queue.retry(job, error);
  }

  /**
   * Hands it back, to be taken at once, as one that was never taken: or workers that are restarted
   * one after the other would make it a dead letter. Should this process be killed in between,
   * servers ask again for what they miss.
   */
  void release() {
    if (queue.acknowledge(job)) {
      boolean unused = queue.offer(job.key(), job.payload());
    }
  }

  /** Does no more for the lease. */
  @Override
  public void close() {
    extending.cancel(false);
  }
}
