package io.tallystick.health;

import java.util.SortedMap;

/** One measurement that is to be sent. */
record Point(Kind kind, String name, double value, SortedMap<String, String> labels, long timeMs) {
  /** What a measurement is. */
  enum Kind {
    GAUGE,
    COUNT,
    HISTOGRAM
  }
}
