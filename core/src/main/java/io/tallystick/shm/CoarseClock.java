package io.tallystick.shm;

import java.time.Clock;

/**
 * Wall-clock milliseconds that never go back within a process.
 *
 * <p>Threading: the agent turns {@link #coarseMs}, everyone reads it without order.
 */
public final class CoarseClock {
  private final Clock clock;
  private volatile long latestMs;
  private long coarseMs; // racy: a stale value is an older time

  CoarseClock(Clock clock) {
    this.clock = clock;
    this.coarseMs = nowMs();
  }

  /** The time as the agent last saw it; costs one load. */
  public long coarseMs() {
    return coarseMs;
  }

  /** The time now; costs a call of the clock. */
  public long nowMs() {
    long now = clock.millis();
    long latest = latestMs;
    if (now > latest) {
      latestMs = now; // where two threads race the lower may stay, as if it had come later
      return now;
    }
    return latest;
  }

  void turn() {
    coarseMs = nowMs();
  }
}
