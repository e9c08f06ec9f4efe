package io.tallystick.mirror;

import io.tallystick.shm.OnceLog;
import org.jspecify.annotations.Nullable;

/** What is logged of metrics that cannot be mirrored, once each. Threading: any. */
final class Complaints {
  private final OnceLog log = new OnceLog();

  /** Says that series of a metric are left out. */
  void sayLeftOut(String metric, String reason) {
    log.warn("series are not mirrored: metric=" + metric + " reason=" + reason, null);
  }

  /** Says that the application's code failed. */
  void sayFailed(String what, @Nullable Throwable cause) {
    log.warn(
        cause == null
            ? "callback hangs, its series keep their values until it returns: metric=" + what
            : "callback failed, its series keep their values: metric=" + what,
        cause);
  }
}
