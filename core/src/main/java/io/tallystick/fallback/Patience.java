package io.tallystick.fallback;

import java.time.Duration;

/**
 * For how long who writes gives way to the replay.
 *
 * @param whileClosing where that is about to end
 * @param whileLong where the journal has become long in spite of it
 */
record Patience(Duration whileClosing, Duration whileLong) {
  static final Patience DEFAULT = new Patience(Duration.ofMillis(500), Duration.ofMillis(10));
  static final Patience NONE = new Patience(Duration.ZERO, Duration.ZERO);

  boolean isOfNobody() {
    return whileClosing.isZero();
  }
}
