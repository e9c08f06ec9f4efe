package io.tallystick.python;

import io.tallystick.shm.Interrupts;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file, mapped as they are written.
 *
 * <p>The file is open only while it is mapped: client_python leaves files of dead processes behind,
 * and they may be more than a process may have open. What is mapped stays the same file whatever
 * its name leads to later, and keeps its identity from being used again.
 */
final class PythonBytes {
  /** The length of a new file. */
  static final int FIRST_LENGTH = 64 << 10;

  private final Path path;
  private final @Nullable Object identity; // null where the file system has none
  private ByteBuffer mapped;

  private PythonBytes(Path path, @Nullable Object identity, ByteBuffer mapped) {
    this.path = path;
    this.identity = identity;
    this.mapped = mapped;
  }

  static PythonBytes open(Path path) throws IOException {
    Object identity = attributes(path).fileKey();
    ByteBuffer mapped = map(path, FIRST_LENGTH);
    if (!Objects.equals(attributes(path).fileKey(), identity)) {
      throw new IOException("file was replaced while it was opened: file=" + path);
    }
    return new PythonBytes(path, identity, mapped);
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static ByteBuffer map(Path path, long length) throws IOException {
    return Interrupts.shield(
        () -> {
          try (FileChannel channel =
              FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            long mappable = Math.min(Math.min(channel.size(), length), Integer.MAX_VALUE);
            return channel
                .map(FileChannel.MapMode.READ_ONLY, 0, mappable)
                .order(ByteOrder.nativeOrder());
          }
        });
  }

  /** Whether the name still leads to this file, and the file has at least this length. */
  boolean isCurrent(int length) throws IOException {
    try {
      BasicFileAttributes attributes = attributes(path);
      return Objects.equals(attributes.fileKey(), identity) && attributes.size() >= length;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** What is mapped at present. */
  ByteBuffer mapped() {
    return mapped;
  }

  /** Maps more of the file where what is mapped is shorter than this, and there is more. */
  ByteBuffer mapped(int length) throws IOException {
    if (length > mapped.capacity() && isCurrent(mapped.capacity() + 1)) {
      ByteBuffer longer = map(path, 2L * length); // all of a file that doubles as it grows
      if (isCurrent(0)) {
        mapped = longer;
      }
    }
    return mapped;
  }

  /** Reads an int32 before everything that is read after it. */
  int intAcquire(int position) {
    int word = mapped.getInt(position);
    VarHandle.acquireFence();
    return word;
  }

  /** Reads a float64 at an aligned position, in one load. */
  double doubleAt(int position) {
    return mapped.getDouble(position);
  }
}
