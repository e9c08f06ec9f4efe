package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.fallback.JournalReplay.Numbered;
import io.tallystick.store.StoreException;
import io.tallystick.store.WholeNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Some entries of the {@link Journal}, which are replayed side by side where they are of several
 * keys: those of one key in their order, and all others when what is before them is done. Used by
 * one thread.
 */
final class ReplayLot {
  private static final int MOST_PARTS = 8;
  private static final int LEAST_ENTRIES = 16; // of a part
  private static final int NONE = -1;

  private final List<Numbered> entries;
  private final Step replay;
  private final int[] writes; // for each addition, the last write ahead of it; or NONE
  private final RowWriters threads;
  private final @Nullable Done[] done; // of each entry; written by one thread each
  private final @Nullable StoreException[] failures; // likewise

  ReplayLot(List<Numbered> entries, Step replay, RowWriters threads) {
    this.entries = entries;
    this.replay = replay;
    this.threads = threads;
    this.done = new Done[entries.size()];
    this.failures = new StoreException[entries.size()];
    this.writes = new int[entries.size()];
    findWrites();
  }

  private void findWrites() {
    Map<String, Integer> last = new HashMap<>(); // of each key
    for (int i = 0; i < writes.length; i++) {
      Kind kind = entry(i).kind();
      writes[i] = kind == Kind.ADD ? last.getOrDefault(entry(i).name(), NONE) : NONE;
      if (kind == Kind.PUT || kind == Kind.DELETE) {
        last.put(entry(i).name(), i);
      }
    }
  }

  /** Replays them; those behind one that fails may be replayed, too, but are not counted. */
  void run() {
    int begin = 0;
    while (begin < entries.size() && failure() == null) {
      int end = begin;
      while (end < entries.size() && entry(end).kind().isOfKey()) {
        end++;
      }
      if (end == begin) {
        replay(begin);
        begin++;
      } else {
        replay(begin, end);
        begin = end;
      }
    }
  }

  private JournalEntry entry(int index) {
    return entries.get(index).entry();
  }

  private void replay(int begin, int end) {
    int parts = Math.max(1, Math.min(MOST_PARTS, (end - begin) / LEAST_ENTRIES));
    if (parts == 1) {
      replayPart(begin, end, 1, 0);
      return;
    }
    for (int i = 0; i < parts; i++) {
      int part = i;
      threads.add(() -> replayPart(begin, end, parts, part));
    }
    threads.await();
  }

  private void replayPart(int begin, int end, int parts, int part) {
    for (int i = begin; i < end; i++) {
      boolean isOfPart = Math.floorMod(entry(i).name().hashCode(), parts) == part;
      if (isOfPart && !replay(i)) {
        return;
      }
    }
  }

  private boolean replay(int index) {
    try {
      done[index] = new Done(replay.replay(entry(index), writes[index] != NONE));
      return true;
    } catch (StoreException e) {
      failures[index] = e;
      return false;
    }
  }

  /** The entries from the first one on that were replayed. */
  List<Numbered> replayed() {
    List<Numbered> replayed = new ArrayList<>();
    int size = replayedSize();
    for (int i = 0; i < size; i++) {
      replayed.add(entries.get(i));
    }
    return replayed;
  }

  /** No write is taken for replayed without all additions behind it: they are to be seen again. */
  private int replayedSize() {
    int size = entries.size();
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (done[i] == null) {
        size = Math.min(size, writes[i] == NONE ? i : writes[i]);
      }
    }
    return size;
  }

  /** What the keys of those are now. */
  Map<String, StoredValue> values() {
    Map<String, StoredValue> values = new LinkedHashMap<>();
    int size = replayedSize();
    for (int i = 0; i < size; i++) {
      Done each = Objects.requireNonNull(done[i]);
      JournalEntry entry = entry(i);
      if (entry.kind().isOfKey()) {
        byte[] value =
            each.sum.isPresent() ? WholeNumber.toBytes(each.sum.getAsLong()) : entry.value();
        values.put(entry.name(), new StoredValue(value, entry.endMs()));
      }
    }
    return values;
  }

  /** Why the others were not; null where all were. */
  @Nullable StoreException failure() {
    for (StoreException each : failures) {
      if (each != null) {
        return each;
      }
    }
    return null;
  }

  /** Brings an entry to the first store. */
  @FunctionalInterface
  interface Step {
    /**
     * Brings it there.
     *
     * @param isBehindWrite whether it is an addition, and the lot has a write of its key ahead
     * @return the sum of an addition
     */
    OptionalLong replay(JournalEntry entry, boolean isBehindWrite);
  }

  private record Done(OptionalLong sum) {}
}
