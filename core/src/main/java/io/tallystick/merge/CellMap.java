package io.tallystick.merge;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.LifeReader;
import io.tallystick.shm.NativeReader;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.QuantileShape;
import java.lang.invoke.VarHandle;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the cells of one family's series lie in one segment of one file, and which merged series
 * they add to.
 *
 * <p>Order: of a histogram and a summary the sum is read before the buckets or the count, with an
 * acquire fence between, column by column; see {@link CellLayout}.
 */
final class CellMap extends SeriesMap {
  private static final int NO_LIFE = -1;

  private int @Nullable [] lives; // of each series that expires where its life is; null for none
  private long[] created = {}; // of these series
  private int[] numbers = {}; // where each series stands in the file

  // those of the series that count this time
  private int[] chosenCells = {};
  private int[] chosenSeries = {};
  private int chosen;

  CellMap(FamilyLink link, MergedFamily family) {
    super(link, family);
  }

  /**
   * Takes in a series.
   *
   * @param number of the series among all of the file
   */
  void add(int cell, int mergedSeries, int number) {
    add(cell, mergedSeries);
    if (numbers.length < cells.length) {
      numbers = Arrays.copyOf(numbers, cells.length);
    }
    numbers[size - 1] = number;
  }

  /** Where the series of an index stands among all of the file. */
  int number(int index) {
    return numbers[index];
  }

  /** Says where the life of the series is that was added last. */
  void addLife(int lifeCell, long createdMs) {
    int[] known = lives;
    int length = known == null ? 0 : known.length;
    if (known == null || length < size) {
      known = known == null ? new int[cells.length] : Arrays.copyOf(known, cells.length);
      Arrays.fill(known, length, cells.length, NO_LIFE);
      lives = known;
      created = Arrays.copyOf(created, cells.length);
    }
    known[size - 1] = lifeCell;
    created[size - 1] = createdMs;
  }

  private int lifeOf(int index) {
    int[] known = lives;
    return known == null || index >= known.length ? NO_LIFE : known[index];
  }

  @Override
  void moved(int from, int to) {
    numbers[to] = numbers[from];
    int[] known = lives;
    if (known != null && to < known.length) {
      known[to] = lifeOf(from);
      created[to] = from < created.length ? created[from] : 0;
    }
  }

  /** Drops the series that were removed. */
  void removeAll(RemovedCells removed, int segmentCell) {
    removeIf(index -> removed.contains(segmentCell + cells[index], numbers[index]));
  }

  /**
   * Adds the first cells, counted from that of the file, of records that count for nothing once
   * they have ended: those of series that are gone, or that began anew after that.
   */
  void addPast(long nowMs, int segmentCell, Set<Integer> past) {
    Lifespans lifespans = family.lifespans();
    for (int i = 0; lifespans != null && i < size; i++) {
      if (lifeOf(i) != NO_LIFE
          && (lifespans.isGone(series[i], nowMs) || lifespans.isBeforeRun(series[i], created[i]))) {
        past.add(segmentCell + cells[i]);
      }
    }
  }

  /**
   * Takes in when the series lived.
   *
   * @param withoutExpiring whether series with a life are left out
   */
  void takeLives(LifeReader reader, boolean isElsewhere, boolean withoutExpiring) {
    Lifespans lifespans = family.lifespans();
    if (lives == null || lifespans == null) {
      addEndless();
      return;
    }
    if (!family.hasValues()) {
      return;
    }
    for (int i = 0; i < size; i++) {
      int life = lifeOf(i);
      boolean isLeftOut = life != NO_LIFE && withoutExpiring;
      if (life != NO_LIFE && !isLeftOut && reader.read(life)) {
        lifespans.add(series[i], created[i], reader, isElsewhere);
      } else if (!isLeftOut) {
        impossible |= life != NO_LIFE;
        lifespans.addEndless(series[i]);
      }
    }
  }

  /**
   * Chooses the series that count, before their cells are added up.
   *
   * @param withoutExpiring whether series with a life are left out
   */
  void choose(boolean withoutExpiring) {
    Lifespans lifespans = family.lifespans();
    if (lives == null || lifespans == null) {
      chosenCells = cells;
      chosenSeries = series;
      chosen = size;
      return;
    }
    if (chosenCells == cells || chosenCells.length < size) {
      chosenCells = new int[cells.length];
      chosenSeries = new int[cells.length];
    }
    chosen = 0;
    for (int i = 0; i < size; i++) {
      if (lifeOf(i) == NO_LIFE || (!withoutExpiring && lifespans.isChosen(series[i], created[i]))) {
        chosenCells[chosen] = cells[i];
        chosenSeries[chosen++] = series[i];
      }
    }
  }

  /** Adds one column's cells to the merged values. */
  void accumulate(LongBuffer column, Gathering gathering) {
    switch (family.type()) {
      case COUNTER -> counters(column, gathering);
      case HISTOGRAM -> {
        histograms(column, link.bucketMap());
        natives(column);
      }
      case SUMMARY -> summaries(column, gathering);
      case GAUGE -> gauges(column, gathering);
      case INFO -> infos(column, gathering);
      case STATESET -> stateSets(column);
    }
  }

