package io.tallystick.store;

import io.tallystick.shm.FamilyType;
import io.tallystick.store.FamilyValues.Identity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The values of the retired sources of a memory store's ledger. Not thread-safe.
 *
 * <p>A source is folded series by series where the family's shape is that of the base; else all of
 * the family is merged anew. So is one whose series can be too old to keep, once it has twice as
 * many of them as after the last time: a fold costs what the source has, on the average.
 */
final class LedgerBase {
  private static final int FEW_SERIES = 1_000;

  private final Room room;
  private final Map<Identity, Part> parts = new HashMap<>();

  LedgerBase(Room room) {
    this.room = room;
  }

  /** Folds the families of a source, which counts once. */
  void fold(String source, long publishedMs, Collection<FamilyValues> families, long nowMs) {
    List<Runnable> changes = new ArrayList<>();
    for (FamilyValues family : families) {
      changes.add(merged(source, publishedMs, family, nowMs));
    }
    changes.forEach(Runnable::run); // all of them, once none can fail
  }

  private Runnable merged(String source, long publishedMs, FamilyValues family, long nowMs) {
    FamilyValues named = LedgerMerge.withInstance(family, source);
    LedgerMerge merge = new LedgerMerge(nowMs);
    Part part = parts.get(family.identity());
    if (part == null) {
      merge.addSource(source, false, publishedMs, List.of(named));
      List<FamilyValues> values = merge.toBase();
      return () -> values.forEach(this::replace);
    }
    boolean whole = part.isToBeMerged() || !part.family.description().hasShapeOf(named);
    FamilyValues present =
        whole
            ? part.family.values()
            : part.family.description().withSeries(part.family.seriesOf(named));
    merge.addBase(List.of(present));
    merge.addSource(source, false, publishedMs, List.of(named));
    List<FamilyValues> values = merge.toBase();
    if (!whole) {
      return () -> values.forEach(each -> put(part, each));
    }
    return () -> {
      remove(family.identity()); // of what can be too old to keep nothing may be left
      values.forEach(this::replace);
    };
  }

  /** Takes in a family of another base. */
  void add(FamilyValues family, long nowMs) {
    Part part = parts.get(family.identity());
    if (part == null) {
      replace(family);
      return;
    }
    LedgerMerge merge = new LedgerMerge(nowMs);
    merge.addBase(List.of(part.family.values()));
    merge.addBase(List.of(family));
    merge.toBase().forEach(this::replace);
  }

  private void replace(FamilyValues family) {
    remove(family.identity());
    Part part = new Part(family);
    parts.put(family.identity(), part);
    room.add(part.family.bytes());
  }

  private void remove(Identity identity) {
    Part part = parts.remove(identity);
    if (part != null) {
      room.give(part.family.bytes());
    }
  }

  private void put(Part part, FamilyValues merged) {
    LedgerFamily.Change change = part.family.change(merged);
    room.add(change.growth());
    change.make();
  }

  List<FamilyValues> values() {
    List<FamilyValues> values = new ArrayList<>();
    parts.values().forEach(part -> values.add(part.family.values()));
    return values;
  }

  long size() {
    return parts.values().stream().mapToLong(part -> part.family.size()).sum();
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  private static final class Part {
    private final LedgerFamily family;
    private final int mergedSize;

    Part(FamilyValues values) {
      family = new LedgerFamily(values);
      mergedSize = family.size();
    }

    boolean isToBeMerged() {
      FamilyValues values = family.description();
      boolean canExpire =
          values.type() == FamilyType.INFO
              || FamilyValues.isPerProcess(values.type(), values.mode());
      return canExpire && family.size() > Math.max(FEW_SERIES, 2 * mergedSize);
    }
  }
}
