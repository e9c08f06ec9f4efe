package io.tallystick.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The documents of a memory store and their sets, behind one lock. */
final class MemoryDocuments implements Documents {
  /** How many documents of a set one search looks at before it returns a page. */
  private static final int MOST_SEEN = 10_000;

  private final MemoryStore store;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Entry> entries = new HashMap<>(); // guarded by lock, as what follows
  private final Map<String, NavigableSet<Found>> sets = new HashMap<>();
  private final MemoryNumbers numbers = new MemoryNumbers(lock);
  private final TreeSet<Found> ends = new TreeSet<>(MemberOrder.ASCENDING); // places are times

  MemoryDocuments(MemoryStore store) {
    this.store = store;
  }

  private record Entry(
      @SuppressWarnings("ArrayRecordComponent") byte[] value,
      long endMs,
      Map<String, Long> places) {}

  @Override
  public List<Optional<byte[]>> getAll(List<String> keys) {
    store.requireOpen();
    List<Optional<byte[]>> values = new ArrayList<>(keys.size());
    lock.lock();
    try {
      for (String key : keys) {
        Entry entry = living(store.limits().checkKey(key));
        values.add(entry == null ? Optional.empty() : Optional.of(entry.value.clone()));
      }
    } finally {
      lock.unlock();
    }
    return values;
  }

  private @Nullable Entry living(String key) {
    Entry entry = entries.get(key);
    return entry == null || entry.endMs <= store.clock().millis() ? null : entry;
  }

  @Override
  public List<Boolean> applyEach(List<List<DocumentChange>> batches) {
    store.requireOpen();
    DocumentChange.check(batches, store.limits());
    List<Boolean> made = new ArrayList<>(batches.size());
    for (List<DocumentChange> batch : batches) {
      lock.lock();
      try {
        sweep();
        made.add(isMade(batch));
      } finally {
        lock.unlock();
      }
    }
    return made;
  }

  private boolean isMade(List<DocumentChange> batch) {
    long growth = 0;
    for (DocumentChange change : batch) {
      Entry present = living(change.key());
      if (!change.isAllowed(present == null ? null : present.value)) {
        return false;
      }
      growth += bytesOf(change) - bytesOf(change.key(), entries.get(change.key()));
    }
    store.room().take(growth);
    batch.forEach(this::make);
    return true;
  }

  private void make(DocumentChange change) {
    remove(change.key());
    if (!change.deletes()) {
      put(change.key(), new Entry(change.value(), endMs(change), numbered(change.places())));
    }
  }

  private Map<String, Long> numbered(Map<String, Long> places) {
    if (!places.containsValue(DocumentChange.NEXT_NUMBER)) {
      return places; // which nobody changes
    }
    Map<String, Long> numbered = new TreeMap<>(places);
    numbered.replaceAll(
        (set, place) -> place == DocumentChange.NEXT_NUMBER ? numbers.next(set) : place);
    return numbered;
  }

  private long endMs(DocumentChange change) {
    return change.timeToLive() == null
        ? Deadline.NEVER_MS
        : Deadline.after(store.clock().millis(), change.timeToLive());
  }

  private void put(String key, Entry entry) {
    entries.put(key, entry);
    entry.places.forEach(
        (set, place) ->
            sets.computeIfAbsent(set, name -> new TreeSet<>(MemberOrder.ASCENDING))
                .add(new Found(key, place)));
    if (entry.endMs != Deadline.NEVER_MS) {
      ends.add(new Found(key, entry.endMs));
    }
  }

  private @Nullable Entry remove(String key) {
    Entry entry = entries.remove(key);
    if (entry == null) {
      return null;
    }
    entry.places.forEach(
        (set, place) ->
            sets.computeIfPresent(
                set,
                (name, members) -> {
                  members.remove(new Found(key, place));
                  return members.isEmpty() ? null : members;
                }));
    if (entry.endMs != Deadline.NEVER_MS) {
      ends.remove(new Found(key, entry.endMs));
    }
    return entry;
  }

  private void sweep() {
    long nowMs = store.clock().millis();
    while (!ends.isEmpty() && ends.first().place() <= nowMs) {
      String key = ends.first().key();
      store.room().give(bytesOf(key, remove(key)));
    }
  }

