package io.tallystick.shm;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cells of series that are no more, for other series with as many of the same kind.
 *
 * <p>A reader that knows such a series could take another one's values for its. So cells are left
 * alone for a while after the series was removed, in which readers learn of that; and before they
 * are made zero for the next series, the word of the header says how many series had been removed
 * when this one was. A reader that has seen fewer was slower than that, and reads again. Order: the
 * word is stored before the cells, both with release; a reader reads the cells first, then, after
 * an acquire fence, the word.
 *
 * <p>Threading: callers hold the process file's lock.
 */
final class FreeCells {
  /** How long cells are left alone. */
  static final long QUARANTINE_MS = 60_000;

  private final ByteBuffer header;
  private final CoarseClock clock;
  private final Map<Shape, Deque<Free>> free = new HashMap<>();
  private final List<Free> given = new ArrayList<>(); // to a series that is not published yet

  FreeCells(ByteBuffer header, CoarseClock clock) {
    this.header = header;
    this.clock = clock;
  }

  /**
   * Takes cells in.
   *
   * @param removals how many series have been removed, this one included
   */
  void add(SeriesLog.Location location, int count, int removals) {
    Shape shape = new Shape(location.segment().kind, count);
    of(shape).add(new Free(shape, location, removals, clock.nowMs()));
  }

  private Deque<Free> of(Shape shape) {
    return free.computeIfAbsent(shape, s -> new ArrayDeque<>());
  }

  /** Cells that are all zero, or null where there are none to be had now. */
  SeriesLog.@Nullable Location take(CellKind kind, int count) {
    if (free.isEmpty()) {
      return null;
    }
    Deque<Free> known = free.get(new Shape(kind, count));
    Free oldest = known == null ? null : known.peek();
    if (known == null || oldest == null || clock.nowMs() - oldest.sinceMs < QUARANTINE_MS) {
      return null;
    }
    given.add(known.remove());
    long reuses = Math.max(header.getLong(FileLayout.REUSES_OFFSET), 1L + oldest.removals);
    Words.putLongRelease(header, FileLayout.REUSES_OFFSET, reuses);
    SeriesLog.Location location = oldest.location;
    for (Column column : location.segment().all()) {
      for (int i = 0; i < count; i++) {
        column.putRelease(location.cell() + i, 0);
      }
    }
    return location;
  }

  /** Says that what was given is published. */
  void keepGiven() {
    given.clear();
  }

  /** Takes back what was given, where the series could not be published. */
  void takeBack() {
    given.forEach(each -> of(each.shape).addFirst(each));
    given.clear();
  }

  private record Shape(CellKind kind, int count) {}

  private record Free(Shape shape, SeriesLog.Location location, int removals, long sinceMs) {}
}
