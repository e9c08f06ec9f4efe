package io.tallystick.testing;

/** How often a test of many rounds goes round. */
public final class Rounds {
  private static final int PERCENT = Integer.getInteger("tallystick.test.rounds", 100);

  private Rounds() {}

  /** So many, or the percentage of them that {@code tallystick.test.rounds} says, but one. */
  public static int of(int all) {
    return (int) Math.max(1, (long) all * PERCENT / 100);
  }
}
