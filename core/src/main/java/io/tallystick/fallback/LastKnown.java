package io.tallystick.fallback;

import io.tallystick.store.Deadline;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 * itself are no larger than what stays of a key without its value, and stay until they end.
 * Threading: any.
 */
final class LastKnown {
  private static final int NEVER_SEEN = -1;

  private final InstantSource clock;
  private final LongSupplier timeNs;
  private final MirrorBounds bounds;
  private final KnownKeys known;
  private final WaitingKeys unwritten = new WaitingKeys();

  /**
   * @param timeNs the host's clock, in nanoseconds since the Unix epoch
   */
  LastKnown(InstantSource clock, LongSupplier timeNs, MirrorBounds bounds) {
    this.clock = clock;
    this.timeNs = timeNs;
    this.bounds = bounds;
    this.known = new KnownKeys(clock, bounds);
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
    return present == null ? null : unwritten(present);
  }

  @Nullable Known unwritten(KnownKey each) {
    synchronized (each) {
      return each.unwritten();
    }
  }

  private static boolean isUnwritten(KnownKey each) {
    synchronized (each) {
      return each.isUnwritten();
    }
  }

  /** Keys behind another one of which the second store has not been told all, in order. */
  List<String> unwrittenKeys(String prefix, @Nullable String after, int limit) {
    return known.stream() // those that are being told are waiting no more
        .filter(LastKnown::isUnwritten)
        .map(KnownKey::key)
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
    int unused = noted(key, value, endMs);
  }

  /** As {@link #told}; gives how often the key has changed by now. */
  int noted(String key, byte @Nullable [] value, long endMs) {
    int[] changes = new int[1];
    change(
        key,
        each -> {
          each.read(value, endMs);
          changes[0] = each.changes();
        });
    return changes[0];
  }

  /** The key was given a value, unless it has changed since it had changed so often. */
  void wroteUnlessChanged(String key, byte @Nullable [] value, long endMs, int changes) {
    change(
        key,
        each -> {
          if (each.changes() == changes) {
            each.wrote(value, endMs, nowNs());
          }
        });
  }

  private void change(String key, Consumer<KnownKey> change) {
    while (true) {
      KnownKey present = known.get(key);
      if (isChanged(present == null ? known.add(key) : present, change)) {
        if (present == null) {
          known.shrinkIfFull();
        }
        return;
      }
    }
  }

  /** False where it was forgotten just now, so that there is to be another one. */
  private boolean isChanged(KnownKey each, Consumer<KnownKey> change) {
    boolean isNew;
    long growth;
    synchronized (each) {
      if (each.isForgotten()) {
        return false;
      }
      boolean wasUnwritten = each.isUnwritten();
      int before = each.valueBytes();
      change.accept(each);
      if (each.isUnwritten()
          && known.bytes() > 2 * bounds.bytes()
          && !JournalRows.isOwn(each.key())) {
        each.dropValue(nowNs());
      }
      growth = (long) each.valueBytes() - before;
      isNew = each.isUnwritten() && !wasUnwritten;
    }
    if (isNew) {
      unwritten.push(each);
    }
    if (growth != 0) {
      known.grow(each, growth);
    }
    if (growth > 0) {
      known.shrinkIfFull();
    }
    return true;
  }

  // ---- what the second store is told ----

  /** How many keys the second store is still to be told. */
  int unwritten() {
    return unwritten.size();
  }

  /** Whether there is more than what should wait. */
  boolean isFull() {
    return unwritten.size() > bounds.keys() || known.bytes() > bounds.bytes() + bounds.bytes() / 2;
  }

  /** The key that has waited longest; null where there is none. */
  @Nullable KnownKey pop() {
    return unwritten.pop();
  }

  /** The second store was told this of a key, or not: then, or if there is more, it waits again. */
  void popped(Known told, boolean isWritten) {
    KnownKey each = Objects.requireNonNull(told.of());
    synchronized (each) {
      if (isWritten && each.changes() == told.changes()) {
        each.written();
        return;
      }
    }
    unwritten.push(each);
  }
}
