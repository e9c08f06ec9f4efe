package io.tallystick.shm;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a summary's quantiles are kept with: which ones and how exactly, for how long, in how many
 * cells.
 *
 * <p>The allowed error is a function of the rank, the least of one line for each quantile. The line
 * of a quantile is its error at its own rank, half of it at the end that is nearer to it, and grows
 * towards the other end. The least of lines is concave; why that matters, {@link RankSketch} says.
 */
public final class QuantileShape {
  /** A window is cut into at most so many slices; more age buckets than that are grouped. */
  public static final int MAX_SLICES = 64;

  /** Observations that are taken into a sketch at once. */
  public static final int BATCH = 256;

  private static final int HEAD = 4;
  private static final int MAX_BUFFERED = QuantileLayout.MAX_BUFFERED;
  private static final int MAX_ENTRIES = 1 << 13;
  private static final int MIN_ENTRIES = 128;
  private static final int MIN_AHEAD = 16;
  private static final int MAX_AHEAD = 128;
  private static final int AHEAD_FACTOR = 2;

  /** How many times the entries that no sketch could do without there is room for. */
  private static final int CAPACITY_FACTOR = 8;

  /** The most entries that one quantile's error may call for at least. */
  private static final double MAX_LEAST_ENTRIES = 1_000;

  private static final int STEPS = 1 << 14;
  private static final double WHOLE = 0.5; // an error that lets everything go but the extremes

  private final long sliceMs;
  private final int slices;
  private final int buffered;
  private final int entries;
  private final double[] ranks;
  private final double[] errors;
  private final double[] starts; // of each line, at rank 0
  private final double[] slopes;

  private QuantileShape(
      long sliceMs, int slices, int buffered, int entries, double[] ranks, double[] errors) {
    this.sliceMs = sliceMs;
    this.slices = slices;
    this.buffered = buffered;
    this.entries = entries;
    this.ranks = ranks;
    this.errors = errors;
    int[] inner = IntStream.range(0, ranks.length).filter(i -> isInner(ranks[i])).toArray();
    this.starts = new double[inner.length];
    this.slopes = new double[inner.length];
    for (int i = 0; i < inner.length; i++) {
      double rank = ranks[inner[i]];
      double half = errors[inner[i]] / 2;
      boolean high = rank >= 0.5;
      starts[i] = high ? half + half / (1 - rank) : half;
      slopes[i] = high ? -half / (1 - rank) : half / rank;
    }
  }

