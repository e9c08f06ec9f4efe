package io.tallystick.store;

import io.tallystick.store.StoreException.Category;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Reads a backup of any store. It is read to its end before anybody is shown a piece of it, so that
 * nothing is restored of one that is damaged. Threading: any.
 */
public final class BackupReader {
  private static final int BUFFER_LENGTH = 1 << 16;

  private final Path file;

  private BackupReader(Path file) {
    this.file = file;
  }

  /**
   * Checks a backup.
   *
   * @throws StoreException CORRUPT where it is damaged or no backup, PERMANENT where it cannot be
   *     read or is of a newer version
   */
  public static BackupReader open(Path file) {
    BackupReader reader = new BackupReader(file);
    reader.forEach(record -> {});
    return reader;
  }

  /**
   * Shows all records, in the order of {@link BackupRecord}.
   *
   * @throws StoreException as {@link #open}, where the file has changed since
   */
  public void forEach(Consumer<BackupRecord> action) {
    try (InputStream stream = new BufferedInputStream(Files.newInputStream(file), BUFFER_LENGTH)) {
      new Pass(stream, Files.size(file)).read(action);
    } catch (EOFException e) {
      throw damaged("it ends too early", e);
    } catch (IOException e) {
      throw new StoreException(
          Category.PERMANENT, "backup cannot be read: file=" + file + " cause=" + e, e);
    }
  }

  private StoreException damaged(String what, Throwable cause) {
    return new StoreException(
        Category.CORRUPT, "backup is damaged: file=" + file + " what=" + what, cause);
  }

  private StoreException damaged(String what) {
    return new StoreException(
        Category.CORRUPT, "backup is damaged: file=" + file + " what=" + what);
  }

  /** One reading of the file. */
  private final class Pass {
    private final InputStream stream;
    private final CRC32C checksum = new CRC32C();
    private long left;
    private int latestType;

    Pass(InputStream stream, long length) {
      this.stream = stream;
      this.left = length;
    }

    void read(Consumer<BackupRecord> action) throws IOException {
      readHeader();
      for (long records = 0; ; records++) {
        ByteBuffer head = take(BackupFormat.RECORD_HEADER_LENGTH);
        int type = head.getInt();
        ByteBuffer payload = take(head.getInt());
        requireChecksum();
        if (type == BackupFormat.END) {
          requireEnd(payload, records);
          return;
        }
        requireOrder(type);
        action.accept(record(type, bytesOf(payload)));
      }
    }

    private void readHeader() throws IOException {
      ByteBuffer header = take(BackupFormat.HEADER_LENGTH);
      byte[] magic = new byte[BackupFormat.MAGIC.length];
      header.get(magic);
      if (!Arrays.equals(magic, BackupFormat.MAGIC)) {
        throw damaged("it does not begin as a backup");
      }
      int major = header.getInt();
      if (major != BackupFormat.MAJOR) {
        throw new StoreException(
            Category.PERMANENT,
            "backup is of another version: file="
                + file
                + " version="
                + major
                + " known="
                + BackupFormat.MAJOR);
      }
    }

    private ByteBuffer take(int length) throws IOException {
      if (length < 0 || length > left) {
        throw damaged("a length is beyond its end");
      }
      byte[] bytes = new byte[length];
      if (stream.readNBytes(bytes, 0, length) < length) {
        throw new EOFException();
      }
      left -= length;
      checksum.update(bytes);
      return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] bytesOf(ByteBuffer payload) {
      byte[] bytes = new byte[payload.remaining()];
      payload.get(bytes);
      return bytes;
    }

    private void requireChecksum() throws IOException {
      int expected = (int) checksum.getValue();
      if (take(BackupFormat.CHECKSUM_LENGTH).getInt() != expected) {
        throw damaged("a checksum is wrong");
      }
    }

    private void requireOrder(int type) {
      if (!BackupFormat.mayFollow(latestType, type)) {
        throw damaged("records are out of order");
      }
      latestType = type;
    }

    private void requireEnd(ByteBuffer payload, long records) {
      if (payload.capacity() != Long.BYTES
          || payload.getLong() != records
          || left != 0
          || !BackupFormat.mayFollow(latestType, BackupFormat.LAST)) {
        throw damaged("it does not end where it says");
      }
    }

    private BackupRecord record(int type, byte[] payload) {
      try {
        return BackupFormat.toRecord(type, payload);
      } catch (IllegalArgumentException e) {
        throw damaged(String.valueOf(e.getMessage()), e);
      }
    }
  }
}
