package io.tallystick.store;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of the quantiles of a summary's series: a sketch of the observations of each slice
 * of time, as {@link io.tallystick.shm.RankSketch} has it. Immutable.
 *
 * @param slices their entries, values ascending, by when the slice begins in milliseconds of the
 *     Unix epoch
 */
public record QuantileValues(SortedMap<Long, List<Entry>> slices) {
  /** The greatest jump of an entry. */
  static final long MAX_JUMP = (1L << 32) - 1;

  /** Copies the slices. */
  public QuantileValues {
    SortedMap<Long, List<Entry>> copy = new TreeMap<>();
    slices.forEach((startMs, entries) -> copy.put(startMs, List.copyOf(entries)));
    slices = Collections.unmodifiableSortedMap(copy);
  }

  /**
   * A value with what it adds to the bounds of its rank.
   *
   * @param value a number
   * @param lower not below zero, and below 2<sup>32</sup>
   * @param upper not below zero, and below 2<sup>32</sup>
   */
  public record Entry(double value, long lower, long upper) {
    /** Checks the values. */
    public Entry {
      if (Double.isNaN(value) || !isJump(lower) || !isJump(upper)) {
        throw new IllegalArgumentException(
            "no entry of a sketch: value=" + value + " lower=" + lower + " upper=" + upper);
      }
    }

    private static boolean isJump(long jump) {
      return jump >= 0 && jump <= MAX_JUMP;
    }
  }
}
