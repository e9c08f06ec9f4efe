package io.tallystick.shm;

import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/** A segment as a reader sees it: its cells, once for each column. */
public final class SegmentView {
  private final int firstCell;
  private final int cells;
  private final CellKind kind;
  private final List<LongBuffer> columns = new ArrayList<>();

  SegmentView(int firstCell, int cells, CellKind kind) {
    this.firstCell = firstCell;
    this.cells = cells;
    this.kind = kind;
  }

  public int firstCell() {
    return firstCell;
  }

  /** The copies of the cells; index 0 is the segment's first cell. Reads have plain order. */
  public List<LongBuffer> columns() {
    return columns;
  }

  int cells() {
    return cells;
  }

  CellKind kind() {
    return kind;
  }

  boolean holds(int cell, int count, CellKind ofKind) {
    return kind == ofKind && cell >= firstCell && cell - firstCell <= cells - count;
  }
}