  private static long bytesOf(DocumentChange change) {
    return change.deletes() ? 0 : bytesOf(change.key(), change.value(), change.places());
  }

  private static long bytesOf(String key, @Nullable Entry entry) {
    return entry == null ? 0 : bytesOf(key, entry.value, entry.places);
  }

  static long bytesOf(String key, byte[] value, Map<String, Long> places) {
    return Room.bytesOf(key, value) + places.size() * Room.bytesOf(key);
  }

  @Override
  public Page find(Search search) {
    store.requireOpen();
    lock.lock();
    try {
      List<NavigableSet<Found>> all = new ArrayList<>();
      for (String set : search.sets()) {
        NavigableSet<Found> members = sets.get(set);
        if (members == null) {
          return new Page(List.of(), null);
        }
        all.add(members);
      }
      all.sort(Comparator.comparingInt(Set::size));
      return page(search, all);
    } finally {
      lock.unlock();
    }
  }

  private Page page(Search search, List<NavigableSet<Found>> all) {
    List<Found> found = new ArrayList<>();
    int seen = 0;
    for (Found each : candidates(search, all.get(0))) {
      if (search.descending() ? each.place() < search.from() : each.place() > search.to()) {
        break;
      }
      boolean isInAll = all.stream().skip(1).allMatch(members -> members.contains(each));
      Entry entry = entries.get(each.key());
      if (isInAll && entry != null && entry.endMs > store.clock().millis()) {
        found.add(each);
      }
      if (found.size() == search.limit() || ++seen == MOST_SEEN) {
        return new Page(found, each);
      }
    }
    return new Page(found, null);
  }

  private static NavigableSet<Found> candidates(Search search, NavigableSet<Found> members) {
    NavigableSet<Found> ordered = search.descending() ? members.descendingSet() : members;
    Found after = search.after();
    if (after != null) {
      return ordered.tailSet(after, false);
    }
    return search.descending()
        ? search.to() == Long.MAX_VALUE
            ? ordered
            : ordered.tailSet(new Found("", search.to() + 1), false)
        : ordered.tailSet(new Found("", search.from()), true);
  }

  @Override
  public long count(String set, long from, long to) {
    store.requireOpen();
    lock.lock();
    try {
      NavigableSet<Found> members = sets.get(set);
      if (members == null || from > to) {
        return 0;
      }
      boolean isAll = members.first().place() >= from && members.last().place() <= to;
      if (isAll) {
        return members.size();
      }
      return members.tailSet(new Found("", from), true).stream()
          .takeWhile(each -> each.place() <= to)
          .count();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Watch watch(String set) {
    store.requireOpen();
    return numbers.watch(store.limits().checkKey(set));
  }

  /** Ends what waits for numbers. */
  void close() {
    lock.lock();
    try {
      numbers.close();
    } finally {
      lock.unlock();
    }
  }

  /** All that there is, as a backup has it. */
  void toRecords(Consumer<BackupRecord> action) {
    List<BackupRecord> records = new ArrayList<>();
    lock.lock();
    try {
      sweep();
      entries.forEach(
          (key, entry) ->
              records.add(new BackupRecord.Document(key, entry.value, entry.endMs, entry.places)));
      numbers.forEach((set, latest) -> records.add(new BackupRecord.LatestNumber(set, latest)));
    } finally {
      lock.unlock();
    }
    records.forEach(action);
  }

  /** Takes in a document, unless it is here. */
  void restore(BackupRecord.Document record) {
    lock.lock();
    try {
      if (record.endMs() > store.clock().millis() && living(record.key()) == null) {
        Entry stale = remove(record.key());
        store.room().add(-bytesOf(record.key(), stale));
        Entry entry = new Entry(record.value(), record.endMs(), record.places());
        store.room().add(bytesOf(record.key(), entry));
        put(record.key(), entry);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has a set count on from no less. */
  void restore(BackupRecord.LatestNumber record) {
    lock.lock();
    try {
      numbers.raise(record.set(), record.number());
    } finally {
      lock.unlock();
    }
  }

  /** How many documents there are. */
  long size() {
    lock.lock();
    try {
      sweep();
      return entries.size();
    } finally {
      lock.unlock();
    }
  }
}
