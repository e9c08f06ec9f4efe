package io.tallystick.health;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Points that wait to be sent, up to a number: a new one pushes the oldest out.
 *
 * <p>Threading: any. Adding waits for nothing but the lock, which nobody holds for long.
 */
final class PointBuffer {
  private final int capacity;
  private final int batch;
  private final ArrayDeque<Point> points = new ArrayDeque<>(); // guarded by lock, as all below
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean isFlushed;
  private boolean isClosed;

  PointBuffer(int capacity, int batch) {
    this.capacity = capacity;
    this.batch = batch;
  }

  /** Adds a point; false where that cost one, the oldest, or this one after the end. */
  boolean add(Point point) {
    lock.lock();
    try {
      if (isClosed) {
        return false;
      }
      boolean isFull = points.size() == capacity;
      if (isFull) {
        points.removeFirst();
      }
      points.addLast(point);
      if (points.size() >= batch) {
        changed.signalAll();
      }
      return !isFull;
    } finally {
      lock.unlock();
    }
  }

  /** Has what is there taken now. */
  void flush() {
    lock.lock();
    try {
      isFlushed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more; what is there can still be taken. */
  void close() {
    lock.lock();
    try {
      isClosed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return isClosed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a batch, for a time, for a flush or for the end; returns a batch, or less. */
  List<Point> take(long timeNs) throws InterruptedException {
    lock.lock();
    try {
      long restNs = timeNs;
      while (points.size() < batch && !isFlushed && !isClosed && restNs > 0) {
        restNs = changed.awaitNanos(restNs);
      }
      List<Point> taken = new ArrayList<>();
      while (taken.size() < batch && !points.isEmpty()) {
        taken.add(points.removeFirst());
      }
      if (points.isEmpty()) {
        isFlushed = false;
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what is there; returns how many that were. */
  int clear() {
    lock.lock();
    try {
      int forgotten = points.size();
      points.clear();
      return forgotten;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a time, or for the end; false at the end. */
  boolean pause(long timeNs) throws InterruptedException {
    long restNs = timeNs;
    lock.lock();
    try {
      while (!isClosed && restNs > 0) {
        restNs = changed.awaitNanos(restNs);
      }
      return !isClosed;
    } finally {
      lock.unlock();
    }
  }
}
