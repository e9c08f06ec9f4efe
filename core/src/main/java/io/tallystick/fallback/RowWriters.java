package io.tallystick.fallback;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * Writes rows side by side, so that a store that can takes many of them in one transaction. Its
 * threads are there while there is something to be written. Used by one thread.
 */
final class RowWriters {
  /** How many there are at most. */
  static final int THREADS = 32;

  private static final int ROWS_EACH = 8; // at least, where more threads are begun

  private final List<Future<?>> begun = new ArrayList<>();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS, THREADS, 1, SECONDS, new LinkedBlockingQueue<>(), RowWriters::thread);

  RowWriters() {
    threads.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "tallystick-fallback-rows");
    thread.setDaemon(true);
    return thread;
  }

  /** Begins to write. */
  void add(Runnable write) {
    begun.add(threads.submit(write));
  }

  /**
   * Has so many rows written by work that each of the threads does, of which there are so many at
   * most, and waits for it.
   */
  void run(int rows, int most, Runnable work) {
    for (int i = Math.min(1 + rows / ROWS_EACH, Math.min(most, THREADS)); i > 0; i--) {
      add(work);
    }
    await();
  }

  /**
   * Waits for what was begun.
   *
   * @throws RuntimeException what one of the writes threw, once all have ended
   */
  void await() {
    RuntimeException failure = null;
    Error fatal = null;
    for (Future<?> each : begun) {
      try {
        each.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          fatal = error;
          continue;
        }
        failure =
            e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failure = new IllegalStateException("interrupted", e);
        break;
      }
    }
    begun.clear();
    if (fatal != null) {
      throw fatal;
    }
    if (failure != null) {
      throw failure;
    }
  }
}
