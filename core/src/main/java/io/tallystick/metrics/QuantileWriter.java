package io.tallystick.metrics;

import io.tallystick.shm.CoarseClock;
import io.tallystick.shm.Column;
import io.tallystick.shm.QuantileLayout;
import io.tallystick.shm.QuantileShape;
import io.tallystick.shm.RankSketch;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Puts observations into the sketches of a column, as {@link QuantileLayout} lays them out.
 *
 * <p>Threading: one thread at a time for a column; it owns it, or has taken its lock. Anyone reads
 * meanwhile: every store is a release store. Most observations are a store into the buffer and one
 * into the state; when it is full, its older part is taken into the slice's {@link RankSketch},
 * which is worked on in the heap of this process, in memory that is kept for it.
 *
 * <p>Words of the file say where to write, and anything may have written the file: they are used
 * within the part's own cells only.
 */
final class QuantileWriter {
  private static final int WORKSHOPS = 16;

  private final QuantileShape shape;
  private final CoarseClock clock;
  private final int buffered;
  private final long sliceMs;
  private final AtomicReferenceArray<@Nullable Workshop> workshops =
      new AtomicReferenceArray<>(WORKSHOPS);
  private long slice; // racy: the present one, or one before it

  QuantileWriter(QuantileShape shape, CoarseClock clock) {
    this.shape = shape;
    this.clock = clock;
    this.buffered = shape.buffered();
    this.sliceMs = shape.sliceMs();
    workshops.set(0, new Workshop(buffered));
  }

  /** Observes a value, which must be a number, in the part that starts at a cell. */
  void add(Column column, int part, double value) {
    long now = slice();
    long state = column.getPlain(part + QuantileLayout.STATE);
    int start = QuantileLayout.start(state);
    int fill = QuantileLayout.fill(state);
    if (now > column.getPlain(part + QuantileLayout.SLICE)
        || fill >= buffered
        || start >= buffered) {
      state = makeRoom(column, part, state, now);
      start = QuantileLayout.start(state);
      fill = QuantileLayout.fill(state);
    }
    int at = start + fill < buffered ? start + fill : start + fill - buffered;
    column.putRelease(part + QuantileLayout.BUFFER + at, Double.doubleToRawLongBits(value));
    column.putRelease(part + QuantileLayout.STATE, state + 1);
  }

  /** Gives back the lock that a killed process left in a column that nobody writes yet. */
  static void putRight(Column column, int part) {
    column.putRelease(part + QuantileLayout.LOCK, 0);
  }

  private long slice() {
    long nowMs = clock.coarseMs();
    long known = slice;
    if (nowMs - known * sliceMs < sliceMs) {
      return known;
    }
    slice = nowMs / sliceMs;
    return slice;
  }

  /** Returns the state with which there is room for an observation of a slice. */
  private long makeRoom(Column column, int part, long present, long now) {
    long state = present;
    if (QuantileLayout.start(state) >= buffered || QuantileLayout.fill(state) > buffered) {
      int version = QuantileLayout.version(state) | 1;
      state = QuantileLayout.state(version + 1, QuantileLayout.spare(state), 0, 0);
      column.putRelease(part + QuantileLayout.STATE, state); // not ours: what was in it is lost
    }
    boolean turned = now > column.getPlain(part + QuantileLayout.SLICE);
    int fill = QuantileLayout.fill(state);
    if (fill == buffered || (turned && fill > 0)) {
      state = takeIn(column, part, state, turned ? fill : QuantileShape.BATCH);
    }
    if (turned) {
      column.putRelease(part + QuantileLayout.SLICE, now); // nobody looks at it: there are none
    }
    return state;
  }

