package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The families and series that a dead process left in its file, for the next one to go on with.
 *
 * <p>Threading: callers hold the process file's lock.
 */
final class ResumedSeries implements RecordVisitor {
  private final Map<ByteBuffer, Integer> numbers = new HashMap<>();
  private final List<FamilyDescriptor> families = new ArrayList<>();
  private final List<Integer> firstAlike = new ArrayList<>(); // by number: that of the same shape
  private final Map<Series, Integer> cells = new HashMap<>();
  private final Map<Integer, Series> byCell = new HashMap<>();
  private final Map<Integer, Slots> exemplars = new HashMap<>();
  private final Map<Integer, Integer> lives = new HashMap<>();
  private int removals;
  private final Map<CellKind, Integer> ends = new EnumMap<>(CellKind.class);

  @Override
  public void family(int number, FamilyDescriptor descriptor) throws CorruptFileException {
    ByteBuffer shape = shapeOf(descriptor);
    if (shape == null) {
      throw new CorruptFileException("family is too long: family=" + descriptor.name());
    }
    families.add(descriptor);
    Integer first = numbers.putIfAbsent(shape, number);
    firstAlike.add(first == null ? number : first);
  }

  @Override
  public void series(SeriesRecord record) {
    List<String> values = new ArrayList<>(record.values());
    for (int i = 0; i < record.values(); i++) {
      byte[] text = new byte[record.lengthBytes(i)];
      int unused = record.copyValue(i, text, 0);
      values.add(new String(text, UTF_8));
    }
    Series series = new Series(firstAlike.get(record.family()), values);
    cells.put(series, record.cell());
    byCell.put(record.cell(), series);
    if (record.hasLife()) {
      lives.put(record.cell(), record.lifeCell());
      reach(CellKind.SINGLE, record.lifeCell() + LifeLayout.CELLS);
    }
    FamilyDescriptor family = families.get(record.family());
    reach(CellKind.of(family), record.cell() + CellLayout.cellsOf(family));
  }

  @Override
  public void removed(int family, int cell) {
    removals++;
    Series series = byCell.remove(cell);
    if (series != null) {
      boolean unused = cells.remove(series, cell);
      lives.remove(cell);
      exemplars.remove(cell);
    }
  }

  @Override
  public void exemplars(int family, int cell, int firstCell, int slots) {
    exemplars.put(cell, new Slots(firstCell, slots));
    reach(CellKind.SINGLE, firstCell + slots * ExemplarSlots.SLOT_CELLS);
  }

  private void reach(CellKind kind, int end) {
    ends.merge(kind, end, Math::max); // cells that were free are behind no others
  }

  /** How many families there are. */
  int families() {
    return families.size();
  }

  /** How many series there are that were not removed. */
  int size() {
    return byCell.size();
  }

  /** How many series were removed. */
  int removals() {
    return removals;
  }

  /** The cell behind those of all series in segments of a kind. */
  int end(CellKind kind) {
    return ends.getOrDefault(kind, 0);
  }

  /** The cells of what only a living process says of itself; the next one says it anew. */
  List<Integer> ofTheLiving() {
    return byCell.entrySet().stream()
        .filter(entry -> isOfTheLiving(families.get(entry.getValue().family())))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private static boolean isOfTheLiving(FamilyDescriptor family) {
    return family.mode().isLive() || family.type() == FamilyType.INFO;
  }

  /** The family that a cell's series is of. */
  int familyAt(int cell) {
    Series series = byCell.get(cell);
    if (series == null) {
      throw new IllegalArgumentException("no series has the cell: cell=" + cell);
    }
    return series.family();
  }

  /** The number of a family of this shape, whatever its help and its time; -1 where none is. */
  int familyOf(FamilyDescriptor descriptor) {
    ByteBuffer shape = shapeOf(descriptor);
    return shape == null ? -1 : numbers.getOrDefault(shape, -1);
  }

  /** Gives away a series: its first cell, or -1 where there is none, or none any more. */
  int take(int family, List<String> labelValues) {
    Integer cell = cells.remove(new Series(family, labelValues));
    if (cell == null) {
      return -1;
    }
    byCell.remove(cell);
    return cell;
  }

  /** The first cell of the life of the series at a cell, or -1 where it has none. */
  int lifeAt(int cell) {
    return lives.getOrDefault(cell, -1);
  }

  /** Gives away the places for exemplars of the series at a cell; null where it has none. */
  @Nullable Slots takeSlots(int cell) {
    return exemplars.remove(cell);
  }

  private static @Nullable ByteBuffer shapeOf(FamilyDescriptor family) {
    byte[] shape = Records.family(family.withoutHelpAndTime());
    return shape == null ? null : ByteBuffer.wrap(shape);
  }

  private record Series(int family, List<String> labelValues) {}

  /** Places for exemplars: their first cell, and how many they are. */
  record Slots(int firstCell, int count) {}
}
