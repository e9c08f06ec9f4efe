package io.tallystick.store.sqlite;

import java.time.Duration;

/**
 * How a file is used.
 *
 * @param busyTimeout how long a call waits for other processes before it fails with TRANSIENT; at
 *     least a millisecond
 * @param synchronous when a commit waits for the disk
 */
public record SqliteOptions(Duration busyTimeout, Synchronous synchronous) {
  /** Five seconds, and {@link Synchronous#NORMAL}. */
  public static final SqliteOptions DEFAULT =
      new SqliteOptions(Duration.ofSeconds(5), Synchronous.NORMAL);

  /** Checks the values. */
  public SqliteOptions {
    if (busyTimeout.toMillis() < 1 || busyTimeout.toMillis() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("no such busy timeout: busyTimeout=" + busyTimeout);
    }
  }

  int busyTimeoutMs() {
    return (int) busyTimeout.toMillis();
  }
}
