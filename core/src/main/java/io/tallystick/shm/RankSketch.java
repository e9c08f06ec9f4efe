package io.tallystick.shm;

import java.util.Arrays;

/**
 * What is known of the ranks of observations: how many there are up to any value, at least and at
 * most.
 *
 * <p><b>How.</b> A list of entries, each a value with two jumps. The lower jumps up to a value add
 * up to a number that observations up to it are not fewer than, the upper jumps to one that they
 * are not more than. An observation is an entry whose jumps are both 1. The entries of two sketches
 * are together a sketch of both's observations: bounds add up. An entry is dropped by adding its
 * lower jump to the next entry's and its upper jump to the previous one's: both bounds stay bounds,
 * and the gap between them grows up to that next entry. {@link #compact} drops entries from left to
 * right for as long as the gap is one that {@link QuantileShape} allows at that rank, which leaves
 * as few as can be. The first and the last entry stay, so that the extremes are exact. Equal values
 * are one entry, which loses nothing.
 *
 * <p>A quantile is the first value at which the mean of both bounds reaches its rank. That is off
 * by half of the gap there at most: the stated error, as a part of all observations. Where nothing
 * was dropped it is exact.
 *
 * <p><b>Merging keeps the error</b>, of any number of sketches, for any order of their
 * observations, and without any chance in it. At one value, let sketch {@code i} know of {@code
 * n(i)} observations, of which a part {@code x(i)} is up to that value, with an error of {@code
 * e(x(i)) n(i)}. All together the errors are at most {@code e(x) n}, with {@code n} and {@code x}
 * of all, because {@code e} is concave. So readers take the entries of all columns, slices and
 * processes as they are. It holds for quantiles that all have with the same error, whatever others
 * each has, because {@code e} is the least of one line for each quantile; where the errors differ,
 * the greatest counts.
 *
 * <p><b>From where.</b> This is the summary of Greenwald and Khanna, "Space-efficient online
 * computation of quantile summaries" (SIGMOD 2001), with the upper bounds written as jumps, too,
 * which makes merging a concatenation; that merging keeps the error is in their "Power-conserving
 * computation of order-statistics over sensor networks" (PODS 2004) and in Agarwal et al.,
 * "Mergeable summaries" (PODS 2012), section 1. Errors that differ by rank are from Cormode, Korn,
 * Muthukrishnan and Srivastava, "Effective computation of biased quantiles over data streams" (ICDE
 * 2005), from which client_java's sketch is; there the error allowed besides a targeted quantile
 * grows on both sides of it, which is not concave and does not survive merging. Karnin, Lang and
 * Liberty, "Optimal quantile approximation in streams" (FOCS 2016), bounds the size for every order
 * of observations, but with one error for all ranks: for 0.001, and one failure in a million, that
 * is some twenty times the words.
 *
 * <p><b>Looking ahead.</b> An observation that falls into a gap is known no better than the gap. An
 * order that goes on falling between the last two values would meet the same widened gap again and
 * again. So the newest observations are not taken in yet, and gaps into which they will fall are
 * not widened.
 *
 * <p><b>Weak points.</b> The room for entries is fixed: eight times what gaps of the allowed width
 * need, of which half is aimed at. Independent observations, sorted ones, drifting, bursting and
 * converging ones stay far below. An order made to defeat it, with several places of convergence in
 * turn, can use it up. Then gaps become wider than allowed, by the least factor that suffices; no
 * observation and no bound is lost. The same holds where sketches are folded again and again into
 * one of {@link QuantileShape#foldedCapacity}.
 *
 * <p>Not thread-safe. A cleared sketch keeps its arrays.
 */
public final class RankSketch {
  private static final int FIRST_LENGTH = 64;
  private static final double FIRST_SCALE = 0.5;
  private static final double SCALE_STEP = 1.125;
  private static final double NO_LIMIT_SCALE = 1e9;
  private static final long MAX_JUMP = Integer.MAX_VALUE; // two of them fit the half of a word
  private static final double[] NOTHING = {};

  private double[] values = NOTHING;
  private long[] lowers = {};
  private long[] uppers = {};
  private double[] nextValues = NOTHING;
  private long[] nextLowers = {};
  private long[] nextUppers = {};
  private int size;
  private int[] runs = {}; // where ascending runs start
  private int runCount;
  private long twice; // the sum of all jumps: twice the number of observations

  /** Forgets everything. */
  public void clear() {
    size = 0;
    runCount = 0;
    twice = 0;
  }

  /** Adds an entry. Ascending ones are sorted fastest; not-a-number is left out. */
  public void add(double value, long lower, long upper) {
    if (Double.isNaN(value)) {
      return;
    }
    if (size == values.length) {
      int length = Math.max(FIRST_LENGTH, 2 * size);
      values = Arrays.copyOf(values, length);
      lowers = Arrays.copyOf(lowers, length);
      uppers = Arrays.copyOf(uppers, length);
    }
    if (size == 0 || !isAscending(values[size - 1], value)) {
      if (runCount == runs.length) {
        runs = Arrays.copyOf(runs, Math.max(FIRST_LENGTH, 2 * runCount));
      }
      runs[runCount++] = size;
    }
    values[size] = value;
    lowers[size] = lower;
    uppers[size++] = upper;
    twice += lower + upper;
  }

  public int size() {
    return size;
  }

  public double value(int entry) {
    return values[entry];
  }

  public long lower(int entry) {
    return lowers[entry];
  }

  public long upper(int entry) {
    return uppers[entry];
  }

  /** The number of observations. */
  public long count() {
    return twice / 2;
  }

