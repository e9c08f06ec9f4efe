package io.tallystick.store;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/**
 * The latest number of each numbered set of a memory store, and those who wait for the next one.
 * Threading: all but a watch is called by who holds the lock of the documents.
 */
final class MemoryNumbers {
  private final ReentrantLock lock;
  private final Condition given;
  private final Map<String, Long> latest = new HashMap<>();
  private boolean isClosed;

  MemoryNumbers(ReentrantLock lock) {
    this.lock = lock;
    this.given = lock.newCondition();
  }

  /** Gives the next number of a set; who waits for it goes on once the lock is free. */
  long next(String set) {
    given.signalAll();
    return latest.merge(set, 1L, Long::sum);
  }

  /** Has a set count on from no less. */
  void raise(String set, long number) {
    latest.merge(set, number, Math::max);
  }

  void forEach(BiConsumer<String, Long> action) {
    latest.forEach(action);
  }

  /** Ends all waits. */
  void close() {
    isClosed = true;
    given.signalAll();
  }

  Documents.Watch watch(String set) {
    return new MemoryWatch(set);
  }

  private final class MemoryWatch implements Documents.Watch {
    private final String set;
    private boolean isOver; // guarded by lock

    MemoryWatch(String set) {
      this.set = set;
    }

    @Override
    public long await(long after, Duration atMost) {
      long leftNs = TimeUnit.NANOSECONDS.convert(atMost);
      lock.lock();
      try {
        while (!isOver && !isClosed && leftNs > 0 && number() <= after) {
          leftNs = given.awaitNanos(leftNs);
        }
        return Math.max(after, number());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return after;
      } finally {
        lock.unlock();
      }
    }

    private long number() {
      return latest.getOrDefault(set, 0L);
    }

    @Override
    public void close() {
      lock.lock();
      try {
        isOver = true;
        given.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
