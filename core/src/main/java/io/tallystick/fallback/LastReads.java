package io.tallystick.fallback;

import io.tallystick.store.LedgerParts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the first store's ledger showed last, for each of the sets of sources that were left out:
 * the newest few of these readings. The newer one is that of the later time by the store's clock:
 * one that was slow may come behind it. Threading: any.
 */
final class LastReads {
  private static final int MOST = 8;

  /** One that seems to be later than this was read when the store's clock had been set back. */
  private static final long LATE_MS = 60_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Set<String>, LedgerParts> reads = new LinkedHashMap<>(); // as they came

  void put(Set<String> without, LedgerParts parts) {
    lock.lock();
    try {
      LedgerParts before = reads.get(without);
      if (before != null && isLate(parts, before)) {
        return;
      }
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
          .reduce((before, parts) -> isLate(parts, before) ? before : parts)
          .map(parts -> without(parts, without));
    } finally {
      lock.unlock();
    }
  }

  /** Whether a reading is older than one that came before it. */
  private static boolean isLate(LedgerParts parts, LedgerParts before) {
    long lateMs = before.timeMs() - parts.timeMs();
    return lateMs > 0 && lateMs <= LATE_MS;
  }

  private static LedgerParts without(LedgerParts all, Set<String> names) {
    return new LedgerParts(
        all.timeMs(),
        all.parts().stream()
            .filter(part -> part.source() == null || !names.contains(part.source()))
            .toList());
  }
}