  /** Takes the oldest observations of the buffer into the slice's sketch. */
  private long takeIn(Column column, int part, long present, int taken) {
    long begun = QuantileLayout.begun(present);
    column.putRelease(part + QuantileLayout.STATE, begun);
    int spare = Math.min(QuantileLayout.spare(begun), shape.slices());
    long now = column.getPlain(part + QuantileLayout.SLICE);
    int known = areaOf(column, part, now, spare);
    int slot = (int) Thread.currentThread().getId() & (WORKSHOPS - 1);
    Workshop workshop = workshops.getAndSet(slot, null);
    if (workshop == null) {
      workshop = new Workshop(buffered); // once for a slot, or where two threads meet in it
    }
    workshop.sketch.clear();
    if (known >= 0) {
      addArea(column, part + QuantileLayout.area(shape, known), workshop.sketch);
    }
    workshop.addBuffer(column, part, begun, taken);
    workshop.sketch.sort();
    if (workshop.sketch.size() > shape.entries()) {
      Arrays.sort(workshop.ahead, 0, workshop.aheads);
      workshop.sketch.compact(shape, shape.entries(), workshop.ahead, workshop.aheads);
    }
    putArea(column, part + QuantileLayout.area(shape, spare), now, workshop.sketch);
    workshops.set(slot, workshop);
    int start = QuantileLayout.start(begun) + taken;
    long ended =
        QuantileLayout.state(
            QuantileLayout.version(begun) + 1,
            known >= 0 ? known : oldestArea(column, part, spare),
            start < buffered ? start : start - buffered,
            QuantileLayout.fill(begun) - taken);
    column.putRelease(part + QuantileLayout.STATE, ended);
    return ended;
  }

  /** The area of a slice, or -1. */
  private int areaOf(Column column, int part, long now, int spare) {
    for (int i = 0; i < QuantileLayout.areas(shape); i++) {
      int area = part + QuantileLayout.area(shape, i);
      if (i != spare
          && column.getPlain(area + QuantileLayout.AREA_SLICE) == now
          && column.getPlain(area + QuantileLayout.AREA_SIZE) > 0) {
        return i;
      }
    }
    return -1;
  }

  /** The area, besides the one that was spare, that will be missed least. */
  private int oldestArea(Column column, int part, int spare) {
    int oldest = spare == 0 ? 1 : 0;
    long slice = Long.MAX_VALUE;
    for (int i = 0; i < QuantileLayout.areas(shape); i++) {
      int area = part + QuantileLayout.area(shape, i);
      boolean isEmpty = column.getPlain(area + QuantileLayout.AREA_SIZE) <= 0;
      long its = isEmpty ? Long.MIN_VALUE : column.getPlain(area + QuantileLayout.AREA_SLICE);
      if (i != spare && its < slice) {
        oldest = i;
        slice = its;
      }
    }
    return oldest;
  }

  private void addArea(Column column, int area, RankSketch sketch) {
    long size = column.getPlain(area + QuantileLayout.AREA_SIZE);
    int entry = area + QuantileLayout.AREA_ENTRIES;
    for (int i = 0; i < Math.min(size, shape.entries()); i++) {
      long jumps = column.getPlain(entry + 1);
      sketch.add(
          Double.longBitsToDouble(column.getPlain(entry)),
          QuantileLayout.lower(jumps),
          QuantileLayout.upper(jumps));
      entry += 2;
    }
  }

  private static void putArea(Column column, int area, long slice, RankSketch sketch) {
    column.putRelease(area + QuantileLayout.AREA_SLICE, slice);
    column.putRelease(area + QuantileLayout.AREA_SIZE, sketch.size());
    int entry = area + QuantileLayout.AREA_ENTRIES;
    for (int i = 0; i < sketch.size(); i++) {
      column.putRelease(entry, Double.doubleToRawLongBits(sketch.value(i)));
      column.putRelease(entry + 1, QuantileLayout.jumps(sketch.lower(i), sketch.upper(i)));
      entry += 2;
    }
  }

  /** What one thread needs to take in a batch; kept, so that it makes no garbage. */
  private static final class Workshop {
    final RankSketch sketch = new RankSketch();
    final double[] batch;
    final double[] ahead;
    int aheads;

    Workshop(int buffered) {
      this.batch = new double[buffered];
      this.ahead = new double[buffered];
    }

    /** Adds the buffer's oldest values to the sketch, and keeps the others to look at. */
    void addBuffer(Column column, int part, long state, int taken) {
      int fill = QuantileLayout.fill(state);
      int at = QuantileLayout.start(state);
      for (int i = 0; i < fill; i++) {
        long bits = column.getPlain(part + QuantileLayout.BUFFER + at);
        if (i < taken) {
          batch[i] = Double.longBitsToDouble(bits);
        } else {
          ahead[i - taken] = Double.longBitsToDouble(bits);
        }
        at = at + 1 == batch.length ? 0 : at + 1;
      }
      aheads = fill - taken;
      Arrays.sort(batch, 0, taken);
      for (int i = 0; i < taken; i++) {
        sketch.add(batch[i], 1, 1);
      }
    }
  }
}
