package io.tallystick.store.chronicle;

import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerMerge;
import java.util.List;
import java.util.function.Consumer;

/**
 * The taking in of families into the base, in a call: series by series where a family's shape is
 * that of the base; else all of the family is merged anew, and so is one whose series can be too
 * old to keep.
 */
final class LedgerFold {
  private final LedgerRows rows;
  private final LedgerOwner base;
  private final long nowMs;

  LedgerFold(LedgerRows rows, long nowMs) {
    this.rows = rows;
    this.base = rows.base();
    this.nowMs = nowMs;
  }

  /** Folds the families of a source, which counts once. */
  void addSource(String name, long publishedMs, List<FamilyValues> families) {
    for (FamilyValues family : families) {
      add(family, merge -> merge.addSource(name, false, publishedMs, List.of(family)));
    }
    rows.putBase(base);
  }

  /** Folds a family of another base. */
  void addBase(FamilyValues family) {
    add(family, merge -> merge.addBase(List.of(family)));
    rows.putBase(base);
  }

  private void add(FamilyValues family, Consumer<LedgerMerge> addition) {
    LedgerOwner.Family present = base.family(family.identity());
    LedgerMerge merge = new LedgerMerge(nowMs);
    boolean whole = present == null || canExpire(family) || !present.description.hasShapeOf(family);
    if (present != null) {
      FamilyValues values = whole ? rows.family(present).values() : rows.seriesOf(present, family);
      merge.addBase(List.of(values));
    }
    addition.accept(merge);
    List<FamilyValues> merged = merge.toBase();
    if (present != null && !whole) {
      merged.forEach(each -> rows.putSeries(present, each));
    } else {
      if (present != null && merged.isEmpty()) {
        rows.removeFamily(base, present);
      }
      merged.forEach(each -> rows.replaceFamily(base, each));
    }
  }

  private static boolean canExpire(FamilyValues family) {
    GaugeMode mode = family.mode();
    return family.type() == FamilyType.INFO
        || (family.type() == FamilyType.GAUGE && mode.isPerProcess());
  }
}
