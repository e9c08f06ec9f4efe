package io.tallystick.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of a memory store: a hash map, beside it the keys in order for scans and the
 * ends of times to live in order for the sweep.
 *
 * <p>Every change of an entry, and what it changes beside the map, is made within {@link
 * ConcurrentMap#compute}: one at a time for a key.
 */
final class MemoryKeyValues implements KeyValues {

  private final MemoryStore store;
  private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
  private final ConcurrentSkipListSet<String> keys = new ConcurrentSkipListSet<>();
  private final ConcurrentSkipListSet<End> ends =
      new ConcurrentSkipListSet<>(Comparator.comparingLong(End::ms).thenComparing(End::key));

  private final MemoryAdditions additions;

  MemoryKeyValues(MemoryStore store) {
    this.store = store;
    this.additions = new MemoryAdditions(store);
  }

  @Override
  public Optional<byte[]> get(String key) {
    Entry entry = find(key);
    return entry == null ? Optional.empty() : Optional.of(entry.value.clone());
  }

  @Override
  public boolean exists(String key) {
    return find(key) != null;
  }

  @Override
  public Optional<Duration> timeToLive(String key) {
    Entry entry = find(key);
    return entry == null || entry.endMs == Deadline.NEVER_MS
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.max(1, entry.endMs - store.clock().millis())));
  }

  private @Nullable Entry find(String key) {
    store.requireOpen();
    Entry entry = entries.get(store.limits().checkKey(key));
    return entry == null || isExpired(entry) ? null : entry;
  }

  private boolean isExpired(Entry entry) {
    return entry.endMs != Deadline.NEVER_MS && entry.endMs <= store.clock().millis();
  }

  @Override
  public void put(String key, byte[] value) {
    put(key, value, Deadline.NEVER_MS);
  }

  @Override
  public void put(String key, byte[] value, Duration timeToLive) {
    put(key, value, Deadline.after(store.clock().millis(), timeToLive));
  }

  private void put(String key, byte[] value, long endMs) {
    Entry entry = new Entry(store.limits().copyValue(value), endMs);
    change(key, present -> entry);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value) {
    return putIfAbsent(key, value, Deadline.NEVER_MS);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] value, Duration timeToLive) {
    return putIfAbsent(key, value, Deadline.after(store.clock().millis(), timeToLive));
  }

  private boolean putIfAbsent(String key, byte[] value, long endMs) {
    Entry entry = new Entry(store.limits().copyValue(value), endMs);
    return change(key, present -> present == null ? entry : present) == entry;
  }

  @Override
  public boolean compareAndSet(String key, byte[] expected, byte[] value) {
    byte[] copy = store.limits().copyValue(value);
    Entry after =
        change(
            key,
            present ->
                present != null && Arrays.equals(present.value, expected)
                    ? new Entry(copy, present.endMs)
                    : present);
    return after != null && after.value == copy;
  }

  @Override
  public boolean delete(String key) {
    boolean[] found = new boolean[1];
    change(
        key,
        present -> {
          found[0] = present != null;
          return null;
        });
    return found[0];
  }

  @Override
  public boolean expire(String key, Duration timeToLive) {
    long endMs = Deadline.after(store.clock().millis(), timeToLive);
    return change(key, present -> present == null ? null : new Entry(present.value, endMs)) != null;
  }

  @Override
  public long increment(String key, long amount) {
    return increment(key, amount, () -> false, () -> {});
  }

  @Override
  public long increment(String key, long amount, String writer, long number) {
    store.limits().checkKey(writer);
    MemoryAdditions.Latest[] latest = new MemoryAdditions.Latest[1];
    return increment(
        key,
        amount,
        () -> {
          latest[0] = additions.of(key, writer);
          return additions.isDone(latest[0], number);
        },
        () -> additions.note(latest[0], key, writer, number));
  }

  private long increment(String key, long amount, BooleanSupplier isDone, Runnable note) {
    long[] sum = new long[1];
    change(
        key,
        present -> {
          byte[] before = present == null ? null : present.value;
          if (isDone.getAsBoolean()) {
            sum[0] = WholeNumber.sum(before, 0);
            return present;
          }
          sum[0] = WholeNumber.sum(before, amount);
          byte[] text = WholeNumber.toBytes(sum[0]);
          return new Entry(text, present == null ? Deadline.NEVER_MS : present.endMs);
        },
        note);
    return sum[0];
  }

  private @Nullable Entry change(String key, UnaryOperator<@Nullable Entry> change) {
    return change(key, change, () -> {});
  }

  /** Changes an entry, null where there is none or an expired one; returns what is there then. */
  private @Nullable Entry change(
      String key, UnaryOperator<@Nullable Entry> change, Runnable whenChanged) {
    store.requireOpen();
    store.limits().checkKey(key);
    sweep();
    return entries.compute(
        key,
        (k, stored) -> {
          Entry before = stored == null || isExpired(stored) ? null : stored;
          Entry after = change.apply(before);
          if (after != stored) {
            store.room().take(bytesOf(key, after) - bytesOf(key, stored));
            link(key, stored, after);
            whenChanged.run();
          }
          return after;
        });
  }

  private static long bytesOf(String key, @Nullable Entry entry) {
    return entry == null ? 0 : Room.bytesOf(key, entry.value);
  }

  private void link(String key, @Nullable Entry before, @Nullable Entry after) {
    if (before != null && before.endMs != Deadline.NEVER_MS) {
      ends.remove(new End(before.endMs, key));
    }
    if (after != null && after.endMs != Deadline.NEVER_MS) {
      ends.add(new End(after.endMs, key));
    }
    if (after == null) {
      keys.remove(key);
    } else if (before == null) {
      keys.add(key);
    }
  }

  /** Drops what has expired. */
  private void sweep() {
    long nowMs = store.clock().millis();
    for (End first : ends) {
      if (first.ms > nowMs) {
        return;
      }
      drop(first.key, nowMs);
    }
  }

  private void drop(String key, long nowMs) {
    entries.computeIfPresent(
        key,
        (k, entry) -> {
          if (entry.endMs > nowMs) {
            return entry; // it was given another end meanwhile
          }
          store.room().give(bytesOf(key, entry));
          link(key, entry, null);
          return null;
        });
  }

  @Override
  public Page scan(String prefix, @Nullable String cursor, int limit) {
    store.requireOpen();
    if (limit <= 0) {
      throw new IllegalArgumentException("limit is not above zero: limit=" + limit);
    }
    List<String> page = new ArrayList<>();
    var rest = cursor == null ? keys.tailSet(prefix, true) : keys.tailSet(cursor, false);
    for (String key : rest) {
      if (!key.startsWith(prefix)) {
        break;
      }
      Entry entry = entries.get(key);
      if (entry != null && !isExpired(entry)) {
        page.add(key);
      }
      if (page.size() == limit) {
        return new Page(page, key);
      }
    }
    return new Page(page, null);
  }

  /** All that there is, as a backup has it. */
  void toRecords(Consumer<BackupRecord> action) {
    entries.forEach(
        (key, entry) -> {
          if (!isExpired(entry)) {
            action.accept(new BackupRecord.Key(key, entry.value, entry.endMs));
          }
        });
  }

  /** Takes in a key, unless it is here. */
  void restore(BackupRecord.Key record) {
    Entry restored = new Entry(record.value(), record.endMs());
    entries.compute(
        record.key(),
        (key, stored) -> {
          if (stored != null && !isExpired(stored)) {
            return stored;
          }
          store.room().add(bytesOf(key, restored) - bytesOf(key, stored));
          link(key, stored, restored);
          return restored;
        });
  }

  /** The additions that are remembered, as a backup has them. */
  void toAdditions(Consumer<BackupRecord> action) {
    additions.toRecords(action);
  }

  /** Remembers an addition that the store has made before. */
  void restore(BackupRecord.Addition record) {
    additions.restore(record);
  }

  /** How many keys there are. */
  long size() {
    sweep();
    return entries.size();
  }

  /** A value that nobody changes. One is as good as another only where it is the same one. */
  private static final class Entry {
    private final byte[] value;
    private final long endMs; // when its time to live ends

    Entry(byte[] value, long endMs) {
      this.value = value;
      this.endMs = endMs;
    }
  }

  /** When the time to live of a key ends. */
  private record End(long ms, String key) {}
}
