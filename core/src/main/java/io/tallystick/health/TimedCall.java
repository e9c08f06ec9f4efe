package io.tallystick.health;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of the application's code, on a thread that can be left with it.
 *
 * <p>Threading: one thread runs it, another one awaits it. Where it is not done in time it is
 * interrupted, and what it returns later is nobody's.
 *
 * @param <T> what it returns
 */
final class TimedCall<T> implements Runnable {
  private final Callable<? extends @Nullable T> call;
  private final long limitNs;
  private final LongSupplier nanoTime;
  private final @Nullable ClassLoader loader;
  private final long madeNs;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Thread runner; // guarded by lock, as all below
  private boolean isStarted;
  private boolean isOver;
  private boolean isLeft;
  private long startNs;
  private long endNs;
  private @Nullable T value;
  private @Nullable Throwable failure;

  /**
   * A call that is still to be made.
   *
   * @param loader the context class loader of the thread while it is made
   */
  TimedCall(
      Callable<? extends @Nullable T> call,
      Duration limit,
      LongSupplier nanoTime,
      @Nullable ClassLoader loader) {
    this.call = call;
    this.limitNs = limit.toNanos();
    this.nanoTime = nanoTime;
    this.loader = loader;
    this.madeNs = nanoTime.getAsLong();
  }

  @Override
  public void run() {
    if (!start()) {
      return;
    }
    T returned = null;
    Throwable thrown = null;
    Thread.currentThread().setContextClassLoader(loader);
    try {
      returned = call.call();
    } catch (Throwable e) { // it is not our code
      thrown = e;
    } finally {
      Thread.currentThread().setContextClassLoader(null); // which it would keep alive
    }
    end(returned, thrown);
  }

  private boolean start() {
    lock.lock();
    try {
      isLeft = isLeft || restNs() <= 0;
      if (isLeft) {
        return false; // it has waited for too long
      }
      runner = Thread.currentThread();
      isStarted = true;
      startNs = nanoTime.getAsLong();
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable T returned, @Nullable Throwable thrown) {
    lock.lock();
    try {
      runner = null;
      isOver = true;
      endNs = nanoTime.getAsLong();
      value = returned;
      failure = thrown;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until it is over, has run for its limit, or has waited as long for a thread. An
   * interruption of the caller does not end that, and is kept.
   */
  Outcome<T> await() {
    boolean isInterrupted = Thread.interrupted();
    lock.lock();
    try {
      long restNs = restNs();
      while (!isOver && restNs > 0) {
        try {
          long unused = changed.awaitNanos(restNs);
        } catch (InterruptedException e) {
          isInterrupted = true;
        }
        restNs = restNs();
      }
      if (!isOver && !isLeft) {
        isLeft = true;
        if (runner != null) {
          runner.interrupt(); // and nobody else's call: the lock says that it runs this one
        }
      }
      return outcome();
    } finally {
      lock.unlock();
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long restNs() {
    return limitNs - (nanoTime.getAsLong() - (isStarted ? startNs : madeNs));
  }

  /** As it is now. */
  Outcome<T> outcome() {
    lock.lock();
    try {
      long untilNs = isOver ? endNs : nanoTime.getAsLong();
      return new Outcome<>(
          isStarted,
          isOver,
          value,
          failure,
          Duration.ofNanos(isStarted ? Math.max(0, untilNs - startNs) : 0));
    } finally {
      lock.unlock();
    }
  }

  /** Whether its code is running, or may still be. */
  boolean isPending() {
    lock.lock();
    try {
      return !isOver && (isStarted || !isLeft);
    } finally {
      lock.unlock();
    }
  }

  /**
   * How a call ended, or that it did not.
   *
   * @param isStarted whether it got a thread
   * @param isOver whether it has ended
   * @param value what it returned
   * @param failure what it threw
   * @param time how long it ran, or has run so far
   */
  record Outcome<T>(
      boolean isStarted,
      boolean isOver,
      @Nullable T value,
      @Nullable Throwable failure,
      Duration time) {}
}
