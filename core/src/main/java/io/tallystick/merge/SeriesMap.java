package io.tallystick.merge;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** Where the values of one family's series lie in a file, and which merged series they add to. */
abstract class SeriesMap {
  final FamilyLink link;
  final MergedFamily family;
  final SeriesValues values;
  int[] cells = new int[4]; // of each series its first; what that is, the kind of file says
  int[] series = new int[4];
  int size;
  boolean impossible;

  SeriesMap(FamilyLink link, MergedFamily family) {
    this.link = link;
    this.family = family;
    this.values = family.values();
  }

  final MergedFamily family() {
    return family;
  }

  final FamilyLink link() {
    return link;
  }

  /** The index of the series that a cell is the first one of, or -1. Often it is a late one. */
  final int indexOf(int cell) {
    for (int i = size - 1; i >= 0; i--) {
      if (cells[i] == cell) {
        return i;
      }
    }
    return -1;
  }

  final void add(int cell, int mergedSeries) {
    if (size == cells.length) {
      cells = Arrays.copyOf(cells, 2 * size);
      series = Arrays.copyOf(series, 2 * size);
    }
    cells[size] = cell;
    series[size++] = mergedSeries;
  }

  /**
   * Drops the series that were removed.
   *
   * @param isRemoved by the index of a series
   */
  final void removeIf(IntPredicate isRemoved) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (!isRemoved.test(i)) {
        cells[kept] = cells[i];
        series[kept] = series[i];
        moved(i, kept++);
      }
    }
    size = kept;
  }

  /** Says that a series has another index. */
  void moved(int from, int to) {}

  /** Takes in that the series do not expire, where they are of a family of which some do. */
  final void addEndless() {
    Lifespans lifespans = family.lifespans();
    if (lifespans != null && family.hasValues()) {
      for (int i = 0; i < size; i++) {
        lifespans.addEndless(series[i]);
      }
    }
  }

  final void mark(boolean[] used) {
    for (int i = 0; i < size; i++) {
      used[series[i]] = true;
    }
  }

  final void renumber(int[] renumbered) {
    for (int i = 0; i < size; i++) {
      series[i] = renumbered[series[i]];
    }
  }

  final boolean isEmpty() {
    return size == 0;
  }

  /** Whether there was a value that no process writes, such as a count below zero: left out. */
  final boolean isImpossible() {
    return impossible;
  }
}
