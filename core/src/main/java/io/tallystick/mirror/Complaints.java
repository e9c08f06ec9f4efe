package io.tallystick.mirror;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lines of the log that are said once each. Threading: any. */
final class Complaints {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final int MOST = 1_000;

  private final Set<String> said = new HashSet<>();

  /** Says that series of a metric are left out. */
  void sayLeftOut(String metric, String reason) {
    if (isNew(metric, reason)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "series are not mirrored: metric=" + metric + " reason=" + reason);
    }
  }

  /** Says that the application's code failed. */
  void sayFailed(String what, @Nullable Throwable cause) {
    if (isNew(what, cause == null ? "" : cause.getClass().getName())) {
      LOG.log(
          System.Logger.Level.WARNING,
          cause == null
              ? "callback hangs, its series keep their values until it returns: metric=" + what
              : "callback failed, its series keep their values: metric=" + what,
          cause);
    }
  }

  private synchronized boolean isNew(String what, String why) {
    return said.size() < MOST && said.add(what + ' ' + why);
  }
}
