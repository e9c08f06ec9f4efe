package io.tallystick.metrics;

import io.tallystick.shm.GaugeMode;

/**
 * How the values that several processes give a gauge become one, as in client_python.
 *
 * <p>The modes that start with {@code LIVE} forget a process when it dies.
 */
public enum MultiprocessMode {
  /** Each process' own value, under the label {@code pid}; the default. */
  ALL,
  /** Each living process' own value, under the label {@code pid}. */
  LIVEALL,
  /** The smallest value. */
  MIN,
  /** The smallest value of a living process. */
  LIVEMIN,
  /** The greatest value. */
  MAX,
  /** The greatest value of a living process. */
  LIVEMAX,
  /** The sum of the values. */
  SUM,
  /** The sum of the living processes' values. */
  LIVESUM,
  /** The value that was set last; {@code inc} and {@code dec} are refused. */
  MOSTRECENT,
  /** The value that a living process set last; {@code inc} and {@code dec} are refused. */
  LIVEMOSTRECENT;

  GaugeMode toGaugeMode() {
    return GaugeMode.valueOf(name());
  }
}