  /**
   * The shape for quantiles as a builder was given them.
   *
   * @param maxAgeMs how long an observation counts
   * @param ageBuckets how many parts of that time go at once
   * @param ranks the quantiles, between 0 and 1, none twice
   * @param errors of each the error; one that is less than can be kept counts as that
   */
  public static QuantileShape of(long maxAgeMs, int ageBuckets, double[] ranks, double[] errors) {
    int[] order =
        IntStream.range(0, ranks.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> ranks[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] sorted = Arrays.stream(order).mapToDouble(i -> ranks[i]).toArray();
    double[] kept = Arrays.stream(order).mapToDouble(i -> keptError(ranks[i], errors[i])).toArray();
    int slices = Math.min(ageBuckets, MAX_SLICES);
    long sliceMs = Math.max(1, Math.min(maxAgeMs / slices, 1L << 52));
    double least = new QuantileShape(sliceMs, slices, 0, 0, sorted, kept).leastEntries();
    int ahead = (int) Math.max(MIN_AHEAD, Math.min(AHEAD_FACTOR * least, MAX_AHEAD));
    int entries = (int) Math.min(CAPACITY_FACTOR * least, MAX_ENTRIES - ahead) + ahead;
    return new QuantileShape(
        sliceMs, slices, BATCH + ahead, Math.max(MIN_ENTRIES, entries), sorted, kept);
  }

  /** The shape in a family's parameters, or null where it has none. */
  public static @Nullable QuantileShape of(FamilyDescriptor family) {
    double[] parameters = family.parameters();
    if (family.type() != FamilyType.SUMMARY || parameters.length < HEAD) {
      return null;
    }
    int quantiles = (parameters.length - HEAD) / 2;
    double[] ranks = new double[quantiles];
    double[] errors = new double[quantiles];
    for (int i = 0; i < quantiles; i++) {
      ranks[i] = parameters[HEAD + 2 * i];
      errors[i] = parameters[HEAD + 2 * i + 1];
    }
    return new QuantileShape(
        (long) parameters[0],
        (int) parameters[1],
        (int) parameters[2],
        (int) parameters[3],
        ranks,
        errors);
  }

  /** The family's parameters that say this. */
  public double[] toParameters() {
    double[] parameters = new double[HEAD + 2 * ranks.length];
    parameters[0] = sliceMs;
    parameters[1] = slices;
    parameters[2] = buffered;
    parameters[3] = entries;
    for (int i = 0; i < ranks.length; i++) {
      parameters[HEAD + 2 * i] = ranks[i];
      parameters[HEAD + 2 * i + 1] = errors[i];
    }
    return parameters;
  }

  /** Whether it can be: what a file says may be anything. */
  public boolean isPossible() {
    boolean possible =
        sliceMs > 0
            && slices > 0
            && slices <= MAX_SLICES
            && buffered >= 0
            && buffered <= MAX_BUFFERED
            && entries >= 0
            && entries <= 2 * MAX_ENTRIES
            && ranks.length > 0;
    for (int i = 0; i < ranks.length; i++) {
      possible &= !(ranks[i] < 0 || ranks[i] > 1) && errors[i] >= 0 && errors[i] <= 1;
      possible &= i == 0 || (ranks[i - 1] != ranks[i] && isAscending(ranks[i - 1], ranks[i]));
    }
    return possible;
  }

  private static boolean isAscending(double a, double b) {
    return Double.compare(a, b) < 0;
  }

  /** The same for a file that nobody writes any more, with room for so many entries in a slice. */
  public QuantileShape folded(int entriesOfSlice) {
    return new QuantileShape(sliceMs, slices, 0, entriesOfSlice, ranks, errors);
  }

  /** The most entries of a slice in such a file. */
  public int foldedCapacity() {
    return 2 * Math.max(MIN_ENTRIES, Math.min(entries, MAX_ENTRIES));
  }

  /** The same as it is published: what a source has at present does not matter. */
  public QuantileShape published() {
    return folded(foldedCapacity() / 2);
  }

  /** How long a slice is. Slice {@code i} starts at {@code i} times this in the Unix epoch. */
  public long sliceMs() {
    return sliceMs;
  }

  /** How many slices are in the window: the present one, and those before it. */
  public int slices() {
    return slices;
  }

  /** The oldest slice that counts at a time. */
  public long oldestSlice(long nowMs) {
    return Math.floorDiv(nowMs, sliceMs) - slices + 1;
  }

  /** Observations that wait to be taken into a sketch. */
  public int buffered() {
    return buffered;
  }

  /** Entries of a slice's sketch. */
  public int entries() {
    return entries;
  }

  /** The quantiles, ascending. Not to be changed. */
  public double[] ranks() {
    return ranks;
  }

  /** The error of each quantile. Not to be changed. */
  public double[] errors() {
    return errors;
  }

  private static boolean isInner(double rank) {
    return rank > 0 && rank < 1; // the extremes are always kept, and NaN asks for nothing
  }

  /** The error that is kept for one that was asked for. */
  public static double keptError(double rank, double error) {
    if (!isInner(rank)) {
      return error >= 0 ? error : 0;
    }
    double tail = Math.min(rank, 1 - rank);
    double least = tail * Math.log1p(1 / tail) / MAX_LEAST_ENTRIES;
    return error >= least ? error : least;
  }

  /** How far apart the bounds of a rank may be, among so many observations. */
  double allowedGap(double rank, double count) {
    double allowed = WHOLE * count;
    for (int i = 0; i < starts.length; i++) {
      allowed = Math.min(allowed, starts[i] * count + slopes[i] * rank);
    }
    return 2 * allowed;
  }

  /** How many entries any sketch needs whose gaps are all as wide as allowed. */
  private double leastEntries() {
    double sum = 0;
    for (int i = 0; i < STEPS; i++) {
      sum += 1 / allowedGap(i + 0.5, STEPS);
    }
    return sum;
  }
}
