package io.tallystick.merge;

import java.util.HashMap;
import java.util.Map;

/**
 * The first cells of series that were removed from a file. Later series can have the same ones; so
 * each has a number, by the order in which they came.
 */
final class RemovedCells {
  private final Map<Integer, Integer> numbers = new HashMap<>(); // of the last series by then

  void add(int cell, int lastNumber) {
    numbers.put(cell, lastNumber);
  }

  boolean isEmpty() {
    return numbers.isEmpty();
  }

  /** Whether the series of this number, which has or had this cell, was removed. */
  boolean contains(int cell, int number) {
    Integer last = numbers.get(cell);
    return last != null && number <= last;
  }

  void clear() {
    numbers.clear();
  }
}
