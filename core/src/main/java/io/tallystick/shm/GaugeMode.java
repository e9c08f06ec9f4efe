package io.tallystick.shm;

import org.jspecify.annotations.Nullable;

/**
 * How a gauge's values of several processes become one, as in client_python's multiprocess mode.
 * The live modes forget a process when it dies.
 */
public enum GaugeMode {
  ALL(1, false),
  LIVEALL(2, true),
  MIN(3, false),
  LIVEMIN(4, true),
  MAX(5, false),
  LIVEMAX(6, true),
  SUM(7, false),
  LIVESUM(8, true),
  MOSTRECENT(9, false),
  LIVEMOSTRECENT(10, true);

  final int code;
  private final boolean live;

  GaugeMode(int code, boolean live) {
    this.code = code;
    this.live = live;
  }

  /** Whether only living processes count. */
  public boolean isLive() {
    return live;
  }

  /** Whether each process keeps its own series, told apart by the label {@code pid}. */
  public boolean isPerProcess() {
    return this == ALL || this == LIVEALL;
  }

  /** Whether the value written last wins. */
  public boolean isMostRecent() {
    return this == MOSTRECENT || this == LIVEMOSTRECENT;
  }

  static @Nullable GaugeMode ofCode(int code) {
    for (GaugeMode mode : values()) {
      if (mode.code == code) {
        return mode;
      }
    }
    return null;
  }
}
