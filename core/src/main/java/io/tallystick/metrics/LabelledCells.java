package io.tallystick.metrics;

import io.tallystick.shm.Cells;
import io.tallystick.shm.SeriesCells;

/** A data point with the label values that it is found by. */
abstract class LabelledCells extends SeriesCells {
  private final Cells cells;
  private final String[] labelValues;
  private final int hash;

  LabelledCells(Cells cells, String[] labelValues) {
    super(cells);
    this.cells = cells;
    this.labelValues = labelValues;
    this.hash = SeriesTable.hash(labelValues);
  }

  final Cells cells() {
    return cells;
  }

  final String[] labelValues() {
    return labelValues;
  }

  final int hash() {
    return hash;
  }
}
