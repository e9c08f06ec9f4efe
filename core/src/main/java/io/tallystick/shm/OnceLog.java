package io.tallystick.shm;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Warnings that are logged once each, and only the first thousand of them. Threading: any. */
public final class OnceLog {
  private static final int MOST = 1_000;

  private final Set<String> said = new HashSet<>();

  /** Logs it unless it was logged before, with a cause of the same class. */
  public void warn(String message, @Nullable Throwable cause) {
    if (isNew(cause == null ? message : message + ' ' + cause.getClass().getName())) {
      Log.logger().log(System.Logger.Level.WARNING, message, cause);
    }
  }

  private synchronized boolean isNew(String warning) {
    return said.size() < MOST && said.add(warning);
  }
}
