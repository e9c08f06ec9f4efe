package io.tallystick.shm;

import java.lang.invoke.VarHandle;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * Reads a column's sketches while they are written, or as a killed writer left them, in one piece
 * for each slice and one for what waits in the buffer. One object for all columns; not thread-safe.
 *
 * <p>Order: pairs with the release stores of the writer, as {@link QuantileLayout} says. Where the
 * writer was faster, everything is read again; after many times, which needs a reader that is put
 * aside in each of them, there are no pieces.
 */
public final class QuantileReader {
  private static final int TRIES = 1_000;

  private double[] values = {};
  private long[] jumps = {};
  private int size;
  private long[] slices = {};
  private int[] ends = {};
  private int pieces;

  /** Reads the part of a column that starts at a cell, without slices that are too old. */
  public void read(LongBuffer column, int part, QuantileShape shape, long oldestSlice) {
    for (int i = 0; i < TRIES; i++) {
      size = 0;
      pieces = 0;
      if (tryRead(column, part, shape, oldestSlice)) {
        return;
      }
      Thread.onSpinWait();
    }
    pieces = 0;
  }

  private boolean tryRead(LongBuffer column, int part, QuantileShape shape, long oldestSlice) {
    long state = column.get(part + QuantileLayout.STATE);
    int version = QuantileLayout.version(state);
    int begun = version & 1;
    VarHandle.acquireFence();
    readBuffer(column, part, shape, state, oldestSlice);
    VarHandle.acquireFence();
    if (turnsSince(version, column, part) > 1 - begun) {
      return false;
    }
    for (int area = 0; area < QuantileLayout.areas(shape); area++) {
      if (area != QuantileLayout.spare(state)) {
        readArea(column, part + QuantileLayout.area(shape, area), shape, oldestSlice);
      }
    }
    VarHandle.acquireFence();
    return turnsSince(version, column, part) <= 2 - begun;
  }

  /** How often the writer began or ended since; with anything odd in the file, very often. */
  private static long turnsSince(int version, LongBuffer column, int part) {
    int now = QuantileLayout.version(column.get(part + QuantileLayout.STATE));
    return Integer.toUnsignedLong(now - version);
  }

  private void readBuffer(
      LongBuffer column, int part, QuantileShape shape, long state, long oldestSlice) {
    int fill = QuantileLayout.fill(state);
    int start = QuantileLayout.start(state);
    int buffered = shape.buffered();
    long slice = column.get(part + QuantileLayout.SLICE);
    if (fill == 0 || fill > buffered || start >= buffered || slice < oldestSlice) {
      return;
    }
    ensure(fill);
    for (int i = 0; i < fill; i++) {
      int at = start + i < buffered ? start + i : start + i - buffered;
      values[i] = Double.longBitsToDouble(column.get(part + QuantileLayout.BUFFER + at));
    }
    Arrays.sort(values, 0, fill);
    Arrays.fill(jumps, 0, fill, QuantileLayout.jumps(1, 1));
    size = fill;
    endPiece(slice);
  }

  private void readArea(LongBuffer column, int area, QuantileShape shape, long oldestSlice) {
    long slice = column.get(area + QuantileLayout.AREA_SLICE);
    long entries = column.get(area + QuantileLayout.AREA_SIZE);
    if (entries <= 0 || entries > shape.entries() || slice < oldestSlice) {
      return;
    }
    ensure(size + (int) entries);
    int cell = area + QuantileLayout.AREA_ENTRIES;
    for (int i = 0; i < entries; i++) {
      values[size] = Double.longBitsToDouble(column.get(cell + 2 * i));
      jumps[size++] = column.get(cell + 2 * i + 1);
    }
    endPiece(slice);
  }

  private void ensure(int needed) {
    if (values.length < needed) {
      int length = Math.max(needed, 2 * values.length);
      values = Arrays.copyOf(values, length);
      jumps = Arrays.copyOf(jumps, length);
    }
  }

  private void endPiece(long slice) {
    if (pieces == ends.length) {
      slices = Arrays.copyOf(slices, 2 * pieces + 2);
      ends = Arrays.copyOf(ends, 2 * pieces + 2);
    }
    slices[pieces] = slice;
    ends[pieces++] = size;
  }

  /** How many pieces were read. */
  public int pieces() {
    return pieces;
  }

  /** The slice of time of a piece. */
  public long slice(int piece) {
    return slices[piece];
  }

  /** Adds a piece's entries to a sketch. */
  public void addTo(RankSketch sketch, int piece) {
    for (int i = piece == 0 ? 0 : ends[piece - 1]; i < ends[piece]; i++) {
      sketch.add(values[i], QuantileLayout.lower(jumps[i]), QuantileLayout.upper(jumps[i]));
    }
  }
}
