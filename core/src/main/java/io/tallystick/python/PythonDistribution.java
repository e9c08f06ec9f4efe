package io.tallystick.python;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A series of a histogram or summary, whose parts are entries of their own. */
final class PythonDistribution {
  private static final int MISSING = 0;
  private static final double[] NO_BOUNDS = {};

  private final Key key;
  private final String help;
  private int sum = MISSING;
  private int count = MISSING;
  private double[] bounds = NO_BOUNDS;
  private int[] buckets = {};
  private int size;
  private @Nullable PythonFamily family;
  private int series;

  PythonDistribution(Key key, String help) {
    this.key = key;
    this.help = help;
  }

  Key key() {
    return key;
  }

  String help() {
    return help;
  }

  /** Takes in where the sum is; false where it is known already. */
  boolean putSum(int position) {
    boolean isNew = sum == MISSING;
    sum = isNew ? position : sum;
    return isNew;
  }

  /** Takes in where the count is; false where it is known already. */
  boolean putCount(int position) {
    boolean isNew = count == MISSING;
    count = isNew ? position : count;
    return isNew;
  }

  /** Takes in where a bucket is; false where it is known already. */
  boolean putBucket(double bound, int position) {
    int found = Arrays.binarySearch(bounds, 0, size, bound);
    if (found >= 0) {
      return false;
    }
    int at = -1 - found;
    if (size == bounds.length) {
      bounds = Arrays.copyOf(bounds, Math.max(16, 2 * size));
      buckets = Arrays.copyOf(buckets, bounds.length);
    }
    System.arraycopy(bounds, at, bounds, at + 1, size - at);
    System.arraycopy(buckets, at, buckets, at + 1, size - at);
    bounds[at] = bound;
    buckets[at] = position;
    size++;
    return true;
  }

  int buckets() {
    return size;
  }

  /** Whether all parts are there: a sum, and a count or the bucket of all observations. */
  boolean isComplete() {
    boolean hasCount =
        count != MISSING || (size > 0 && bounds[size - 1] == Double.POSITIVE_INFINITY);
    return sum != MISSING && hasCount;
  }

  double[] bounds() {
    return Arrays.copyOf(bounds, size);
  }

  /** Where the parts are, in the order of {@link PythonFamily#add}. */
  int[] positions() {
    if (count != MISSING) {
      return new int[] {sum, count};
    }
    int[] positions = new int[1 + size];
    positions[0] = sum;
    System.arraycopy(buckets, 0, positions, 1, size);
    return positions;
  }

  /** The family that it is in, or null. */
  @Nullable PythonFamily family() {
    return family;
  }

  int series() {
    return series;
  }

  void setFamily(@Nullable PythonFamily family, int series) {
    this.family = family;
    this.series = series;
  }

  /** What tells a series apart within its file. */
  record Key(String family, List<String> labelNames, List<String> labelValues) {}
}
