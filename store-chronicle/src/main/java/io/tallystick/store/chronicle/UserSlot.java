package io.tallystick.store.chronicle;

import io.tallystick.shm.FileLockHandle;
import io.tallystick.shm.Interrupts;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The place of one open store among the users of a directory: a lock of the operating system, which
 * goes with its process. Who is not locked is dead, or closed.
 */
final class UserSlot implements Closeable {
  private static final int MOST = 4_096;
  private static final String FOLDER = "users";

  private final Path directory;
  private final int number;
  private final FileLockHandle handle;

  private UserSlot(Path directory, int number, FileLockHandle handle) {
    this.directory = directory;
    this.number = number;
    this.handle = handle;
  }

  /** Takes the first free place. */
  static UserSlot take(Path directory) throws IOException {
    OwnFiles.createDirectories(directory.resolve(FOLDER));
    for (int number = 0; number < MOST; number++) {
      FileLockHandle handle = tryLock(directory, number);
      if (handle != null) {
        return new UserSlot(directory, number, handle);
      }
    }
    throw new StoreException(
        Category.PERMANENT, "too many use it: directory=" + directory + " users=" + MOST);
  }

  private static @Nullable FileLockHandle tryLock(Path directory, int number) throws IOException {
    Path file = directory.resolve(FOLDER).resolve(number + ".lock");
    String name = "store." + identity(directory) + "." + number;
    return Interrupts.shield(() -> Optional.ofNullable(FileLockHandle.tryLock(file, name)))
        .orElse(null);
  }

  /**
   * What tells a directory from others, by whatever path it is reached: locks of one process do not
   * keep it out of a file that it has locked by another path, such as that of a bind mount.
   */
  private static Object identity(Path directory) throws IOException {
    Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    return key == null ? directory : key;
  }

  /** The word that says that this user has the lock. */
  int owner() {
    return number + 1;
  }

  /** Does something while a user is dead for sure, and its place cannot be taken; else nothing. */
  boolean ifDead(int owner, Runnable action) throws IOException {
    try (FileLockHandle dead = tryLock(directory, owner - 1)) {
      if (dead == null) {
        return false;
      }
      action.run();
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }
}
