package io.tallystick.merge;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.PageFaults;
import io.tallystick.shm.QuantileLayout;
import io.tallystick.shm.QuantileReader;
import io.tallystick.shm.QuantileShape;
import io.tallystick.shm.RankSketch;
import io.tallystick.shm.RetiredFileWriter;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The quantiles of a summary over all processes, columns and slices of time that count.
 *
 * <p>A refresh only notes which columns a series has; they are read when its quantiles are asked
 * for, one series after the other. A fold, which keeps no file, reads them at once. What comes in
 * slices, as from a ledger, is kept as it is. How the sketches merge, {@link RankSketch} says.
 *
 * <p>Shown are the quantiles that all processes have that have any; where there is none such, those
 * of the newest process.
 */
public final class MergedQuantiles {
  private static final double[] NONE = {};
  private static final int NOTHING = -1;
  private static final int FIRST_LENGTH = 8;
  private static final int SLACK = 4; // sketches of a fold are made smaller once for many files

  private final QuantileReader reader = new QuantileReader();
  private final RankSketch sketch = new RankSketch();
  private final Map<Integer, TreeMap<Long, RankSketch>> kept = new HashMap<>();
  private @Nullable QuantileShape newest;
  private @Nullable QuantileShape written; // in a retired file
  private long newestMs = Long.MIN_VALUE;
  private double[] common = NONE;
  private long nowMs;
  private int[] latest = {}; // by series: the last column that was noted, or NOTHING
  private int[] previous = {}; // by column: the one noted before it
  private int[] owners = {}; // by column: its series
  private LongBuffer[] columns = {};
  private int[] parts = {};
  private QuantileShape[] shapes = {};
  private BooleanSupplier[] outdated = {};
  private int size;

  // ---- joining: what a process says of the family ----

  void leaveAll() {
    newest = null;
    newestMs = Long.MIN_VALUE;
    common = NONE;
  }

  void join(FamilyDescriptor family, long describedMs) {
    QuantileShape shape = QuantileShape.of(family);
    if (shape == null) {
      return;
    }
    common = newest == null ? shape.ranks() : common(common, shape.ranks());
    if (describedMs >= newestMs) {
      newest = shape;
      newestMs = describedMs;
    }
  }

  private static double[] common(double[] a, double[] b) {
    return Arrays.equals(a, b)
        ? a
        : Arrays.stream(a).filter(rank -> Arrays.binarySearch(b, rank) >= 0).toArray();
  }

  /** Which quantiles are shown, ascending. Not to be changed. */
  public double[] ranks() {
    QuantileShape shape = newest;
    return shape == null || common.length > 0 ? common : shape.ranks();
  }

  // ---- values ----

  void reset(long timeMs) {
    nowMs = timeMs;
    kept.clear();
    forget();
  }

  private void forget() {
    Arrays.fill(columns, 0, size, null);
    Arrays.fill(outdated, 0, size, null);
    Arrays.fill(latest, NOTHING);
    size = 0;
  }

  /**
   * Notes a column of a series.
   *
   * @param isOutdated whether the cells may be another series' by now; asked once they were read
   */
  void add(
      int series, LongBuffer column, int part, QuantileShape shape, BooleanSupplier isOutdated) {
    if (series >= latest.length) {
      int known = latest.length;
      latest = Arrays.copyOf(latest, Math.max(series + 1, 2 * known));
      Arrays.fill(latest, known, latest.length, NOTHING);
    }
    if (size == columns.length) {
      int length = Math.max(FIRST_LENGTH, 2 * size);
      previous = Arrays.copyOf(previous, length);
      owners = Arrays.copyOf(owners, length);
      columns = Arrays.copyOf(columns, length);
      parts = Arrays.copyOf(parts, length);
      shapes = Arrays.copyOf(shapes, length);
      outdated = Arrays.copyOf(outdated, length);
    }
    previous[size] = latest[series];
    owners[size] = series;
    columns[size] = column;
    parts[size] = part;
    shapes[size] = shape;
    outdated[size] = isOutdated;
    latest[series] = size++;
  }

  /** Reads a column; false where what was read may be another series'. */
  private boolean tryRead(int noted) {
    QuantileShape shape = shapes[noted];
    reader.read(columns[noted], parts[noted], shape, shape.oldestSlice(nowMs));
    return !outdated[noted].getAsBoolean();
  }

  /** Reads the values of a series' quantiles, in the order of {@link #ranks}. */
  public void read(int series, double[] into) {
    sketch.clear();
    int noted = series < latest.length ? latest[series] : NOTHING;
    for (; noted != NOTHING; noted = previous[noted]) {
      boolean isRead;
      try {
        isRead = tryRead(noted);
        PageFaults.throwPending();
      } catch (InternalError e) { // how the JVM says that a mapped page has gone
        continue;
      }
      for (int piece = 0; isRead && piece < reader.pieces(); piece++) {
        reader.addTo(sketch, piece);
      }
    }
    addKept(series);
    sketch.sort();
    double[] ranks = ranks();
    for (int i = 0; i < ranks.length; i++) {
      into[i] = sketch.quantile(ranks[i]);
    }
  }

