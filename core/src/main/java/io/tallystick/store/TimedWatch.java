package io.tallystick.store;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for as long as it is told to: of a store that does not say when it gives a number. */
final class TimedWatch implements Documents.Watch {
  private final CountDownLatch closed = new CountDownLatch(1);

  @Override
  public long await(long after, Duration atMost) {
    try {
      boolean unused = closed.await(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return after;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
