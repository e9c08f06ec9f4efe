package io.tallystick.store.chronicle;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which labels the series of a family have, by their index: what this store remembers of families
 * that it has written, so that a change is one row. Each is right for as long as the family's stamp
 * is the same. For who is in a call.
 */
final class LabelIndexes {
  private static final int MOST = 1_000; // families

  private final Map<Long, Index> indexes =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Index> eldest) {
          return size() > MOST;
        }
      };

  /** The index of a family as it is now; null where it is not known. */
  @Nullable Map<Labels, Long> get(LedgerOwner.Family family) {
    Index index = indexes.get(family.number);
    return index == null || index.stamp != family.labelsStamp ? null : index.places;
  }

  void put(LedgerOwner.Family family, Map<Labels, Long> places) {
    indexes.put(family.number, new Index(family.labelsStamp, places));
  }

  /** Forgets all, after a call that was taken back. */
  void clear() {
    indexes.clear();
  }

  private static final class Index {
    private final long stamp;
    private final Map<Labels, Long> places;

    Index(long stamp, Map<Labels, Long> places) {
      this.stamp = stamp;
      this.places = places;
    }
  }
}
