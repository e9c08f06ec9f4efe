package io.tallystick.fallback;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which entry of the {@link Journal} says last what a key is. Values stay in the store: what it
 * takes here does not depend on them. Not thread-safe.
 */
final class JournalView {
  private final NavigableMap<String, Latest> latest = new TreeMap<>();
  private final NavigableMap<Long, String> keys = new TreeMap<>();
  private final Map<String, Map<String, Long>> additions = new HashMap<>(); // of each key
  private final Function<String, StoredValue> values;

  /**
   * @param values reads what a key is
   */
  JournalView(Function<String, StoredValue> values) {
    this.values = values;
  }

  /** What a key is. */
  StoredValue present(String key) {
    return values.apply(key);
  }

  /** Whether a writer, none of ours, has made an addition that the journal has. */
  boolean isAdded(String key, String writer, long number) {
    Long latestNumber = additions.getOrDefault(key, Map.of()).get(writer);
    return latestNumber != null && latestNumber >= number;
  }

  void take(long number, JournalEntry entry) {
    Latest before =
        latest.put(entry.name(), new Latest(number, entry.value() != null, entry.endMs()));
    if (before != null) {
      keys.remove(before.number);
    }
    keys.put(number, entry.name());
    if (!entry.writer().isEmpty() && !entry.writer().startsWith(JournalRows.PREFIX)) {
      additions
          .computeIfAbsent(entry.name(), key -> new HashMap<>())
          .merge(entry.writer(), entry.number(), Math::max);
    }
  }

  @Nullable Latest of(String key) {
    return latest.get(key);
  }

  /** Forgets what the store's own rows say by now. */
  void forgetBelow(long number) {
    Map<Long, String> gone = keys.headMap(number, false);
    gone.values().forEach(latest::remove);
    gone.clear();
  }

  void clear() {
    latest.clear();
    keys.clear();
    additions.clear();
  }

  /** The keys behind another one that begin with a prefix and are there, in order. */
  List<String> keysFrom(String prefix, @Nullable String after, int limit, long nowMs) {
    List<String> found = new ArrayList<>();
    var rest = after == null ? latest.tailMap(prefix, true) : latest.tailMap(after, false);
    for (Map.Entry<String, Latest> each : rest.entrySet()) {
      if (!each.getKey().startsWith(prefix) || found.size() == limit) {
        break;
      }
      if (each.getValue().isThere(nowMs)) {
        found.add(each.getKey());
      }
    }
    return found;
  }

  /** What the last entry of a key says. */
  record Latest(long number, boolean hasValue, long endMs) {
    boolean isThere(long nowMs) {
      return hasValue && endMs > nowMs;
    }
  }
}
