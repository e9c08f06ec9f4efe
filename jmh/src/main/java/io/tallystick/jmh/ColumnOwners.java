package io.tallystick.jmh;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Threads that each own a column of the only process file of a directory, with values of all its
 * series in it, and keep it until they are closed.
 */
final class ColumnOwners implements AutoCloseable {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(120);
  private static final long PAUSE_MS = 10; // lest many threads leave no core to who grants columns

  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean updating = true;

  private ColumnOwners() {}

  /**
   * Starts so many, and returns when the file has as many columns; nobody else may update it.
   *
   * @param updates adds to all series
   * @throws IllegalStateException where it has not after two minutes
   */
  static ColumnOwners start(int columns, Path directory, Runnable updates)
      throws IOException, InterruptedException {
    ColumnOwners owners = new ColumnOwners();
    for (int i = 0; i < columns; i++) {
      Thread thread = new Thread(() -> owners.own(updates), "column-owner-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    long endNs = System.nanoTime() + PATIENCE_NS;
    while (true) {
      try {
        OwnedColumns.require(columns, 1, directory);
        owners.updating = false;
        return owners;
      } catch (IllegalStateException e) {
        if (System.nanoTime() > endNs) {
          owners.close();
          throw e;
        }
        Thread.sleep(PAUSE_MS);
      }
    }
  }

  private void own(Runnable updates) {
    try {
      while (updating) {
        updates.run();
        Thread.sleep(PAUSE_MS);
      }
      closed.await();
    } catch (InterruptedException e) {
      // Nobody interrupts it but to end its JVM.
    }
  }

  @Override
  public void close() {
    updating = false;
    closed.countDown();
  }
}
