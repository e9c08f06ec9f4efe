package io.tallystick.shm;

import java.io.IOException;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The life of one series of this process: finds out whether the series was updated, and says when.
 *
 * <p>Once it has expired, its data point is held weakly. When that is garbage nobody can update the
 * series any more, and it is released. A data point is kept from being garbage until the end of
 * each update, so none comes after that. Until the time that is said with the release, the series
 * can be gone on with; after it its record has ended for good, and its cells can be freed.
 *
 * <p>Threading: one thread at a time looks; whoever releases, goes on or frees has the process
 * file's lock.
 */
final class SeriesLife {
  private final Column column;
  private final SeriesLog.Location life;
  private final SeriesLog.Location series;
  private final SeriesLog log;
  private final int family;
  private final int cells;
  private final int first; // of the cells that every update changes
  private final int last;
  private long sum;
  private long ttlMs;
  private volatile boolean keptTouched;
  private volatile @Nullable Holding holding;
  private volatile @Nullable Reference<?> point; // null while it is held
  private SeriesLog.@Nullable Location slots; // under the process file's lock, as what follows
  private int slotCells;
  private volatile boolean freed;

  /**
   * @param life where its life is
   * @param series where its cells are
   */
  SeriesLife(
      SeriesLog log,
      int family,
      SeriesLog.Location life,
      SeriesLog.Location series,
      FamilyDescriptor descriptor) {
    this.log = log;
    this.family = family;
    this.column = life.segment().singleColumn();
    this.life = life;
    this.series = series;
    this.cells = CellLayout.cellsOf(descriptor);
    this.first = series.cell() + CellLayout.firstTouched(descriptor);
    this.last = first + CellLayout.touchedCells(descriptor) - 1;
    this.sum = sum();
  }

  /** Goes on from now, with a time to live that may be another than before; 0 is for ever. */
  void goOn(long nowMs, long newTtlMs) {
    ttlMs = newTtlMs;
    put(LifeLayout.TOUCHED_MS, nowMs);
    put(LifeLayout.TTL_MS, newTtlMs);
    put(LifeLayout.RELEASED_MS, 0);
  }

  /**
   * Goes on with a series whose data point is garbage.
   *
   * @return false where it has ended: another process may have begun it anew
   */
  boolean tryGoOn(long nowMs) {
    if (hasEnded(nowMs)) {
      return false;
    }
    point = null;
    goOn(nowMs, ttlMs);
    return true;
  }

  boolean hasEnded(long nowMs) {
    return freed || hasEnded(life, nowMs);
  }

  /** Whether the record with a life was released, and the time until which that is open is over. */
  static boolean hasEnded(SeriesLog.Location life, long nowMs) {
    long releasedMs = life.segment().singleColumn().getPlain(life.cell() + LifeLayout.RELEASED_MS);
    return releasedMs != 0 && releasedMs < nowMs;
  }

  private void put(int index, long word) {
    column.putRelease(life.cell() + index, word);
  }

  /** Takes the series for updated at each look, for as long as it is there. */
  void keepTouched() {
    keptTouched = true;
  }

  void setHolder(SeriesHolder holder, Cells ofSeries) {
    holding = new Holding(holder, ofSeries);
  }

  /** Says how the data point is held; null for strongly. */
  void setPoint(@Nullable Reference<?> weak) {
    point = weak;
  }

  void setSlots(SeriesLog.Location at, int count) {
    slots = at;
    slotCells = count;
  }

  /** Where the series' exemplars are; null where it has no such number of cells for them. */
  SeriesLog.@Nullable Location slots(int count) {
    return slotCells == count ? slots : null;
  }

  /** Says that the series was touched, where its cells have changed since the last look. */
  void look(long nowMs) {
    long present = sum();
    if (present != sum || keptTouched) {
      sum = present;
      put(LifeLayout.TOUCHED_MS, nowMs);
    }
  }

  /** Who is to hold the data point weakly now; null where that need not be. */
  @Nullable Holding toLetGo(long nowMs) {
    return point == null && holding != null && isExpired(nowMs) ? holding : null;
  }

  boolean isIn(@Nullable SeriesLog ofSeries) {
    return log.equals(ofSeries);
  }

  /** Whether nobody can update the series any more. */
  boolean isUnreachable(long nowMs) {
    Reference<?> weak = point;
    return weak != null && weak.refersTo(null) && isExpired(nowMs);
  }

  private boolean isExpired(long nowMs) {
    long touchedMs = column.getPlain(life.cell() + LifeLayout.TOUCHED_MS);
    return LifeLayout.expiryMs(touchedMs, ttlMs) < nowMs;
  }

  /** Says that nobody can update the series any more. */
  void release(long nowMs) {
    look(nowMs);
    put(LifeLayout.RELEASED_MS, nowMs + LifeLayout.GRACE_MS);
  }

  /** Whether its cells may be another's by now. */
  boolean isFreed() {
    return freed;
  }

  /** Whether its record ended so long ago that nothing goes on with it any more. */
  boolean isPast(long nowMs) {
    return hasEnded(life, nowMs - LifeLayout.GRACE_MS);
  }

  int globalCell() {
    return series.globalCell();
  }

  /** Removes a series that has ended, and gives up all its cells. */
  void free(FreeCells free) throws IOException {
    log.removeSeries(family, globalCell());
    freed = true;
    int removals = log.removals();
    free.add(series, cells, removals);
    free.add(life, LifeLayout.CELLS, removals);
    SeriesLog.Location exemplars = slots;
    if (exemplars != null) {
      free.add(exemplars, slotCells, removals);
    }
  }

  /** Each of these words only grows, or is a time, so that no update leaves their sum as it was. */
  private long sum() {
    long total = 0;
    for (Column each : series.segment().all()) {
      for (int cell = first; cell <= last; cell++) {
        total += each.getAcquire(cell);
      }
    }
    return total;
  }

  /** Who holds the data point of which cells. */
  record Holding(SeriesHolder holder, Cells cells) {}
}
