package io.tallystick.fallback;

import io.tallystick.store.LedgerParts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the first store's ledger showed last, for each of the sets of sources that were left out:
 * the newest few of these readings. Threading: any.
 */
final class LastReads {
  private static final int MOST = 8;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Set<String>, LedgerParts> reads = new LinkedHashMap<>(); // the oldest first

  void put(Set<String> without, LedgerParts parts) {
    lock.lock();
    try {
      reads.remove(without);
      reads.put(without, parts);
      if (reads.size() > MOST) {
        reads.remove(reads.keySet().iterator().next());
      }
    } finally {
      lock.unlock();
    }
  }

  /** The newest reading that shows all that is in none of these sources. */
  Optional<LedgerParts> get(Set<String> without) {
    lock.lock();
    try {
      return reads.entrySet().stream()
          .filter(each -> without.containsAll(each.getKey()))
          .map(Map.Entry::getValue)
          .reduce((older, newer) -> newer)
          .map(parts -> without(parts, without));
    } finally {
      lock.unlock();
    }
  }

  private static LedgerParts without(LedgerParts all, Set<String> names) {
    return new LedgerParts(
        all.timeMs(),
        all.parts().stream()
            .filter(part -> part.source() == null || !names.contains(part.source()))
            .toList());
  }
}
