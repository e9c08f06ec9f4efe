package io.tallystick.store;

import io.tallystick.shm.NativeSchema;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The native buckets of a histogram's series, as in Prometheus' data model; no counts are
 * cumulative.
 *
 * @param schema the resolution, -4 to 8
 * @param zeroThreshold the zero bucket's width, above and below zero
 * @param zeroCount its count
 * @param positive counts by index of the buckets above zero
 * @param negative counts by index of the buckets below zero
 */
public record NativeValues(
    int schema,
    double zeroThreshold,
    long zeroCount,
    SortedMap<Integer, Long> positive,
    SortedMap<Integer, Long> negative) {
  /** Checks the values and copies the maps. */
  public NativeValues {
    if (schema < NativeSchema.MIN || schema > NativeSchema.MAX) {
      throw new IllegalArgumentException("no such schema: schema=" + schema);
    }
    if (!(zeroThreshold >= 0) || zeroThreshold == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("no zero bucket: zeroThreshold=" + zeroThreshold);
    }
    if (zeroCount < 0 || hasNegative(positive) || hasNegative(negative)) {
      throw new IllegalArgumentException("count is below zero: schema=" + schema);
    }
    positive = Collections.unmodifiableSortedMap(new TreeMap<>(positive));
    negative = Collections.unmodifiableSortedMap(new TreeMap<>(negative));
  }

  private static boolean hasNegative(SortedMap<Integer, Long> counts) {
    return counts.values().stream().anyMatch(count -> count < 0);
  }
}
