package io.tallystick.fallback;

import io.tallystick.fallback.Journal.Numbered;
import io.tallystick.store.StoreException;
import io.tallystick.store.WholeNumber;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Some entries of the {@link Journal}, which are replayed side by side where they are of several
 * keys: those of one key in their order, and all others when what is before them is done. Used by
 * one thread.
 */
final class ReplayLot {
  private static final int MOST_PARTS = 8;
  private static final int LEAST_ENTRIES = 16; // of a part

  private final List<Numbered> entries;
  private final Function<JournalEntry, OptionalLong> replay;
  private final RowWriters threads;
  private final @Nullable Done[] done; // of each entry; written by one thread each
  private final @Nullable StoreException[] failures; // likewise

  /**
   * @param replay brings an entry to the first store; gives the sum of an addition
   */
  ReplayLot(
      List<Numbered> entries, Function<JournalEntry, OptionalLong> replay, RowWriters threads) {
    this.entries = entries;
    this.replay = replay;
    this.threads = threads;
    this.done = new Done[entries.size()];
    this.failures = new StoreException[entries.size()];
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
      done[index] = new Done(replay.apply(entry(index)));
      return true;
    } catch (StoreException e) {
      failures[index] = e;
      return false;
    }
  }

  /** The entries from the first one on that were replayed. */
  List<Numbered> replayed() {
    List<Numbered> replayed = new ArrayList<>();
    for (int i = 0; i < entries.size() && done[i] != null; i++) {
      replayed.add(entries.get(i));
    }
    return replayed;
  }

  /** What the keys of those are now. */
  Map<String, StoredValue> values() {
    Map<String, StoredValue> values = new LinkedHashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      Done each = done[i];
      if (each == null) {
        break;
      }
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

  private record Done(OptionalLong sum) {}
}
