package io.tallystick.server;

import io.tallystick.shm.FileLockHandle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What errors and metrics call the workers of a process: the name of the host, and the lowest
 * number that no other process of the directory has which lives. So a metric has as many series as
 * processes work at a time, not one for each that ever did.
 *
 * <p>The number is a file's lock, which ends with the process, however that ends. Where no file can
 * be locked it is 0.
 */
final class WorkerName implements AutoCloseable {
  private static final int MOST = 1_000;

  private final String text;
  private final @Nullable FileLockHandle lock;

  private WorkerName(String text, @Nullable FileLockHandle lock) {
    this.text = text;
    this.lock = lock;
  }

  /** A name that was given. */
  static WorkerName of(String text) {
    return new WorkerName(text, null);
  }

  /** A name that no other process of a directory has. */
  static WorkerName claim(Path directory) {
    String host = hostName();
    String unnumbered = host + "-0";
    try {
      String key = directory.toRealPath().toString();
      for (int number = 1; number <= MOST; number++) {
        Path file = directory.resolve("sd-worker-" + number + ".lock");
        FileLockHandle lock = FileLockHandle.tryLock(file, "sd-worker-" + number + "." + key);
        if (lock != null) {
          return new WorkerName(host + "-" + number, lock);
        }
      }
    } catch (IOException e) {
      return of(unnumbered); // as where there is no room for a file
    }
    return of(unnumbered);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost"; // as containers often have it, whose name nobody resolves
    }
  }

  String text() {
    return text;
  }

  /** Gives the number to others. */
  @Override
  public void close() {
    if (lock != null) {
      try {
        lock.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
