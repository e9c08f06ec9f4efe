package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a process has registered and the cells that it allocated for it, in the order in which it
 * did; all in one chain of blocks.
 *
 * <p>Threading: callers hold the process file's lock. A call that throws has changed nothing that a
 * reader sees.
 */
final class SeriesLog {
  private static final int MAX_SEGMENT_CELLS = 1 << 17;

  /** A segment is at least the set size, and this fraction of what there is. */
  private static final int GROWTH_DIVISOR = 16;

  private final Blocks blocks;
  private final int segmentCells;
  private final List<Segment> segments = new ArrayList<>();
  private final DescriptorLog records;
  private final Map<CellKind, Location> next = new EnumMap<>(CellKind.class);
  private @Nullable FreeCells free; // null where none are ever given up
  private int nextCell;
  private int families;
  private int series;
  private int removals;

  SeriesLog(Blocks blocks, int segmentCells) {
    this.blocks = blocks;
    this.records = new DescriptorLog(blocks);
    this.segmentCells = segmentCells;
  }

  /**
   * Goes on with what a dead process wrote, which a reader has taken in without a fault. Its
   * columns are nobody's.
   *
   * @throws CorruptFileException where the file has what no process writes
   */
  static SeriesLog resume(Blocks blocks, int segmentCells, ResumedSeries known)
      throws CorruptFileException {
    SeriesLog log = new SeriesLog(blocks, segmentCells);
    for (ByteBuffer block : blocks.all()) {
      log.take(block);
    }
    log.families = known.families();
    log.series = known.size();
    log.removals = known.removals();
    for (Segment segment : log.segments) {
      log.next.remove(segment.kind);
      int cell = Math.max(0, known.end(segment.kind) - segment.firstCell);
      if (segment.isZeroFrom(cell)) {
        log.next.put(segment.kind, new Location(segment, cell));
      }
    }
    return log;
  }

  private void take(ByteBuffer block) throws CorruptFileException {
    int kind = block.getInt(FileLayout.BLOCK_KIND_OFFSET);
    if (kind == FileLayout.BLOCK_DESCRIPTORS) {
      records.take(block);
      return;
    }
    CellKind cellKind = CellKind.ofBlock(kind);
    int number = block.getInt(FileLayout.BLOCK_COLUMN_OFFSET);
    int first = block.getInt(FileLayout.BLOCK_FIRST_CELL_OFFSET);
    int cells = block.getInt(FileLayout.BLOCK_CELLS_OFFSET);
    Segment known = first < nextCell ? segmentOf(first) : null;
    boolean isPossible = known == null ? number == 0 : number > 0 && known.column(number) == null;
    if (cellKind == null || !isPossible) {
      throw new CorruptFileException("column that no process writes: column=" + number);
    }
    Column column = columnOf(block, number, null);
    if (known == null) {
      segments.add(new Segment(first, cells, cellKind, column));
      nextCell = first + cells;
    } else {
      known.add(column);
    }
  }

  /** Gives cells that are free to new series. */
  void reuse(FreeCells cells) {
    free = cells;
  }

  /** Where the cell of a number is. */
  Location locationOf(int globalCell) {
    Segment segment = segmentOf(globalCell);
    return new Location(segment, globalCell - segment.firstCell);
  }

