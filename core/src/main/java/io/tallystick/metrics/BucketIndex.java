package io.tallystick.metrics;

/**
 * Finds the bucket of a value in constant time for most values.
 *
 * <p>The high bits of a positive double (exponent and the first bits of the fraction) grow with it.
 * A table over these bits, from the first positive bound to the last finite one, says where to
 * start looking; each step of it is narrow, so that few comparisons follow. Values outside the
 * table, negative ones among them, start at its ends. Weak point: many bounds within one sixteenth
 * of a power of two are compared one by one.
 */
final class BucketIndex {
  /** Keeps the sign, eleven bits of exponent and four of the fraction. */
  private static final int SHIFT = 48;

  private final double[] bounds; // ascending; the last one is +Inf
  private final int firstKey;
  private final int[] starts;

  BucketIndex(double[] bounds) {
    this.bounds = bounds;
    int finite = bounds.length - 1;
    int positive = 0;
    while (positive < finite && bounds[positive] <= 0) {
      positive++;
    }
    if (positive == finite) {
      this.firstKey = 0;
      this.starts = new int[1];
      return;
    }
    this.firstKey = key(bounds[positive]);
    this.starts = new int[key(bounds[finite - 1]) - firstKey + 1];
    int bucket = 0;
    for (int i = 1; i < starts.length; i++) {
      double least = Double.longBitsToDouble((long) (firstKey + i) << SHIFT);
      while (bounds[bucket] < least) {
        bucket++;
      }
      starts[i] = bucket;
    }
  }

  private static int key(double value) {
    return (int) (Double.doubleToRawLongBits(value) >> SHIFT);
  }

  int buckets() {
    return bounds.length;
  }

  /** The first bucket whose bound is not below the value, which must be a number. */
  int of(double value) {
    if (bounds.length == 1) {
      return 0;
    }
    int step = Math.max(0, Math.min(key(value) - firstKey, starts.length - 1));
    int bucket = starts[step];
    while (value > bounds[bucket]) {
      bucket++;
    }
    return bucket;
  }
}
