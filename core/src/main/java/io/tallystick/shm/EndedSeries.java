package io.tallystick.shm;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Finds out which of a process' records count for nothing in its directory once they have ended.
 */
@FunctionalInterface
public interface EndedSeries {
  /**
   * The first cells of those records: all others of their series ended long ago, too, or began
   * after that.
   *
   * @param own read the process' own file, and what it has in its heap
   */
  Set<Integer> find(List<ProcessFileReader> own, long nowMs) throws IOException;
}
