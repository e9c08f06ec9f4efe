package io.tallystick.shm;

/** How wide the gaps of a sketch are. */
public final class SketchWidth {
  private SketchWidth() {}

  /**
   * The widest gap, as a part of what the shape allows there: up to 1 all quantiles are within
   * their errors.
   */
  public static double of(RankSketch sketch, QuantileShape shape) {
    double widest = 0;
    double count = (double) sketch.count();
    long lower = 0;
    long upper = 0;
    for (int i = 0; i < sketch.size() - 1; i++) {
      lower += sketch.lower(i);
      upper += sketch.upper(i);
      double allowed =
          Math.min(
              shape.allowedGap((double) lower, count), shape.allowedGap((double) upper, count));
      widest = Math.max(widest, (upper - lower) / Math.max(allowed, 1));
    }
    return widest;
  }
}
