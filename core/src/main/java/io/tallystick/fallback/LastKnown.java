package io.tallystick.fallback;

import io.tallystick.store.Deadline;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What keys were when this process last wrote or read them. What it wrote to the first store waits
 * here to be told to the second, by the {@link Mirror}: only the newest of each key.
 *
 * <p>Each change is stamped, by the host's clock, behind the call of the first store; so of two
 * processes that call one after the other, the later one has the greater stamp. Calls that overlap
 * may come in either order.
 *
 * <p>Bounded: beyond it, what the second store has been told is forgotten first; then, where it
 * does not take what it is told, the values of what it is still to be told. Marks of the fallback
 * itself are no larger than what stays of a key without its value, and stay. Threading: any.
 */
final class LastKnown {
  private static final int NEVER_SEEN = -1;
  private static final long OVERHEAD_BYTES = 120;
  private static final int LOOKED_AT = 4; // each time that there is too much

  private final InstantSource clock;
  private final LongSupplier timeNs;
  private final MirrorBounds bounds;
  private final ConcurrentMap<String, KnownKey> known = new ConcurrentHashMap<>();
  private final WaitingKeys unwritten = new WaitingKeys();
  private final AtomicLong bytes = new AtomicLong();

  private final ReentrantLock shrinking = new ReentrantLock();

  /** Goes around, so that what is empty is not passed each time. Guarded by shrinking. */
  private Iterator<Map.Entry<String, KnownKey>> hand = known.entrySet().iterator();

  /**
   * @param timeNs the host's clock, in nanoseconds since the Unix epoch
   */
  LastKnown(InstantSource clock, LongSupplier timeNs, MirrorBounds bounds) {
    this.clock = clock;
    this.timeNs = timeNs;
    this.bounds = bounds;
  }

  long nowNs() {
    return timeNs.getAsLong();
  }

  /** What a key was, where that is known. */
  Optional<StoredValue> get(String key) {
    KnownKey present = known.get(key);
    if (present == null) {
      return Optional.empty();
    }
    synchronized (present) {
      return Optional.ofNullable(present.present(clock.millis()));
    }
  }

  /** What the second store has not been told of a key; null where it has all. */
  @Nullable Known unwritten(String key) {
    KnownKey present = known.get(key);
    if (present == null) {
      return null;
    }
    synchronized (present) {
      return present.unwritten();
    }
  }

  private static boolean isUnwritten(KnownKey each) {
    synchronized (each) {
      return each.isUnwritten();
    }
  }

  /** Keys behind another one of which the second store has not been told all, in order. */
  List<String> unwrittenKeys(String prefix, @Nullable String after, int limit) {
    return known.entrySet().stream() // those that are being told are waiting no more
        .filter(each -> isUnwritten(each.getValue()))
        .map(Map.Entry::getKey)
        .filter(key -> key.startsWith(prefix) && (after == null || key.compareTo(after) > 0))
        .sorted()
        .limit(limit)
        .toList();
  }

  // ---- what was seen ----

  /** How often a key has changed, before a call that reads it. */
  int changes(String key) {
    KnownKey present = known.get(key);
    if (present == null) {
      return NEVER_SEEN;
    }
    synchronized (present) {
      return present.changes();
    }
  }

  /** Notes what the first store says, unless it was written to meanwhile. */
  void read(String key, int changes, byte @Nullable [] value) {
    KnownKey present = known.get(key);
    if (present == null ? changes != NEVER_SEEN : !isNews(present, changes, value)) {
      return;
    }
    byte[] copy = value == null ? null : value.clone();
    change(
        key,
        each -> {
          if (each.changes() == Math.max(0, changes) && !each.isUnwritten()) {
            each.read(copy, Deadline.NEVER_MS);
          }
        });
  }

  private static boolean isNews(KnownKey present, int changes, byte @Nullable [] value) {
    synchronized (present) {
      return present.changes() == changes && !present.isUnwritten() && !present.isKnown(value);
    }
  }

  /** Notes what the first store was given. */
  void wrote(String key, byte @Nullable [] value, long endMs) {
    change(key, each -> each.wrote(value, endMs, nowNs()));
  }

  /** Notes what was put in the place of another value, whose end stays. */
  void replaced(String key, byte[] value) {
    change(key, each -> each.replaced(value, nowNs(), clock.millis()));
  }

