package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of the index of a directory's series.
 *
 * <p>Its zeros are written through the channel before it is mapped, as those of a process file, so
 * that no access can fault on a full file system. It has its final length and its content before it
 * has its name.
 */
final class IndexFile {
  private IndexFile() {}

  /**
   * Maps the file of a directory.
   *
   * @return null where there is none, or none that can be used
   */
  static @Nullable IndexTable tryOpen(Directory directory) throws IOException {
    try {
      return open(directory, FileChannel.MapMode.READ_WRITE);
    } catch (NoSuchFileException | CorruptFileException e) {
      return null;
    }
  }

  /** What is wrong with the file of a directory, which there need not be; null for nothing. */
  static @Nullable String fault(Directory directory) throws IOException {
    try {
      String fault = open(directory, FileChannel.MapMode.READ_ONLY).fault();
      PageFaults.throwPending();
      return fault;
    } catch (NoSuchFileException e) {
      return null;
    } catch (CorruptFileException e) {
      return String.valueOf(e.getMessage());
    } catch (InternalError e) { // how the JVM says that a mapped page has gone
      return "file was cut while it was read";
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      return "cannot be read: " + e;
    }
  }

  private static IndexTable open(Directory directory, FileChannel.MapMode mode)
      throws IOException, CorruptFileException {
    Path file = directory.seriesIndex();
    directory.requireTrusted(file);
    Set<OpenOption> options =
        mode == FileChannel.MapMode.READ_ONLY
            ? Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)
            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    try (FileChannel channel = FileChannel.open(file, options)) {
      long length = channel.size();
      if (length < IndexLayout.HEADER_LENGTH || length > Integer.MAX_VALUE) {
        throw new CorruptFileException("no index of series has this length: length=" + length);
      }
      MappedByteBuffer words = channel.map(mode, 0, length);
      words.order(ByteOrder.LITTLE_ENDIAN);
      IndexLayout.check(words, length);
      PageFaults.throwPending();
      return new IndexTable(words);
    } catch (InternalError e) {
      throw new CorruptFileException("file was cut while it was read");
    }
  }

  /**
   * Makes an empty table in a file that has no name in the directory yet.
   *
   * @param copied the table whose counts it gets; null where they are counted anew
   * @param nowMs when that is
   */
  static IndexTable create(
      Directory directory,
      int familySlots,
      int seriesSlots,
      @Nullable IndexTable copied,
      long nowMs)
      throws IOException {
    Path file = directory.unfinished(directory.seriesIndex());
    Files.deleteIfExists(file);
    long length = IndexLayout.length(familySlots, seriesSlots);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            Permissions.file(file))) {
      FileBlocks.writeZeros(channel, 0, Math.toIntExact(length));
      MappedByteBuffer words = channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
      words.order(ByteOrder.LITTLE_ENDIAN);
      words.putLong(IndexLayout.MAGIC_OFFSET, IndexLayout.MAGIC);
      words.putShort(IndexLayout.MAJOR_OFFSET, IndexLayout.MAJOR);
      words.putShort(IndexLayout.MINOR_OFFSET, IndexLayout.MINOR);
      words.putLong(IndexLayout.FAMILY_SLOTS_OFFSET, familySlots);
      words.putLong(IndexLayout.SERIES_SLOTS_OFFSET, seriesSlots);
      Token identity = Token.random();
      words.putLong(IndexLayout.ID_OFFSET, identity.high());
      words.putLong(IndexLayout.LINEAGE_OFFSET, copied == null ? identity.low() : copied.lineage());
      words.putLong(IndexLayout.COUNTED_MS_OFFSET, copied == null ? nowMs : copied.countedMs());
      return new IndexTable(words);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  /** Puts the table that was made last into the place of the one that is there. */
  static void publish(Directory directory) throws IOException {
    Path file = directory.seriesIndex();
    Files.move(directory.unfinished(file), file, StandardCopyOption.ATOMIC_MOVE);
  }
}
