package io.tallystick.sd.cache;

import java.time.Duration;

/**
 * What workers do, and for how long.
 *
 * @param threads how many generations run at a time
 * @param id what errors and metrics call the workers of this process
 * @param keep for how long the store keeps a list
 * @param lease for how long a job is a worker's own unless it says that it still runs; one whose
 *     worker was killed is run again after this time
 * @param grace for how long generations may go on once the workers are closed
 */
public record WorkerSettings(
    int threads, String id, Duration keep, Duration lease, Duration grace) {
  /** Of a lease, unless there is a reason for another one. */
  public static final Duration DEFAULT_LEASE = Duration.ofSeconds(30);

  /** Of the time to come to an end in, which is less than what service managers give. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

  /** Checks the values. */
  public WorkerSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("not above zero: threads=" + threads);
    }
    if (keep.toMillis() < 1 || lease.toMillis() < 1 || grace.isNegative()) {
      throw new IllegalArgumentException(
          "time is too short: keep=" + keep + " lease=" + lease + " grace=" + grace);
    }
  }

  /** Workers with the default times. */
  public static WorkerSettings of(int threads, String id, Duration keep) {
    return new WorkerSettings(threads, id, keep, DEFAULT_LEASE, DEFAULT_GRACE);
  }
}