  private void addKept(int series) {
    TreeMap<Long, RankSketch> slices = kept.get(series);
    if (slices != null) {
      slices.values().forEach(slice -> addAll(slice, sketch));
    }
  }

  private static void addAll(RankSketch slice, RankSketch to) {
    for (int i = 0; i < slice.size(); i++) {
      to.add(slice.value(i), slice.lower(i), slice.upper(i));
    }
  }

  // ---- slices, as a ledger has them ----

  /** What they are kept with: as the newest process says; null where none has any. */
  public @Nullable QuantileShape shape() {
    return newest;
  }

  /** Takes in a slice of a series, unless it is older than the window. */
  void add(int series, long startMs, RankSketch slice) {
    QuantileShape shape = newest;
    if (shape == null || Math.floorDiv(startMs, shape.sliceMs()) < shape.oldestSlice(nowMs)) {
      return;
    }
    RankSketch all = keptOf(series, startMs);
    addAll(slice, all);
    if (all.size() > SLACK * shape.foldedCapacity()) {
      limit(all, shape);
    }
  }

  /** Takes in the columns that were noted, and makes slices of the {@link #shape}. */
  public void gather() {
    QuantileShape shape = newest;
    keep();
    if (shape != null) {
      arrange(shape);
    }
  }

  /** What is known of a series, by when slices begin, since {@link #gather}. */
  public SortedMap<Long, RankSketch> slices(int series) {
    TreeMap<Long, RankSketch> slices = kept.get(series);
    return slices == null ? Collections.emptySortedMap() : slices;
  }

  // ---- folding ----

  /** Takes in the columns that were noted, whose files will be closed. */
  void keep() {
    for (int noted = 0; noted < size; noted++) {
      QuantileShape shape = shapes[noted];
      boolean isRead = tryRead(noted);
      for (int piece = 0; isRead && piece < reader.pieces(); piece++) {
        RankSketch slice = keptOf(owners[noted], reader.slice(piece) * shape.sliceMs());
        reader.addTo(slice, piece);
        if (slice.size() > SLACK * shape.foldedCapacity()) {
          limit(slice, shape);
        }
      }
    }
    PageFaults.throwPending();
    forget();
  }

  private RankSketch keptOf(int series, long startMs) {
    return kept.computeIfAbsent(series, s -> new TreeMap<>())
        .computeIfAbsent(startMs, start -> new RankSketch());
  }

  private static void limit(RankSketch slice, QuantileShape shape) {
    slice.sort();
    slice.compact(shape, shape.foldedCapacity());
  }

  /**
   * What a retired file says of the quantiles: they have room for what was kept. To be called
   * before any series is written.
   */
  double[] parameters() {
    QuantileShape shape = newest;
    if (shape == null) {
      return NONE;
    }
    arrange(shape);
    QuantileShape room = shape.folded(mostEntries());
    written = room;
    return room.toParameters();
  }

  private int mostEntries() {
    return kept.values().stream()
        .flatMap(slices -> slices.values().stream())
        .mapToInt(RankSketch::size)
        .max()
        .orElse(0);
  }

  /** Makes the slices those of the shape, where processes had others, and small enough. */
  private void arrange(QuantileShape shape) {
    for (TreeMap<Long, RankSketch> slices : kept.values()) {
      TreeMap<Long, RankSketch> arranged = new TreeMap<>();
      slices.forEach(
          (startMs, slice) -> {
            long start = Math.floorDiv(startMs, shape.sliceMs()) * shape.sliceMs();
            RankSketch all = arranged.computeIfAbsent(start, s -> new RankSketch());
            addAll(slice, all);
          });
      arranged.values().forEach(slice -> limit(slice, shape));
      slices.clear();
      slices.putAll(arranged);
      while (slices.size() > shape.slices()) {
        slices.pollFirstEntry();
      }
    }
  }

  /** Writes the slices of a series to a file that has the {@link #parameters}. */
  void put(int series, RetiredFileWriter.Row row) {
    QuantileShape shape = written;
    TreeMap<Long, RankSketch> slices = kept.get(series);
    if (shape == null || slices == null) {
      return;
    }
    int area = 0;
    for (Map.Entry<Long, RankSketch> slice : slices.entrySet()) {
      int at = CellLayout.QUANTILE_PART + QuantileLayout.area(shape, area++);
      RankSketch entries = slice.getValue();
      row.put(at + QuantileLayout.AREA_SLICE, slice.getKey() / shape.sliceMs());
      row.put(at + QuantileLayout.AREA_SIZE, entries.size());
      for (int i = 0; i < entries.size(); i++) {
        int cell = at + QuantileLayout.AREA_ENTRIES + 2 * i;
        row.put(cell, entries.value(i));
        row.put(cell + 1, QuantileLayout.jumps(entries.lower(i), entries.upper(i)));
      }
    }
    long state = QuantileLayout.state(0, shape.slices(), 0, 0);
    row.put(CellLayout.QUANTILE_PART + QuantileLayout.STATE, state);
  }
}
