package io.tallystick.shm;

import org.jspecify.annotations.Nullable;

/**
 * What a native histogram starts with and is kept within.
 *
 * @param schema the schema of the first buckets
 * @param minZeroThreshold values up to this, above and below zero, are in the zero bucket at first
 * @param maxZeroThreshold how far the zero bucket may grow
 * @param maxBuckets with more buckets than this the zero bucket grows, or buckets are merged
 */
public record NativeShape(
    int schema, double minZeroThreshold, double maxZeroThreshold, int maxBuckets) {
  /** More buckets than this are not kept, also where there is no limit. */
  public static final int MOST_BUCKETS = 1_000;

  private static final int SLACK = 32;
  private static final int PARAMETERS = 4;

  /** The shape in a family's parameters, or null where it has none. */
  public static @Nullable NativeShape of(FamilyDescriptor family) {
    double[] parameters = family.parameters();
    if (family.type() != FamilyType.HISTOGRAM || parameters.length != PARAMETERS) {
      return null;
    }
    return new NativeShape((int) parameters[0], parameters[1], parameters[2], (int) parameters[3]);
  }

  /** The family's parameters that say this. */
  public double[] toParameters() {
    return new double[] {schema, minZeroThreshold, maxZeroThreshold, maxBuckets};
  }

  /** Whether it can be: what a file says may be anything. */
  public boolean isPossible() {
    return schema >= NativeSchema.MIN
        && schema <= NativeSchema.MAX
        && minZeroThreshold >= 0
        && minZeroThreshold <= maxZeroThreshold
        && maxZeroThreshold < Double.POSITIVE_INFINITY
        && maxBuckets > 0
        && maxBuckets <= MOST_BUCKETS;
  }

  /**
   * How many buckets a copy of the cells has room for: some more than it is kept within, since each
   * new bucket makes one attempt only to have fewer of them.
   */
  public int capacity() {
    return maxBuckets + SLACK;
  }

  /** The shape that two processes' histograms can both be merged into. */
  public NativeShape join(NativeShape other) {
    return new NativeShape(
        Math.min(schema, other.schema),
        Math.max(minZeroThreshold, other.minZeroThreshold),
        Math.max(maxZeroThreshold, other.maxZeroThreshold),
        Math.min(maxBuckets, other.maxBuckets));
  }
}