  private static boolean isAscending(double a, double b) {
    return a < b || (a == b && Double.doubleToRawLongBits(a) <= Double.doubleToRawLongBits(b));
  }

  // ---- sorting: runs are merged pair by pair ----

  /**
   * Puts the entries in order, and makes one of those of one value. To be called before the rest.
   */
  public void sort() {
    while (runCount > 1) {
      mergeRuns();
    }
    joinEquals();
  }

  private void mergeRuns() {
    ensureNext(size);
    int merged = 0;
    for (int run = 0; run < runCount; run += 2) {
      int from = runs[run];
      int middle = run + 1 < runCount ? runs[run + 1] : size;
      int to = run + 2 < runCount ? runs[run + 2] : size;
      merge(from, middle, to);
      runs[merged++] = from;
    }
    runCount = merged;
    swap();
  }

  private void merge(int from, int middle, int to) {
    int left = from;
    int right = middle;
    for (int at = from; at < to; at++) {
      boolean takeLeft = right == to || (left < middle && isAscending(values[left], values[right]));
      int taken = takeLeft ? left++ : right++;
      nextValues[at] = values[taken];
      nextLowers[at] = lowers[taken];
      nextUppers[at] = uppers[taken];
    }
  }

  private void joinEquals() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (kept > 0
          && Double.doubleToRawLongBits(values[kept - 1]) == Double.doubleToRawLongBits(values[i])
          && lowers[kept - 1] + lowers[i] <= MAX_JUMP
          && uppers[kept - 1] + uppers[i] <= MAX_JUMP) {
        lowers[kept - 1] += lowers[i];
        uppers[kept - 1] += uppers[i];
      } else {
        values[kept] = values[i];
        lowers[kept] = lowers[i];
        uppers[kept++] = uppers[i];
      }
    }
    size = kept;
  }

  private void ensureNext(int needed) {
    if (nextValues.length < needed) {
      nextValues = new double[values.length];
      nextLowers = new long[values.length];
      nextUppers = new long[values.length];
    }
  }

  private void swap() {
    double[] sorted = nextValues;
    nextValues = values;
    values = sorted;
    long[] sortedLowers = nextLowers;
    nextLowers = lowers;
    lowers = sortedLowers;
    long[] sortedUppers = nextUppers;
    nextUppers = uppers;
    uppers = sortedUppers;
  }

  // ---- dropping entries ----

  /** Drops entries until there are no more than so many. */
  public void compact(QuantileShape shape, int capacity) {
    compact(shape, capacity, NOTHING, 0);
  }

  /**
   * Drops entries until there are no more than so many.
   *
   * @param ahead ascending values that will be added next, at the array's beginning
   * @param aheads how many of them
   */
  public void compact(QuantileShape shape, int capacity, double[] ahead, int aheads) {
    if (size <= capacity) {
      return;
    }
    ensureNext(size);
    if (aheads > 0) {
      for (double scale = FIRST_SCALE; scale <= 1; scale *= SCALE_STEP) {
        if (tryCompact(shape, capacity, scale, ahead, aheads)) {
          return;
        }
      }
    }
    double scale = FIRST_SCALE;
    while (!tryCompact(shape, capacity, scale, ahead, 0)) {
      scale *= scale < 2 ? SCALE_STEP : 2;
    }
  }

  private boolean tryCompact(
      QuantileShape shape, int capacity, double scale, double[] ahead, int aheads) {
    double count = twice / 2.0;
    long maxJump = scale < NO_LIMIT_SCALE ? MAX_JUMP : Long.MAX_VALUE;
    int kept = 0;
    int next = 0; // of those ahead
    long lower = 0; // bounds up to the present entry
    long upper = 0;
    long keptLower = 0; // the lower bound at the last entry that was kept
    double keptAllowed = 0;
    long carried = 0; // lower jumps of the entries that were dropped since
    for (int i = 0; i < size; i++) {
      double value = values[i];
      upper += uppers[i];
      boolean keep = i == 0 || i == size - 1;
      while (next < aheads && ahead[next] < value) {
        next++;
        keep = true; // it falls before this entry
      }
      keep |= next < aheads && i + 1 < size && ahead[next] < values[i + 1]; // or behind it
      if (!keep) {
        double allowed =
            scale < NO_LIMIT_SCALE
                ? scale * Math.min(keptAllowed, shape.allowedGap((double) upper, count))
                : Double.POSITIVE_INFINITY; // only jumps that no writer writes come here
        keep =
            upper - keptLower > allowed
                || carried + lowers[i] > maxJump
                || nextUppers[kept - 1] + uppers[i] > maxJump;
      }
      lower += lowers[i];
      if (keep) {
        if (kept == capacity) {
          return false;
        }
        nextValues[kept] = value;
        nextLowers[kept] = lowers[i] + carried;
        nextUppers[kept++] = uppers[i];
        carried = 0;
        keptLower = lower;
        keptAllowed = shape.allowedGap((double) lower, count);
      } else {
        carried += lowers[i];
        nextUppers[kept - 1] += uppers[i];
      }
    }
    size = kept;
    runCount = 1;
    swap();
    return true;
  }

  // ---- what is known ----

  /** The value of a quantile, as client_java understands it; NaN where nothing was observed. */
  public double quantile(double rank) {
    if (size == 0) {
      return Double.NaN;
    }
    long wanted = 2 * (long) Math.ceil(rank * (double) count());
    long reached = 0;
    for (int i = 0; i < size - 1; i++) {
      reached += lowers[i] + uppers[i];
      if (reached >= wanted) {
        return values[i];
      }
    }
    return values[size - 1];
  }
}
