package io.tallystick.fallback;

import io.tallystick.store.Deadline;
import io.tallystick.store.WholeNumber;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
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
 * does not take what it is told, the values of what it is still to be told. Threading: any.
 */
final class LastKnown {
  private static final int MOST_KEYS = 200_000;
  private static final int MOST_BYTES = 64 << 20;
  private static final int LOOKED_AT = 4; // each time that there is too much

  private final InstantSource clock;
  private final LongSupplier timeNs;
  private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();
  private final Queue<String> unwritten = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unwrittenSize = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  private final ReentrantLock shrinking = new ReentrantLock();

  /** Goes around, so that what is empty is not passed each time. Guarded by shrinking. */
  private Iterator<Map.Entry<String, Known>> hand = known.entrySet().iterator();

  /**
   * @param timeNs the host's clock, in nanoseconds since the Unix epoch
   */
  LastKnown(InstantSource clock, LongSupplier timeNs) {
    this.clock = clock;
    this.timeNs = timeNs;
  }

  long nowNs() {
    return timeNs.getAsLong();
  }

  /** What a key was, where that is known. */
  Optional<StoredValue> get(String key) {
    Known present = known.get(key);
    if (present == null || !present.isValueKnown()) {
      return Optional.empty();
    }
    return Optional.of(
        present.endMs() > clock.millis()
            ? new StoredValue(present.value(), present.endMs())
            : StoredValue.NONE);
  }

  /** What the second store has not been told of a key; null where it has all. */
  @Nullable Known unwritten(String key) {
    Known present = known.get(key);
    return present != null && present.isUnwritten() ? present : null;
  }

  /** Keys behind another one of which the second store has not been told all, in order. */
  List<String> unwrittenKeys(String prefix, @Nullable String after, int limit) {
    return unwrittenSize.get() == 0
        ? List.of()
        : known.entrySet().stream()
            .filter(each -> each.getValue().isUnwritten())
            .map(Map.Entry::getKey)
            .filter(key -> key.startsWith(prefix) && (after == null || key.compareTo(after) > 0))
            .sorted()
            .limit(limit)
            .toList();
  }

  // ---- what was seen ----

  /** What is known of a key before a call that reads it. */
  @Nullable Known before(String key) {
    return known.get(key);
  }

  /** Notes what the first store says, unless it was written to meanwhile. */
  void read(String key, @Nullable Known before, byte @Nullable [] value) {
    if (before != null && (before.isUnwritten() || Arrays.equals(before.value(), value))) {
      return;
    }
    Known next = Known.read(value == null ? null : value.clone(), Deadline.NEVER_MS);
    boolean isNoted =
        before == null ? known.putIfAbsent(key, next) == null : known.replace(key, before, next);
    if (isNoted) {
      grown(next.bytes(key) - (before == null ? 0 : before.bytes(key)));
    }
  }

  /** Notes what the first store was given. */
  void wrote(String key, byte @Nullable [] value, long endMs) {
    put(key, before -> Known.wrote(value, endMs, nowNs()));
  }

  /** Notes what was put in the place of another value, whose end stays. */
  void replaced(String key, byte[] value) {
    put(key, before -> Known.replaced(value, before, nowNs()));
  }

  /**
   * Notes the sum of an addition. Of two that overlapped, and took nothing away, the greater one is
   * the later.
   */
  void added(String key, long sum, long amount, long beganNs) {
    put(
        key,
        before ->
            before != null && amount >= 0 && before.isValueOf(beganNs) && isAbove(before, sum)
                ? before
                : Known.replaced(WholeNumber.toBytes(sum), before, nowNs()));
  }

  private static boolean isAbove(Known before, long sum) {
    try {
      return WholeNumber.sum(before.value(), 0) > sum;
    } catch (RuntimeException e) { // it is none
      return false;
    }
  }

  /** Notes that a key was given another end; one of 0 where it was not there. */
  void expired(String key, long endMs) {
    put(
        key,
        before ->
            endMs == 0
                ? Known.wrote(null, Deadline.NEVER_MS, nowNs())
                : Known.expired(endMs, before, nowNs()));
  }

  /** Notes what the journal has, which needs no further writing. */
  void journalled(@Nullable JournalEntry entry) {
    if (entry != null) {
      told(entry.name(), entry.value(), entry.endMs());
    }
  }

  /** Notes what the second store has by now. */
  void told(String key, byte @Nullable [] value, long endMs) {
    put(key, before -> Known.read(value, endMs));
  }

  private void put(String key, UnaryOperator<@Nullable Known> change) {
    long[] growth = new long[1];
    boolean[] isNew = new boolean[1];
    known.compute(
        key,
        (same, before) -> {
          Known next = change.apply(before);
          if (next.isUnwritten() && bytes.get() > 2L * MOST_BYTES) {
            next = Known.forgotten(nowNs());
          }
          growth[0] = next.bytes(key) - (before == null ? 0 : before.bytes(key));
          isNew[0] = next.isUnwritten() && (before == null || !before.isUnwritten());
          return next;
        });
    if (isNew[0]) {
      push(key);
    }
    grown(growth[0]);
  }

  private void grown(long growth) {
    long now = growth == 0 ? bytes.get() : bytes.addAndGet(growth);
    if (growth > 0 && (now > MOST_BYTES || known.size() > MOST_KEYS)) {
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
        Known value = entry.getValue();
        if (!value.isUnwritten() && known.remove(entry.getKey(), value)) {
          bytes.addAndGet(-value.bytes(entry.getKey()));
        }
      }
    } catch (NoSuchElementException e) {
      // others have emptied it
    } finally {
      shrinking.unlock();
    }
  }

  // ---- what the second store is told ----

  /** How many keys the second store is still to be told. */
  int unwritten() {
    return unwrittenSize.get();
  }

  /** Whether there is more than what should wait. */
  boolean isFull() {
    return unwrittenSize.get() > MOST_KEYS || bytes.get() > MOST_BYTES + MOST_BYTES / 2;
  }

  private void push(String key) {
    unwritten.add(key);
    unwrittenSize.incrementAndGet();
  }

  /** The key that has waited longest; null where there is none. */
  @Nullable String pop() {
    String key = unwritten.poll();
    if (key != null) {
      unwrittenSize.decrementAndGet();
    }
    return key;
  }

  /** The second store was told this of a key, or not: then, or if there is more, it waits again. */
  void popped(String key, Known told, boolean isWritten) {
    if (!isWritten || !known.replace(key, told, told.written())) {
      push(key);
    }
  }
}
