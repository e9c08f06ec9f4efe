package io.tallystick.shm;

import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;

/** A segment as a reader sees it: its cells, once for each column. */
public final class SegmentView {
  private final int firstCell;
  private final int cells;
  private final boolean single;
  private final List<LongBuffer> columns = new ArrayList<>();

  SegmentView(int firstCell, int cells, boolean single) {
    this.firstCell = firstCell;
    this.cells = cells;
    this.single = single;
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

  boolean isSingle() {
    return single;
  }

  boolean holds(int cell, int count, boolean isSingle) {
    return single == isSingle && cell >= firstCell && cell - firstCell <= cells - count;
  }
}
