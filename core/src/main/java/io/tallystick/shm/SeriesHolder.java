package io.tallystick.shm;

import java.util.List;

/** Whoever finds the data points of series that can expire. */
@FunctionalInterface
public interface SeriesHolder {
  /**
   * Holds the data points of series that have expired weakly from now on, and says so with {@link
   * Cells#holdWeakly}. Called without a lock.
   */
  void letGo(List<Cells> expired);
}
