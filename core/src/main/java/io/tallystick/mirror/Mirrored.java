package io.tallystick.mirror;

/** Something whose values are taken on a thread of {@link MirrorThreads}. */
abstract class Mirrored {
  /** Takes its values and puts them. What it throws is a failure of the application's code. */
  abstract void take();

  /** What failed when {@link #take} threw, for the log. */
  abstract String name();

  /** Called when {@link #take} did not return in time, by another thread; must not wait. */
  abstract Hang leave();

  /** How many of its series cannot be in the directory. */
  abstract long unmirroredSeries();

  /**
   * What did not return.
   *
   * @param name what hangs, for the log
   * @param mayTakeAgain whether values may be taken again while that call goes on
   */
  record Hang(String name, boolean mayTakeAgain) {}
}
