package io.tallystick.fallback;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of the first store in the second, so that they are found there when the first one is
 * away. What this process wrote and has not told the second yet lies over what that has.
 *
 * <p>Who writes to the first store waits where too much is to be told, for as long as the second
 * takes some of it. Threading: any.
 */
final class Mirror {
  private static final int LEAST_KEYS = 2_000; // at a time
  private static final int LEAST_PART = 64;

  /** In which a part is to be told. */
  private static final long PART_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private final LastKnown known;
  private final KeyRows rows;
  private final long patienceNs;
  private final ReentrantLock writing = new ReentrantLock();
  private final RowWriters writers = new RowWriters(); // used with writing locked
  private final RowPace pace; // likewise

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition written = lock.newCondition();
  private final AtomicLong told = new AtomicLong(); // keys
  private volatile long stuckAt = -1; // what that was when somebody waited in vain

  Mirror(LastKnown known, KeyRows rows, MirrorBounds bounds, LongSupplier nanoTime) {
    this.known = known;
    this.rows = rows;
    this.pace = new RowPace(nanoTime, PART_NS);
    this.patienceNs = bounds.patience().toNanos();
  }

  /** What a key is where the journal does not say. */
  StoredValue value(String key) {
    Known unwritten = known.unwritten(key); // first: it may be written in between
    return rows.value(key, unwritten);
  }

  /** Writes what a key is from now on. */
  void write(String key, byte @Nullable [] value, long endMs) {
    rows.write(key, value, endMs);
  }

  // ---- telling ----

  /** Tells the second store about some of what waits: a part, while the first one is in use. */
  void flushSome() {
    int waiting = known.unwritten();
    flush(Math.max(LEAST_KEYS, waiting / LEAST_PART), true);
  }

  /** Tells the second store about all that waits. */
  void flushAll() {
    flush(known.unwritten(), false);
  }

  /** Throws what the second store throws, and tells it the next time. */
  private void flush(int limit, boolean isGentle) {
    int most = Math.min(limit, known.unwritten());
    if (most <= 0) {
      return;
    }
    if (!writing.tryLock()) {
      return; // another thread does, and may hang there
    }
    try {
      AtomicInteger left = new AtomicInteger(most); // what fails comes again
      AtomicBoolean isFailed = new AtomicBoolean();
      int threads = RowWriters.THREADS;
      if (isGentle && most > RowPace.TRIED) {
        threads = flushAlone(left, isFailed);
      }
      if (left.get() > 0) {
        writers.run(left.get(), threads, () -> flushAll(left, isFailed));
      }
    } finally {
      writing.unlock();
      signal();
    }
  }

  /**
   * While the store takes rows fast enough, those who use the first have the other processors; else
   * how many threads it takes.
   */
  private int flushAlone(AtomicInteger left, AtomicBoolean isFailed) {
    pace.begin();
    while (isFlushed(left, isFailed)) {
      if (pace.isKnownAfterRow()) {
        int threads = pace.threads(left.get());
        if (threads > 1) {
          return threads;
        }
      }
    }
    return 1; // nothing is left
  }

  private void flushAll(AtomicInteger left, AtomicBoolean isFailed) {
    boolean isMore;
    do {
      isMore = isFlushed(left, isFailed);
    } while (isMore);
  }

  /** Tells the second store of one key; false where there is nothing left to do. */
  private boolean isFlushed(AtomicInteger left, AtomicBoolean isFailed) {
    if (isFailed.get() || left.getAndDecrement() <= 0) {
      return false;
    }
    KnownKey key = known.pop();
    Known waiting = key == null ? null : known.unwritten(key);
    if (key == null || waiting == null) {
      return true;
    }
    boolean isWritten = false;
    try {
      rows.write(key.key(), waiting);
      isWritten = true;
      if (told.incrementAndGet() % LEAST_KEYS == 0) {
        signal();
      }
    } finally {
      if (!isWritten) {
        isFailed.set(true);
      }
      known.popped(waiting, isWritten);
    }
    return true;
  }

  private void signal() {
    lock.lock();
    try {
      written.signalAll();
    } finally {
      lock.unlock();
    }
  }

  // ---- back pressure ----

  /** Waits until there is room, where the second store makes some: not for tries that fail. */
  void awaitRoom() {
    lock.lock();
    try {
      long before = told.get();
      long leftNs = patienceNs;
      while (known.isFull() && before != stuckAt) {
        leftNs = written.awaitNanos(leftNs);
        if (told.get() != before) {
          before = told.get();
          leftNs = patienceNs;
        } else if (leftNs <= 0) {
          stuckAt = before; // nobody waits any more until it takes something again
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
