package io.tallystick.shm;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * A new process file in a directory, with the lock that says that its process lives.
 *
 * <p>Both get their names only when they are complete, the lock first: nobody ever sees a file
 * without its lock, or one whose header is not whole.
 *
 * @param blocks the file's blocks, of which there are none yet
 * @param alive the lock, held until it is closed
 */
record OpenedFile(FileBlocks blocks, FileLockHandle alive) implements Closeable {
  private static final long FULL_BELOW_BYTES = 64 << 10;
  private static final int SUFFIX_LENGTH = 8;

  /**
   * Creates a file whose instance name no other process of the directory has: where one has it, a
   * part of the token is added.
   *
   * @param resumable whether the next process of this name may take the file over; not where there
   *     are two of a name
   * @throws NoRoomException where the file system is full
   */
  static OpenedFile create(Directory directory, ProcessFile.Settings settings, boolean resumable)
      throws IOException {
    try {
      String plain = settings.instanceName();
      Token token = Token.random();
      OpenedFile file = create(directory, settings, token, plain, resumable);
      boolean isTaken = true;
      try {
        // asked once, with the file in place: of two that start now at least one sees the other
        isTaken = isTaken(directory, plain, token);
      } finally {
        if (isTaken) {
          file.discard(directory, token);
        }
      }
      if (!isTaken) {
        return file;
      }
      Token other = Token.random();
      String unique = plain + "-" + other.toString().substring(0, SUFFIX_LENGTH);
      return create(directory, settings, other, unique, false);
    } catch (IOException e) {
      throw isFull(directory) ? new NoRoomException(e) : e;
    }
  }

  private static OpenedFile create(
      Directory directory,
      ProcessFile.Settings settings,
      Token token,
      String instance,
      boolean resumable)
      throws IOException {
    Path lockFile = directory.lockFile(token);
    Path newLock = directory.unfinished(lockFile);
    Path newFile = directory.unfinished(directory.file(token));
    FileLockHandle alive = null;
    FileBlocks blocks = null;
    try {
      alive = FileLockHandle.tryLock(newLock, token.toString());
      if (alive == null) {
        throw new IOException("lock of a new process is held: file=" + newLock);
      }
      Files.move(newLock, lockFile, StandardCopyOption.ATOMIC_MOVE);
      blocks = FileBlocks.create(newFile, settings.maxBytes());
      FileHeader.write(
          blocks.header(),
          FileLayout.KIND_PROCESS,
          token,
          settings.clock().millis(),
          ProcessHandle.current().pid(),
          instance);
      if (resumable) {
        blocks.header().putLong(FileLayout.RESUMABLE_MS_OFFSET, FileHeader.RESUMABLE_MS);
      }
      blocks.moveTo(directory.file(token));
      return new OpenedFile(blocks, alive);
    } catch (IOException | RuntimeException e) {
      if (blocks != null) {
        blocks.close();
      }
      Files.deleteIfExists(newFile);
      Files.deleteIfExists(lockFile);
      Files.deleteIfExists(newLock);
      if (alive != null) {
        alive.close();
      }
      throw e;
    }
  }

  /** The header of a process that has no file. */
  static ByteBuffer headerInHeap(ProcessFile.Settings settings, String instance) {
    ByteBuffer header =
        ByteBuffer.allocateDirect(FileLayout.HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    FileHeader.write(
        header,
        FileLayout.KIND_PROCESS,
        Token.random(),
        settings.clock().millis(),
        ProcessHandle.current().pid(),
        instance);
    return header;
  }

  /** Whether another process of the directory shows itself by this name. */
  private static boolean isTaken(Directory directory, String instance, Token ours)
      throws IOException {
    for (Token other : directory.tokens()) {
      if (!other.equals(ours) && instance.equals(instanceOf(directory, other))) {
        return true;
      }
    }
    return false;
  }

  /** The name in a file's header, or null where there is none that a scrape would show. */
  private static @Nullable String instanceOf(Directory directory, Token token)
      throws ClosedByInterruptException {
    Path file = directory.file(token);
    try {
      try (ProcessFileReader reader = directory.openDead(file)) {
        return reader.instance();
      }
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing of the file
    } catch (IOException | CorruptFileException e) {
      return null;
    }
  }

  /** An exception's own words are in the host's language, so the file system is asked. */
  private static boolean isFull(Directory directory) {
    return directory.path().toFile().getUsableSpace() < FULL_BELOW_BYTES;
  }

  /** Takes the file out of the directory before it counts as dead, so that nobody folds it. */
  private void discard(Directory directory, Token token) throws IOException {
    try {
      Files.deleteIfExists(directory.file(token));
      Files.deleteIfExists(directory.lockFile(token));
    } finally {
      close();
    }
  }

  /** Gives up the file's channel and the lock: from now on the process counts as dead. */
  @Override
  public void close() throws IOException {
    try {
      blocks.close();
    } finally {
      alive.close();
    }
  }
}
