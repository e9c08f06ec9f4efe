package io.tallystick.store.chronicle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files and folders that their owner alone reads and writes. */
final class OwnFiles {
  private static final int BLOCK = 1 << 16;

  private OwnFiles() {}

  static void createDirectories(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, attributes(folder, "rwx------"));
    }
  }

  static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
        attributes(file, "rw-------"));
  }

  private static FileAttribute<?>[] attributes(Path path, String mode) {
    boolean isPosix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    return isPosix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }

  /** Writes zeros, so that a full disk is found now and not when mapped memory is written. */
  static void fill(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(BLOCK);
    for (long at = from; at < to; ) {
      zeros.clear().limit((int) Math.min(BLOCK, to - at));
      at += channel.write(zeros, at);
    }
  }

  /** Copies a file; holes stay holes, since maps have many. */
  static void copy(Path from, Path to) throws IOException {
    Files.deleteIfExists(to);
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
    try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel target = open(to)) {
      long length = source.size();
      for (long at = 0; at < length; ) {
        block.clear();
        int read = source.read(block, at);
        block.flip();
        if (read < BLOCK || !block.equals(zeros) || at + read == length) {
          for (long into = at; block.hasRemaining(); ) {
            into += target.write(block, into);
          }
        }
        at += read;
      }
    }
  }
}