  private Segment segmentOf(int cell) {
    int low = 0;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments.get(middle).firstCell <= cell) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return segments.get(low);
  }

  Blocks blocks() {
    return blocks;
  }

  List<Segment> segments() {
    return segments;
  }

  int series() {
    return series;
  }

  /** Publishes a family and returns its number. */
  int addFamily(byte[] record) throws IOException {
    records.publish(record);
    return families++;
  }

  /** Allocates zeroed cells and publishes the series that has them. */
  Location addSeries(int family, byte[] record, int cells, CellKind kind, @Nullable Thread[] owners)
      throws IOException {
    records.reserve(record.length);
    Location location = room(cells, kind, owners);
    Records.locate(record, family, location.globalCell());
    publish(record);
    series++;
    return location;
  }

  /** Allocates a life, for the series that is added next. */
  Location addLife(Lifetime lifetime) throws IOException {
    Location location = room(LifeLayout.CELLS, CellKind.SINGLE, new Thread[0]);
    Column column = location.segment.singleColumn();
    column.putRelease(location.cell + LifeLayout.TOUCHED_MS, lifetime.touchedMs());
    column.putRelease(location.cell + LifeLayout.RELEASED_MS, lifetime.releasedMs());
    column.putRelease(location.cell + LifeLayout.TTL_MS, lifetime.ttlMs());
    return location;
  }

  /** Allocates and publishes a series' exemplars. */
  Location addExemplars(int family, int cell, int slots) throws IOException {
    byte[] record = Records.exemplars(family, cell, slots);
    records.reserve(record.length);
    int cells = slots * ExemplarSlots.SLOT_CELLS;
    Location location = room(cells, CellKind.SINGLE, new Thread[0]);
    Records.locateSlots(record, location.globalCell());
    publish(record);
    return location;
  }

  private void publish(byte[] record) throws IOException {
    records.publish(record);
    if (free != null) {
      free.keepGiven();
    }
  }

  /** Takes back free cells that were given to what could not be published. */
  void takeBack() {
    if (free != null) {
      free.takeBack();
    }
  }

  private Location room(int cells, CellKind kind, @Nullable Thread[] owners) throws IOException {
    Location reused = free == null ? null : free.take(kind, cells);
    if (reused != null) {
      return reused;
    }
    Location location = next.get(kind);
    if (location != null && location.segment.cells - location.cell >= cells) {
      next.put(kind, location.plus(cells));
      return location;
    }
    int length = Math.max(FileLayout.align(cells), growth());
    location = new Location(addSegment(length, kind, owners), 0);
    next.put(kind, location.plus(cells));
    return location;
  }

  /** Publishes that a series is no more. */
  void removeSeries(int family, int globalCell) throws IOException {
    records.publish(Records.removed(family, globalCell));
    series--;
    removals++;
  }

  /** How many series were removed. */
  int removals() {
    return removals;
  }

  /** Gives a thread a column in every segment, or in none; in wide ones where there is one. */
  void grant(int number, Thread owner) throws IOException {
    for (Segment segment : segments) {
      if (segment.kind == CellKind.COLUMNS && segment.column(number) == null) {
        segment.add(appendColumn(segment, number, null));
      }
    }
    for (Segment segment : segments) {
      Column column = segment.column(number);
      if (segment.kind != CellKind.SINGLE && column != null) {
        segment.add(column.forOwner(owner));
      }
    }
  }

  /** Gives owners of columns one in the wide segments in which they were seen without. */
  void grantWide(Ownership ownership) throws IOException {
    for (Segment segment : segments) {
      Thread thread = segment.kind == CellKind.WIDE ? segment.takeAsking() : null;
      if (thread == null || segment.ownedBy(thread) != null || blocks.isHalfFull()) {
        continue;
      }
      int number = ownership.numberOf(thread);
      if (number >= 0) {
        segment.add(appendColumn(segment, Ownership.FIRST_OWNED_COLUMN + number, thread));
      }
    }
  }

  /** Adds a copy of a segment's cells that no thread owns; nothing where it has one copy only. */
  void addColumn(Segment segment, int number) throws IOException {
    if (segment.kind != CellKind.SINGLE) {
      segment.add(appendColumn(segment, number, null));
    }
  }

  void disown(int number) {
    segments.forEach(segment -> segment.disown(number));
  }

  /** Doubles the shared columns of segments in which threads met, up to a limit. */
  void addSharedWhereContended(int limit) throws IOException {
    for (Segment segment : segments) {
      int present = segment.sharedColumns();
      if (segment.takeContended() && present < limit) {
        List<Column> more = new ArrayList<>();
        for (int number = present; number < 2 * present; number++) {
          Column known = segment.column(number);
          if (known == null) { // else it was made when there was no room for the next one
            known = appendColumn(segment, number, null);
            segment.add(known);
          }
          more.add(known);
        }
        segment.share(more);
      }
    }
  }

  private int growth() {
    int wanted = Math.max(segmentCells, nextCell / GROWTH_DIVISOR);
    return Math.min(FileLayout.align(wanted), Math.max(MAX_SEGMENT_CELLS, segmentCells));
  }

  private Segment addSegment(int cells, CellKind kind, @Nullable Thread[] owners)
      throws IOException {
    ByteBuffer block = blocks.append(kind.blockKind, 0, nextCell, cells, cells << 3);
    Segment segment = new Segment(nextCell, cells, kind, columnOf(block, 0, null));
    segments.add(segment);
    nextCell += cells;
    if (kind == CellKind.COLUMNS) {
      for (int i = 0; i < owners.length; i++) {
        Thread owner = owners[i];
        if (owner != null) {
          try {
            int number = Ownership.FIRST_OWNED_COLUMN + i;
            segment.add(appendColumn(segment, number, owner));
          } catch (IOException e) {
            return segment; // its owner, and those after it, go through the shared column here
          }
        }
      }
    }
    return segment;
  }

  private Column appendColumn(Segment segment, int number, @Nullable Thread owner)
      throws IOException {
    ByteBuffer block =
        blocks.append(
            segment.kind.blockKind, number, segment.firstCell, segment.cells, segment.cells << 3);
    return columnOf(block, number, owner);
  }

  private static Column columnOf(ByteBuffer block, int number, @Nullable Thread owner) {
    int at = FileLayout.BLOCK_HEADER_LENGTH;
    return Columns.of(owner, number, block.slice(at, block.capacity() - at));
  }

  /** Where cells are, or where the next ones go. */
  record Location(Segment segment, int cell) {
    int globalCell() {
      return segment.firstCell + cell;
    }

    Location plus(int cells) {
      return new Location(segment, cell + cells);
    }
  }
}