  /**
   * Notes the sum of an addition. Of two that overlapped, and took nothing away, the greater one is
   * the later.
   */
  void added(String key, long sum, long amount, long beganNs) {
    change(
        key,
        each -> {
          if (amount < 0 || !each.isAbove(sum, beganNs)) {
            each.added(sum, nowNs(), clock.millis());
          }
        });
  }

  /** Notes that a key was given another end; one of 0 where it was not there. */
  void expired(String key, long endMs) {
    change(
        key,
        each -> {
          if (endMs == 0) {
            each.wrote(null, Deadline.NEVER_MS, nowNs());
          } else {
            each.expired(endMs, nowNs());
          }
        });
  }

  /** Notes what the journal has, which needs no further writing. */
  void journalled(@Nullable JournalEntry entry) {
    if (entry != null) {
      told(entry.name(), entry.value(), entry.endMs());
    }
  }

  /** Notes what the second store has by now. */
  void told(String key, byte @Nullable [] value, long endMs) {
    change(key, each -> each.read(value, endMs));
  }

  private void change(String key, Consumer<KnownKey> change) {
    while (true) {
      KnownKey present = known.get(key);
      boolean isAdded = false;
      if (present == null) {
        KnownKey added = new KnownKey();
        KnownKey other = known.putIfAbsent(key, added);
        isAdded = other == null;
        present = other == null ? added : other;
        if (isAdded) {
          bytes.addAndGet(bytesOf(key));
        }
      }
      if (isChanged(key, present, change)) {
        if (isAdded) {
          shrinkIfFull();
        }
        return;
      }
    }
  }

  /** False where it was forgotten just now, so that there is to be another one. */
  private boolean isChanged(String key, KnownKey each, Consumer<KnownKey> change) {
    boolean isNew;
    long growth;
    synchronized (each) {
      if (each.isForgotten()) {
        return false;
      }
      boolean wasUnwritten = each.isUnwritten();
      int before = each.valueBytes();
      change.accept(each);
      if (each.isUnwritten() && bytes.get() > 2 * bounds.bytes() && !JournalRows.isOwn(key)) {
        each.dropValue(nowNs());
      }
      growth = (long) each.valueBytes() - before;
      isNew = each.isUnwritten() && !wasUnwritten;
    }
    if (isNew) {
      unwritten.push(key);
    }
    if (growth != 0) {
      bytes.addAndGet(growth);
    }
    if (growth > 0) {
      shrinkIfFull();
    }
    return true;
  }

  private static long bytesOf(String key) {
    return OVERHEAD_BYTES + 2L * key.length();
  }

  private void shrinkIfFull() {
    if (bytes.get() > bounds.bytes() || known.size() > bounds.keys()) {
      shrink();
    }
  }

  /** Forgets some of what need not be kept. */
  private void shrink() {
    if (!shrinking.tryLock()) {
      return;
    }
    try {
      for (int i = 0; i < LOOKED_AT; i++) {
        if (!hand.hasNext()) {
          hand = known.entrySet().iterator();
        }
        var entry = hand.next();
        forget(entry.getKey(), entry.getValue());
      }
    } catch (NoSuchElementException e) {
      // others have emptied it
    } finally {
      shrinking.unlock();
    }
  }

  private void forget(String key, KnownKey each) {
    synchronized (each) {
      if (!each.isUnwritten() && known.remove(key, each)) {
        each.forget();
        bytes.addAndGet(-bytesOf(key) - each.valueBytes());
      }
    }
  }

  // ---- what the second store is told ----

  /** How many keys the second store is still to be told. */
  int unwritten() {
    return unwritten.size();
  }

  /** Whether there is more than what should wait. */
  boolean isFull() {
    return unwritten.size() > bounds.keys() || bytes.get() > bounds.bytes() + bounds.bytes() / 2;
  }

  /** The key that has waited longest; null where there is none. */
  @Nullable String pop() {
    return unwritten.pop();
  }

  /** The second store was told this of a key, or not: then, or if there is more, it waits again. */
  void popped(String key, Known told, boolean isWritten) {
    KnownKey each = Objects.requireNonNull(told.of());
    synchronized (each) {
      if (isWritten && each.changes() == told.changes()) {
        each.written();
        return;
      }
    }
    unwritten.push(key);
  }
}
