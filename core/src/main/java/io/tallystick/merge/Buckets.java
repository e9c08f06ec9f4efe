package io.tallystick.merge;

import java.util.Arrays;

/** Merging of histograms with different bounds: only onto those that both have, which is exact. */
public final class Buckets {
  private Buckets() {}

  /** The bounds in both ascending arrays. Both end with +Inf, so there is at least that one. */
  public static double[] common(double[] a, double[] b) {
    return Arrays.stream(a).filter(bound -> Arrays.binarySearch(b, bound) >= 0).toArray();
  }

  /** For each bucket of {@code from}, the first bucket of {@code to} that includes it. */
  public static int[] map(double[] from, double[] to) {
    int[] map = new int[from.length];
    int target = 0;
    for (int i = 0; i < from.length; i++) {
      while (to[target] < from[i]) {
        target++;
      }
      map[i] = target;
    }
    return map;
  }
}
