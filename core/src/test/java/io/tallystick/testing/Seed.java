package io.tallystick.testing;

/** The seed of a test with random input; a failure names it, to be given again. */
public final class Seed {
  private static final String PROPERTY = "tallystick.test.seed";

  private Seed() {}

  /** The seed in the system property {@code tallystick.test.seed}, else another each time. */
  public static long next() {
    return Long.getLong(PROPERTY, System.nanoTime());
  }

  /** What to say of it in a failure. */
  public static String describe(long seed) {
    return "run again with -D" + PROPERTY + "=" + seed;
  }
}
