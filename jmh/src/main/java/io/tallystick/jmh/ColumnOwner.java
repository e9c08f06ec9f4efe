package io.tallystick.jmh;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A thread that got columns by updating and keeps them, by staying alive, until it is closed.
 *
 * <p>Columns are granted behind the updates and add to the length of the files, so a thread has
 * what it will get when it updates and the files have stopped growing.
 */
final class ColumnOwner implements AutoCloseable {
  private static final long SETTLED_NS = TimeUnit.SECONDS.toNanos(1);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  private ColumnOwner(LongSupplier lengthBytes, Runnable updates, CountDownLatch settled) {
    this.thread =
        new Thread(
            () -> {
              settle(lengthBytes, updates);
              settled.countDown();
              awaitUninterruptibly(closed);
            },
            "column-owner");
    thread.setDaemon(true);
  }

  /** Starts a thread and returns when it has its columns. */
  static ColumnOwner start(LongSupplier lengthBytes, Runnable updates) {
    CountDownLatch settled = new CountDownLatch(1);
    ColumnOwner owner = new ColumnOwner(lengthBytes, updates, settled);
    owner.thread.start();
    awaitUninterruptibly(settled);
    return owner;
  }

  /** Updates on the calling thread until the files have stopped growing. */
  static void settle(LongSupplier lengthBytes, Runnable updates) {
    long length = lengthBytes.getAsLong();
    long unchangedSince = System.nanoTime();
    while (System.nanoTime() - unchangedSince < SETTLED_NS) {
      updates.run();
      long now = lengthBytes.getAsLong();
      if (now != length) {
        length = now;
        unchangedSince = System.nanoTime();
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // Nobody interrupts a benchmark but to end its JVM.
      }
    }
  }
}
