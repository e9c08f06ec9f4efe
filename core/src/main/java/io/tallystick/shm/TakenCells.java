package io.tallystick.shm;

import java.util.EnumMap;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which cells the records of a file have given to series, so that no two have the same ones.
 *
 * <p>Series that expire give theirs to others, all of one kind and as many as they had, when they
 * are removed. What other series had is nobody's after that.
 */
final class TakenCells {
  private final Map<CellKind, Integer> ends = new EnumMap<>(CellKind.class); // of all that was new
  private final Int2ObjectHashMap<Expiring> expiring = new Int2ObjectHashMap<>(); // by first cell
  private final Int2ObjectHashMap<Range> free = new Int2ObjectHashMap<>(); // by their first cell

  /** Takes cells for a series that never gives them up. */
  void take(int cell, int count, CellKind kind) throws CorruptFileException {
    int end = ends.getOrDefault(kind, 0);
    if (cell >= end) {
      ends.put(kind, cell + count);
      return;
    }
    Range range = free.remove(cell);
    if (range == null || range.count != count || range.kind != kind) {
      throw new CorruptFileException("cells of another series: cell=" + cell);
    }
  }

  /** Takes cells for a series with a life. */
  void takeExpiring(int cell, int count, CellKind kind, int lifeCell) throws CorruptFileException {
    take(lifeCell, LifeLayout.CELLS, CellKind.SINGLE);
    take(cell, count, kind);
    expiring.put(cell, new Expiring(count, kind, lifeCell));
  }

  /** Takes cells for a series' exemplars. */
  void takeSlots(int seriesCell, int cell, int count) throws CorruptFileException {
    take(cell, count, CellKind.SINGLE);
    Expiring series = expiring.get(seriesCell);
    if (series != null) {
      series.slots = new Range(cell, count, CellKind.SINGLE);
    }
  }

  /** Gives up what a series has, if it is one that expires. */
  void remove(int cell) {
    Expiring series = expiring.remove(cell);
    if (series != null) {
      free.put(cell, new Range(cell, series.count, series.kind));
      free.put(series.lifeCell, new Range(series.lifeCell, LifeLayout.CELLS, CellKind.SINGLE));
      Range slots = series.slots;
      if (slots != null) {
        free.put(slots.cell, slots);
      }
    }
  }

  /** What a series has; one of these is kept for each, so that it holds no other object. */
  private static final class Expiring {
    private final int count;
    private final CellKind kind;
    private final int lifeCell;
    private @Nullable Range slots;

    Expiring(int count, CellKind kind, int lifeCell) {
      this.count = count;
      this.kind = kind;
      this.lifeCell = lifeCell;
    }
  }

  private record Range(int cell, int count, CellKind kind) {}
}
