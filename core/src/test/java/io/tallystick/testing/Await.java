package io.tallystick.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another thread or process does, with a deadline. */
public final class Await {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long LOOK_EVERY_NS = 1_000_000;

  private Await() {}

  /** Waits until a condition holds, and fails where it does not within half a minute. */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    until(what, PATIENCE, condition);
  }

  /** Likewise, where it may take longer than that on a busy machine. */
  public static void until(String what, Duration patience, Callable<Boolean> condition)
      throws Exception {
    long startNs = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - startNs > patience.toNanos()) {
        throw new AssertionError("waited in vain: " + what);
      }
      LockSupport.parkNanos(LOOK_EVERY_NS);
    }
  }
}
