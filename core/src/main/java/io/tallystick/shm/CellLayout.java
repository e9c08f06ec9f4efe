package io.tallystick.shm;

/**
 * Which cell of a series holds what, by type. An index is relative to the series' first cell.
 *
 * <pre>
 *   counter    | long part | double part |
 *   gauge      | value     | written, ms |
 *   histogram  | sum       | bucket 0    | bucket 1 | ... | bucket n (+Inf) | native part |
 *   summary    | sum       | count       | quantiles |
 *   info       | 1         | written, ms |
 *   stateset   | written, ms | state 0   | state 1  | ... |
 * </pre>
 *
 * <p>A histogram has its native part where it has native buckets; one without classic bounds has
 * the bucket of +Inf alone. A summary has its last part where it has quantiles. Order: a writer of
 * a histogram or a summary stores its native bucket or what its quantiles are made of first, then
 * its bucket or count, and the sum last, in one column; a reader reads in the opposite order,
 * column by column. So no reader sees a sum with an observation that the buckets lack, nor a
 * classic bucket with one that the native buckets lack.
 */
public final class CellLayout {
  public static final int COUNTER_LONG = 0;
  public static final int COUNTER_DOUBLE = 1;
  public static final int COUNTER_CELLS = 2;

  public static final int GAUGE_VALUE = 0;
  public static final int GAUGE_WRITTEN_MS = 1;
  public static final int GAUGE_CELLS = 2;

  public static final int DISTRIBUTION_SUM = 0;
  public static final int SUMMARY_COUNT = 1;
  public static final int SUMMARY_CELLS = 2;

  /** The first cell of a summary's quantiles, laid out as {@link QuantileLayout} says. */
  public static final int QUANTILE_PART = SUMMARY_CELLS;

  public static final int HISTOGRAM_BUCKETS = 1;

  public static final int STATESET_WRITTEN_MS = 0;
  public static final int STATESET_STATES = 1;

  private CellLayout() {}

  /**
   * Index of the first cell of a histogram's native part, laid out as {@link NativeLayout} says.
   */
  public static int nativePart(FamilyDescriptor family) {
    return HISTOGRAM_BUCKETS + family.bounds().length;
  }

  private static int nativeCells(FamilyDescriptor family) {
    NativeShape shape = NativeShape.of(family);
    return shape == null ? 0 : NativeLayout.cells(shape);
  }

  private static int quantileCells(FamilyDescriptor family) {
    QuantileShape shape = QuantileShape.of(family);
    return shape == null ? 0 : QuantileLayout.cells(shape);
  }

  /** Index of the first of the cells of which every update of a series changes one or more. */
  static int firstTouched(FamilyDescriptor family) {
    return switch (family.type()) {
      case COUNTER -> COUNTER_LONG;
      case GAUGE, INFO -> GAUGE_WRITTEN_MS;
      case HISTOGRAM -> HISTOGRAM_BUCKETS;
      case SUMMARY -> SUMMARY_COUNT;
      case STATESET -> STATESET_WRITTEN_MS;
    };
  }

  /** How many these are. */
  static int touchedCells(FamilyDescriptor family) {
    return switch (family.type()) {
      case COUNTER -> COUNTER_CELLS;
      case HISTOGRAM -> family.bounds().length;
      case GAUGE, INFO, SUMMARY, STATESET -> 1;
    };
  }

  /** The number of cells that each series of a family has. */
  public static int cellsOf(FamilyDescriptor family) {
    return switch (family.type()) {
      case COUNTER -> COUNTER_CELLS;
      case GAUGE, INFO -> GAUGE_CELLS;
      case HISTOGRAM -> nativePart(family) + nativeCells(family);
      case SUMMARY -> SUMMARY_CELLS + quantileCells(family);
      case STATESET -> STATESET_STATES + family.states().size();
    };
  }
}
