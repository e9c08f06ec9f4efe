package io.tallystick.health;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which the application's code is called: as many as calls at one time, up to a
 * bound. They end where there is nothing to do.
 *
 * <p>Threading: any. They are daemons: a call that hangs does not keep a JVM from its end.
 */
final class CallThreads implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor pool;

  CallThreads(int most) {
    AtomicInteger number = new AtomicInteger();
    this.pool =
        new ThreadPoolExecutor(
            0,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new Calls(),
            call -> {
              String name = "tallystick-health-" + number.incrementAndGet();
              Thread thread = new Thread(null, call, name, 0, false);
              thread.setContextClassLoader(null); // it outlives whoever starts it
              thread.setDaemon(true);
              return thread;
            },
            CallThreads::keep);
  }

  /** Has a call wait, as all threads are busy. */
  private static void keep(Runnable call, ThreadPoolExecutor pool) {
    if (pool.isShutdown() || !(pool.getQueue() instanceof Calls calls)) {
      throw new RejectedExecutionException("threads are closed");
    }
    calls.keep(call);
    if (pool.getPoolSize() < pool.getMaximumPoolSize() && calls.remove(call)) {
      pool.execute(call); // one has just ended, and may not have seen it
    }
  }

  /**
   * Calls that wait for a thread. It takes one only where a thread waits for it, or where there
   * will be no more threads; else the pool would queue instead of starting threads.
   */
  private static final class Calls extends LinkedTransferQueue<Runnable> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean offer(Runnable call) {
      return tryTransfer(call);
    }

    void keep(Runnable call) {
      boolean unused = super.offer(call);
    }
  }

  int most() {
    return pool.getMaximumPoolSize();
  }

  /** Has a call made as soon as there is a thread; false where there will be none. */
  boolean start(TimedCall<?> call) {
    try {
      pool.execute(call);
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      withdraw(call);
      return false; // closed, or the system has no thread for it
    }
  }

  /** Takes a call back that has not got a thread. */
  void withdraw(TimedCall<?> call) {
    boolean unused = pool.remove(call);
  }

  /** Interrupts what runs, and starts nothing more. */
  @Override
  public void close() {
    pool.shutdownNow();
  }
}
