package io.tallystick.mirror;

import io.tallystick.shm.OnceLog;
import org.jspecify.annotations.Nullable;

/**
 * What is logged of metrics that cannot be mirrored, once each. Threading: any. What listens to the
 * log is the application's: where it throws, nobody is told.
 */
final class Complaints {
  private final OnceLog log = new OnceLog();

  /** Says that series of a metric are left out. */
  void sayLeftOut(String metric, String reason) {
    say("series are not mirrored: metric=" + metric + " reason=" + reason, null);
  }

  /** Says that the application's code failed. */
  void sayFailed(String what, @Nullable Throwable cause) {
    say(
        cause == null
            ? "callback hangs, its series keep their values until it returns: metric=" + what
            : "callback failed, its series keep their values: metric=" + what,
        cause);
  }

  private void say(String message, @Nullable Throwable cause) {
    try {
      log.warn(message, cause);
    } catch (RuntimeException | Error e) {
      return; // the threads that take values, and the one that watches them, go on
    }
  }
}
