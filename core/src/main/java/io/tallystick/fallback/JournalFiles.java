package io.tallystick.fallback;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files that entries of the {@link Journal} need, as rows of a part each, which are there before
 * the entry is. Threading: any.
 */
final class JournalFiles {
  private static final int PART_BYTES = 1 << 19;

  private final JournalRows rows;

  JournalFiles(JournalRows rows) {
    this.rows = rows;
  }

  private static String row(String id, long part) {
    return JournalRows.PREFIX + "file:" + id + ":" + part;
  }

  /** Writes a file; returns how many parts it has. */
  long put(String id, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      long part = 0;
      for (byte[] bytes = in.readNBytes(PART_BYTES);
          bytes.length > 0;
          bytes = in.readNBytes(PART_BYTES)) {
        boolean unused = rows.putIfAbsent(row(id, part++), bytes);
      }
      return part;
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  /** Reads a file. */
  void get(String id, long parts, Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long part = 0; part < parts; part++) {
        Optional<byte[]> bytes = rows.get(row(id, part));
        if (bytes.isEmpty()) {
          throw new StoreException(Category.CORRUPT, "journal has lost a part of a file: id=" + id);
        }
        out.write(bytes.get());
      }
    } catch (IOException e) {
      throw unusable(file, e);
    }
  }

  void delete(String id, long parts) {
    for (long part = 0; part < parts; part++) {
      boolean unused = rows.delete(row(id, part));
    }
  }

  static StoreException unusable(Path file, IOException e) {
    return new StoreException(
        Category.TRANSIENT, "temporary file cannot be used: file=" + file + " cause=" + e, e);
  }

  /** Does something with a file that is there meanwhile. */
  static <T> T withFile(Work<T> work) {
    try {
      Path file = Files.createTempFile("tallystick", ".tmp");
      try {
        return work.run(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new StoreException(Category.TRANSIENT, "temporary file cannot be used: cause=" + e, e);
    }
  }

  /** Something to be done with a file. */
  @FunctionalInterface
  interface Work<T> {
    T run(Path file) throws IOException;
  }
}
