package io.tallystick.shm;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The right to fold dead processes of a directory, and to delete what they left. */
public final class RetireLock implements Closeable {
  /** What a process that is starting leaves unfinished for longer than this was killed over it. */
  private static final long UNFINISHED_FOR_MS = 3_600_000;

  private final Directory directory;
  private final FileLockHandle handle;

  private RetireLock(Directory directory, FileLockHandle handle) {
    this.directory = directory;
    this.handle = handle;
  }

  /** Takes the right, or returns null where another thread or process has it. */
  public static @Nullable RetireLock tryTake(Directory directory) throws IOException {
    FileLockHandle handle = directory.tryLockForRetirement();
    return handle == null ? null : new RetireLock(directory, handle);
  }

  /** Deletes a dead process' file, and then its lock. */
  public void delete(Token token) throws IOException {
    Files.deleteIfExists(directory.file(token));
    Files.deleteIfExists(directory.lockFile(token));
  }

  /** Deletes what was left by processes that were killed while they started. */
  public void deleteUnfinished(long nowMs) throws IOException {
    for (Token token : directory.lockTokens()) {
      if (!directory.isAlive(token) && !Files.exists(directory.file(token))) {
        Files.deleteIfExists(directory.lockFile(token));
      }
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.path())) {
      for (Path file : files) {
        if (Directory.isUnfinished(file) && isOld(file, nowMs)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static boolean isOld(Path file, long nowMs) throws IOException {
    try {
      return nowMs - Files.getLastModifiedTime(file).toMillis() > UNFINISHED_FOR_MS;
    } catch (NoSuchFileException e) {
      return false; // its process has just finished it
    }
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }
}
