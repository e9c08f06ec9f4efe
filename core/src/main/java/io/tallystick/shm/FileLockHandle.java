package io.tallystick.shm;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An operating system's lock on a file, held by this JVM until it is closed or the JVM dies. */
public final class FileLockHandle implements Closeable {
  private final FileChannel channel;
  private final String name;

  private FileLockHandle(FileChannel channel, String name) {
    this.channel = channel;
    this.name = name;
  }

  /**
   * Locks a file, or returns null where this JVM or another process has it.
   *
   * @param name what the lock is known by in this JVM, whatever the path to it
   */
  public static @Nullable FileLockHandle tryLock(Path file, String name) throws IOException {
    if (Directory.isStrange(file)) {
      throw new IOException("lock is not a regular file, remove it: file=" + file);
    }
    if (!JvmHeld.tryTake(name)) {
      return null;
    }
    FileChannel channel = null;
    boolean locked = false;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
              Permissions.file(file));
      locked = channel.tryLock() != null;
      return locked ? new FileLockHandle(channel, name) : null;
    } finally {
      if (!locked) {
        if (channel != null) {
          channel.close();
        }
        JvmHeld.release(name);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      JvmHeld.release(name);
    }
  }
}
