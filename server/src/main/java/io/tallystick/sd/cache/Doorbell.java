package io.tallystick.sd.cache;

import java.time.Duration;

/** Tells the workers of a process that a job was queued by it, so that they need not look. */
public final class Doorbell {
  private long rings;

  /** Wakes all that wait. */
  synchronized void ring() {
    rings++;
    notifyAll();
  }

  /** How often it has been rung. */
  synchronized long rings() {
    return rings;
  }

  /** Waits until it has been rung more often than this, or for a time. */
  synchronized void await(long heard, Duration patience) throws InterruptedException {
    long endNs = System.nanoTime() + patience.toNanos();
    long leftMs = patience.toMillis();
    while (rings == heard && leftMs > 0) {
      wait(leftMs);
      leftMs = (endNs - System.nanoTime()) / 1_000_000;
    }
  }
}
