package io.tallystick.shm;

/**
 * The cells of a summary's quantiles in one column, behind its count.
 *
 * <pre>
 *   | state 1 | lock 1 | slice 1 | buffer: value ... | area 0 | area 1 | ... | area n |
 *   area:  | slice 1 | entries 1 | entry 0: value 1, jumps 1 | entry 1 | ... |
 *   state: | version 32 | spare area 8 | start 12 | fill 12 |
 * </pre>
 *
 * <p>Observations wait in the buffer, a ring, whose first one and whose number the state says; they
 * are of the slice of time in the word {@code slice}. An area is the sketch of the observations of
 * one slice that were taken out of the buffer; its entries are those of a {@link RankSketch}, the
 * jump of the lower bound in the low half of a word. There is an area for each slice of the window,
 * and one to spare, which means nothing.
 *
 * <p>The spare area is written whole, and then one store of the state makes it count, drops from
 * the buffer what it has taken in, and makes another area the spare one: the one it was made of, or
 * the oldest. The version counts both the beginning and the end of that, so that it is odd
 * meanwhile. Killed at any point, a copy has every observation but the one whose store into the
 * state was missing.
 *
 * <p>A reader takes the state, then the buffer, then the areas, and looks at the version after
 * each: what is in the buffer can be written over once the version after next is even; an area that
 * was not spare only from the next but one beginning on.
 */
public final class QuantileLayout {
  public static final int STATE = 0;
  public static final int LOCK = 1;
  public static final int SLICE = 2;
  public static final int BUFFER = 3;

  public static final int AREA_SLICE = 0;
  public static final int AREA_SIZE = 1;
  public static final int AREA_ENTRIES = 2;

  static final int MAX_BUFFERED = 0xFFF;

  private static final int VERSION_SHIFT = 32;
  private static final int SPARE_SHIFT = 24;
  private static final int SPARE_MASK = 0xFF;
  private static final int START_SHIFT = 12;
  private static final int RING_MASK = 0xFFF;
  private static final int HALF_SHIFT = 32;
  private static final long LOW_HALF = 0xFFFF_FFFFL;

  private QuantileLayout() {}

  /** The number of areas: one for each slice, and the spare one. */
  public static int areas(QuantileShape shape) {
    return shape.slices() + 1;
  }

  /** Where an area starts. */
  public static int area(QuantileShape shape, int area) {
    return BUFFER + shape.buffered() + area * areaCells(shape);
  }

  private static int areaCells(QuantileShape shape) {
    return AREA_ENTRIES + 2 * shape.entries();
  }

  static int cells(QuantileShape shape) {
    long cells = BUFFER + shape.buffered() + (long) areas(shape) * areaCells(shape);
    return (int) Math.max(0, Math.min(cells, FileLayout.MAX_CELLS)); // it may be no possible shape
  }

  public static long state(int version, int spare, int start, int fill) {
    return (long) version << VERSION_SHIFT
        | (long) spare << SPARE_SHIFT
        | start << START_SHIFT
        | fill;
  }

  public static int version(long state) {
    return (int) (state >>> VERSION_SHIFT);
  }

  /** The same with the version of a sketch that is being made. */
  public static long begun(long state) {
    return state | 1L << VERSION_SHIFT;
  }

  public static int spare(long state) {
    return (int) (state >>> SPARE_SHIFT) & SPARE_MASK;
  }

  public static int start(long state) {
    return (int) state >>> START_SHIFT & RING_MASK;
  }

  public static int fill(long state) {
    return (int) state & RING_MASK;
  }

  public static long jumps(long lower, long upper) {
    return Math.min(lower, LOW_HALF) | Math.min(upper, LOW_HALF) << HALF_SHIFT;
  }

  public static long lower(long jumps) {
    return jumps & LOW_HALF;
  }

  public static long upper(long jumps) {
    return jumps >>> HALF_SHIFT;
  }
}
