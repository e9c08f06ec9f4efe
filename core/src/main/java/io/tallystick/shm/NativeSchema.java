package io.tallystick.shm;

/**
 * The bucket boundaries of native histograms: at schema {@code s} bucket {@code i} holds the values
 * in {@code (2^((i-1) / 2^s), 2^(i / 2^s)]}.
 *
 * <p>Schemas go from {@value #MIN} to {@value #MAX}. Those of a schema are every second of the next
 * finer one, so buckets merge exactly. Above schema 0 the fraction of a value is looked up in a
 * table over its first bits, each step of which is narrower than a bucket, so that one comparison
 * with a boundary decides.
 *
 * <p>Source: Prometheus' specification of native histograms; a boundary that falls between two
 * doubles is rounded as its client libraries do, from the one before it.
 */
public final class NativeSchema {
  public static final int MIN = -4;
  public static final int MAX = 8;

  private static final NativeSchema[] ALL = new NativeSchema[MAX - MIN + 1];
  private static final int FRACTION_BITS = 52;
  private static final long FRACTION_MASK = (1L << FRACTION_BITS) - 1;
  private static final int EXPONENT_MASK = 0x7FF;
  private static final int EXPONENT_OF_HALF = 1022;
  private static final double SUBNORMAL_SCALE = 0x1p54;

  private final int schema;
  private final double[] bounds; // from one half to below one; only above schema 0
  private final long[] fractions; // the fraction bits of the bounds
  private final short[] starts; // by the first bits of a fraction
  private final int shift;

  static {
    double[] coarser = {0.5};
    for (int schema = MIN; schema <= MAX; schema++) {
      if (schema > 0) {
        coarser = finer(coarser, schema);
      }
      ALL[schema - MIN] = new NativeSchema(schema, coarser);
    }
  }

  private NativeSchema(int schema, double[] bounds) {
    this.schema = schema;
    this.bounds = bounds;
    this.fractions = new long[bounds.length + 1];
    for (int i = 0; i < bounds.length; i++) {
      fractions[i] = Double.doubleToRawLongBits(bounds[i]) & FRACTION_MASK;
    }
    fractions[bounds.length] = Long.MAX_VALUE; // the next power of two
    int bits = Math.max(schema, 0) + 1;
    this.shift = FRACTION_BITS - bits;
    this.starts = new short[1 << bits];
    short bucket = 0;
    for (int step = 0; step < starts.length; step++) {
      while (fractions[bucket] < (long) step << shift) {
        bucket++;
      }
      starts[step] = bucket;
    }
  }

  private static double[] finer(double[] coarser, int schema) {
    double[] bounds = new double[2 * coarser.length];
    double factor = Math.pow(2, Math.pow(2, -schema));
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = i % 2 == 0 ? coarser[i / 2] : bounds[i - 1] * factor;
    }
    return bounds;
  }

  /** The boundaries of a schema from {@value #MIN} to {@value #MAX}. */
  public static NativeSchema of(int schema) {
    return ALL[schema - MIN];
  }

  public int schema() {
    return schema;
  }

  /** The bucket of a value above zero; that of infinity is the one behind the greatest double's. */
  public int index(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> FRACTION_BITS);
    if (exponent == 0 || exponent == EXPONENT_MASK) {
      return rareIndex(value);
    }
    return index(exponent - EXPONENT_OF_HALF, bits & FRACTION_MASK);
  }

  /**
   * The bucket of a normal number above zero. All that is not one gets a bucket that is at most
   * that of the least normal number, or at least that of the greatest.
   */
  public int indexOfNormal(double value) {
    long bits = Double.doubleToRawLongBits(value);
    return index((int) (bits >>> FRACTION_BITS) - EXPONENT_OF_HALF, bits & FRACTION_MASK);
  }

  private int rareIndex(double value) {
    if (value == Double.POSITIVE_INFINITY) {
      return index(Double.MAX_VALUE) + 1;
    }
    long bits = Double.doubleToRawLongBits(value * SUBNORMAL_SCALE);
    int exponent = (int) (bits >>> FRACTION_BITS) - EXPONENT_OF_HALF;
    return index(exponent - Math.getExponent(SUBNORMAL_SCALE), bits & FRACTION_MASK);
  }

  /** The bucket of a value that is a fraction, from one half to below one, times a power of two. */
  private int index(int exponent, long fraction) {
    if (schema > 0) {
      int bucket = starts[(int) (fraction >>> shift)];
      int above = (int) ((fractions[bucket] - fraction) >>> 63); // a branch could not be foretold
      return bucket + above + ((exponent - 1) << schema);
    }
    int rounded = fraction == 0 ? exponent - 1 : exponent;
    int width = -schema;
    return (rounded + (1 << width) - 1) >> width;
  }

  /** Whether a bucket holds any double above zero: those of all others have counts in no file. */
  boolean isPossible(int index) {
    return index >= index(Double.MIN_VALUE) && index <= index(Double.POSITIVE_INFINITY);
  }

  /** The greatest value of a bucket; that of the last one with finite values is the greatest. */
  public double upperBound(int index) {
    if (schema <= 0) {
      return power(1, (long) index << -schema);
    }
    int within = index & (bounds.length - 1);
    return power(2 * bounds[within], index >> schema);
  }

  private static double power(double factor, long exponent) {
    if (exponent > Double.MAX_EXPONENT) {
      return factor == 1 && exponent == Double.MAX_EXPONENT + 1
          ? Double.MAX_VALUE
          : Double.POSITIVE_INFINITY;
    }
    return Math.scalb(factor, (int) Math.max(exponent, -2000));
  }
}
