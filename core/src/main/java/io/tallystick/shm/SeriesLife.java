package io.tallystick.shm;

/**
 * The life of one series of this process: finds out whether the series was updated, and says when.
 *
 * <p>Threading: one thread at a time looks.
 */
final class SeriesLife {
  private final Column column;
  private final int life;
  private final Segment segment;
  private final int first; // of the cells that every update changes
  private final int last;
  private long sum;
  private volatile boolean keptTouched;

  /**
   * @param life where its life is
   * @param series where its cells are
   */
  SeriesLife(SeriesLog.Location life, SeriesLog.Location series, FamilyDescriptor family) {
    this.column = life.segment().singleColumn();
    this.life = life.cell();
    this.segment = series.segment();
    this.first = series.cell() + CellLayout.firstTouched(family);
    this.last = first + CellLayout.touchedCells(family) - 1;
    this.sum = sum();
  }

  /** Goes on from now, with a time to live that may be another than before; 0 is for ever. */
  void goOn(long nowMs, long ttlMs) {
    column.putRelease(life + LifeLayout.TOUCHED_MS, nowMs);
    column.putRelease(life + LifeLayout.TTL_MS, ttlMs);
  }

  /** Takes the series for updated at each look, for as long as it is there. */
  void keepTouched() {
    keptTouched = true;
  }

  /** Says that the series was touched, where its cells have changed since the last look. */
  void look(long nowMs) {
    long present = sum();
    if (present != sum || keptTouched) {
      sum = present;
      column.putRelease(life + LifeLayout.TOUCHED_MS, nowMs);
    }
  }

  /** Each of these words only grows, or is a time, so that no update leaves their sum as it was. */
  private long sum() {
    long total = 0;
    for (Column each : segment.all()) {
      for (int cell = first; cell <= last; cell++) {
        total += each.getAcquire(cell);
      }
    }
    return total;
  }
}
