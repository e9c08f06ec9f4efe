package io.tallystick.fallback;

import java.time.InstantSource;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of which something is known, and about how many bytes that takes. Beyond its bounds,
 * what the second store has been told is forgotten, some of it each time that something comes.
 * Marks of jobs that have not ended stay, beside the bounds: there are as many as jobs that workers
 * have, or whose end the first store could not be told within the last hour. Threading: any.
 */
final class KnownKeys {
  private static final long OVERHEAD_BYTES = 120;
  private static final int LOOKED_AT = 4; // each time that there is too much

  private final InstantSource clock;
  private final MirrorBounds bounds;
  private final ConcurrentMap<String, KnownKey> keys = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong(); // without those of marks
  private final AtomicInteger marks = new AtomicInteger();

  private final ReentrantLock shrinking = new ReentrantLock();

  /** Goes around, so that what is empty is not passed each time. Guarded by shrinking. */
  private Iterator<KnownKey> hand = keys.values().iterator();

  KnownKeys(InstantSource clock, MirrorBounds bounds) {
    this.clock = clock;
    this.bounds = bounds;
  }

  @Nullable KnownKey get(String key) {
    return keys.get(key);
  }

  Stream<KnownKey> stream() {
    return keys.values().stream();
  }

  /** What is known of a key, of which nothing was before, or something has come in between. */
  KnownKey add(String key) {
    KnownKey added = new KnownKey(key);
    KnownKey other = keys.putIfAbsent(key, added);
    if (other != null) {
      return other;
    }
    if (JournalRows.isOwn(key)) {
      marks.incrementAndGet();
    } else {
      bytes.addAndGet(bytesOf(key));
    }
    return added;
  }

  private static long bytesOf(String key) {
    return OVERHEAD_BYTES + 2L * key.length();
  }

  /** A value takes so many bytes more. */
  void grow(KnownKey each, long growth) {
    if (!JournalRows.isOwn(each.key())) {
      bytes.addAndGet(growth);
    }
  }

  long bytes() {
    return bytes.get();
  }

  void shrinkIfFull() {
    if (isFull() || marks.get() > bounds.keys()) {
      shrink();
    }
  }

  private boolean isFull() {
    return bytes.get() > bounds.bytes() || keys.size() - marks.get() > bounds.keys();
  }

  /** Forgets some of what need not be kept. */
  private void shrink() {
    if (!shrinking.tryLock()) {
      return;
    }
    try {
      for (int i = 0; i < LOOKED_AT; i++) {
        if (!hand.hasNext()) {
          hand = keys.values().iterator();
        }
        forget(hand.next());
      }
    } catch (NoSuchElementException e) {
      // others have emptied it
    } finally {
      shrinking.unlock();
    }
  }

  /** Whether a mark has ended; whether there are too many of other keys. */
  private boolean isDispensable(KnownKey each) {
    if (!JournalRows.isOwn(each.key())) {
      return isFull();
    }
    StoredValue present = each.present(clock.millis());
    return present == null || !present.isThere();
  }

  private void forget(KnownKey each) {
    synchronized (each) {
      if (!each.isUnwritten() && isDispensable(each) && keys.remove(each.key(), each)) {
        each.forget();
        if (JournalRows.isOwn(each.key())) {
          marks.decrementAndGet();
        } else {
          bytes.addAndGet(-bytesOf(each.key()) - each.valueBytes());
        }
      }
    }
  }
}