  private void counters(LongBuffer column, Gathering gathering) {
    for (int i = 0; i < chosen; i++) {
      int cell = chosenCells[i];
      values.see(chosenSeries[i]);
      addCount(chosenSeries[i], 0, column.get(cell + CellLayout.COUNTER_LONG));
      long bits = column.get(cell + CellLayout.COUNTER_DOUBLE);
      if (bits != 0) {
        double part = Double.longBitsToDouble(bits);
        if (part < 0 && !gathering.retired()) { // there a column holds what rounding took
          impossible = true;
        } else {
          values.addDouble(chosenSeries[i], part);
        }
      }
    }
  }

  private void histograms(LongBuffer column, int @Nullable [] bucketMap) {
    int buckets = link.descriptor().bounds().length;
    for (int i = 0; i < chosen; i++) {
      int cell = chosenCells[i];
      values.see(chosenSeries[i]);
      long sum = column.get(cell + CellLayout.DISTRIBUTION_SUM);
      VarHandle.acquireFence();
      if (sum != 0) {
        values.addDouble(chosenSeries[i], Double.longBitsToDouble(sum));
      }
      for (int bucket = 0; bucket < buckets; bucket++) {
        long count = column.get(cell + CellLayout.HISTOGRAM_BUCKETS + bucket);
        if (count != 0) {
          addCount(chosenSeries[i], bucketMap == null ? bucket : bucketMap[bucket], count);
        }
      }
    }
  }

  /** Reads the native buckets after the classic ones, which are stored after them. */
  private void natives(LongBuffer column) {
    NativeShape shape = link.nativeShape();
    if (shape == null || family.nativeShape() == null) {
      return;
    }
    VarHandle.acquireFence();
    int part = CellLayout.nativePart(link.descriptor());
    NativeReader reader = family.nativeReader();
    for (int i = 0; i < chosen; i++) {
      reader.read(column, chosenCells[i] + part, shape);
      if (reader.isPossible()) {
        values.nativeBuckets(chosenSeries[i]).add(reader, shape);
      } else {
        impossible = true;
      }
    }
  }

  private void summaries(LongBuffer column, Gathering gathering) {
    BooleanSupplier isOutdated = gathering.isOutdated();
    QuantileShape shape = link.quantileShape();
    for (int i = 0; i < chosen; i++) {
      int cell = chosenCells[i];
      values.see(chosenSeries[i]);
      long sum = column.get(cell + CellLayout.DISTRIBUTION_SUM);
      VarHandle.acquireFence();
      values.addDouble(chosenSeries[i], Double.longBitsToDouble(sum));
      addCount(chosenSeries[i], 0, column.get(cell + CellLayout.SUMMARY_COUNT));
      if (shape != null && isOutdated != null) {
        int part = cell + CellLayout.QUANTILE_PART;
        family.quantiles().add(chosenSeries[i], column, part, shape, isOutdated);
      }
    }
  }

  private void addCount(int mergedSeries, int index, long count) {
    if (count < 0) {
      impossible = true;
    } else {
      values.addCount(mergedSeries, index, count);
    }
  }

  private void gauges(LongBuffer column, Gathering gathering) {
    boolean canExpire = family.mode().isPerProcess();
    for (int i = 0; i < chosen; i++) {
      long writtenMs = column.get(chosenCells[i] + CellLayout.GAUGE_WRITTEN_MS);
      VarHandle.acquireFence();
      if (!canExpire || !gathering.isExpired(writtenMs)) {
        long bits = column.get(chosenCells[i] + CellLayout.GAUGE_VALUE);
        family.addGauge(chosenSeries[i], Double.longBitsToDouble(bits), writtenMs);
      }
    }
  }

  private void infos(LongBuffer column, Gathering gathering) {
    for (int i = 0; i < chosen; i++) {
      long writtenMs = column.get(chosenCells[i] + CellLayout.GAUGE_WRITTEN_MS);
      writtenMs = Math.max(writtenMs, gathering.knownAliveMs());
      if (!gathering.isExpired(writtenMs)) {
        family.addInfo(chosenSeries[i], writtenMs);
      }
    }
  }

  private void stateSets(LongBuffer column) {
    int states = family.states().size();
    for (int i = 0; i < chosen; i++) {
      long writtenMs = column.get(chosenCells[i] + CellLayout.STATESET_WRITTEN_MS);
      VarHandle.acquireFence();
      if (family.winsStates(chosenSeries[i], writtenMs)) {
        values.putWord(chosenSeries[i], 0, writtenMs);
        for (int state = 0; state < states; state++) {
          long word = column.get(chosenCells[i] + CellLayout.STATESET_STATES + state);
          values.putWord(chosenSeries[i], 1 + state, word);
        }
      }
    }
  }

  /**
   * What gathering needs to know of a source.
   *
   * @param live whether its process lives
   * @param retired whether it is the retired file
   * @param knownAliveMs when a dead process was last known to live, 0 for the retired file
   * @param expireBeforeMs dead processes' own values that were written before this are gone
   * @param isOutdated whether cells may be other series' by now, for quantiles, which are read
   *     later; null where what they are made of is not in the cells
   */
  record Gathering(
      boolean live,
      boolean retired,
      long knownAliveMs,
      long expireBeforeMs,
      @Nullable BooleanSupplier isOutdated) {
    boolean isExpired(long writtenMs) {
      return !live && writtenMs < expireBeforeMs;
    }
  }
}
