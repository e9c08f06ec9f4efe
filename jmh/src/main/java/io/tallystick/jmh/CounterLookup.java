package io.tallystick.jmh;

/** Finds a counter by its label values and adds one. */
interface CounterLookup {
  void inc(String path, String status);
}
