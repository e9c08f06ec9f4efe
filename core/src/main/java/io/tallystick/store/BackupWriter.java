package io.tallystick.store;

import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Writes a backup of any store, aside: {@link #commit} gives the file its name once all of it is on
 * the disk; without that it is deleted. Only its owner may read it. Not thread-safe.
 *
 * <p>Every method throws {@link StoreException} PERMANENT where the file cannot be written.
 */
public final class BackupWriter implements AutoCloseable {
  private static final int BUFFER_LENGTH = 1 << 16;

  private final Path file;
  private final Path aside;
  private final FileChannel channel;
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
  private long records;
  private boolean committed;

  private BackupWriter(Path file, Path aside, FileChannel channel) {
    this.file = file;
    this.aside = aside;
    this.channel = channel;
  }

  /**
   * Begins a backup.
   *
   * @param nowMs the store's time, in milliseconds of the Unix epoch
   */
  public static BackupWriter create(Path file, long nowMs) {
    Path absolute = file.toAbsolutePath();
    try {
      Path directory = absolute.getParent();
      boolean isOther = Files.exists(absolute) && !Files.isRegularFile(absolute);
      if (directory == null || isOther) { // a device, too, would be replaced
        throw new StoreException(
            Category.PERMANENT, "backup would be in the place of what is no file: file=" + file);
      }
      Path aside = Files.createTempFile(directory, absolute.getFileName() + ".", ".tmp");
      FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE);
      BackupWriter writer = new BackupWriter(absolute, aside, channel);
      writer.putHeader(nowMs);
      return writer;
    } catch (IOException e) {
      throw unwritten(file, e);
    }
  }

  private static StoreException unwritten(Path file, IOException e) {
    return new StoreException(Category.PERMANENT, "backup cannot be written: file=" + file, e);
  }

  private void putHeader(long nowMs) {
    buffer.put(BackupFormat.MAGIC);
    buffer.putInt(BackupFormat.MAJOR);
    buffer.putInt(BackupFormat.MINOR);
    buffer.putLong(nowMs);
  }

  /** Writes a record; their order is that of {@link BackupRecord}. */
  public void write(BackupRecord record) {
    write(BackupFormat.typeOf(record), BackupFormat.toBytes(record));
    records++;
  }

  private void write(int type, byte[] payload) {
    try {
      room(BackupFormat.RECORD_HEADER_LENGTH);
      buffer.putInt(type).putInt(payload.length);
      for (int at = 0; at < payload.length; ) {
        room(1);
        int length = Math.min(buffer.remaining(), payload.length - at);
        buffer.put(payload, at, length);
        at += length;
      }
      flush();
      buffer.putInt((int) checksum.getValue());
    } catch (IOException e) {
      throw unwritten(file, e);
    }
  }

  private void room(int length) throws IOException {
    if (buffer.remaining() < length) {
      flush();
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    checksum.update(buffer.duplicate());
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** Ends the backup and puts it in its place. */
  public void commit() {
    byte[] end = new byte[Long.BYTES];
    ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).putLong(records);
    write(BackupFormat.END, end);
    try {
      flush();
      channel.force(true);
      channel.close();
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      committed = true;
    } catch (IOException e) {
      throw unwritten(file, e);
    }
  }

  /** Deletes what was written, unless it was committed. */
  @Override
  public void close() {
    try {
      channel.close();
      if (!committed) {
        Files.deleteIfExists(aside);
      }
    } catch (IOException e) {
      throw unwritten(file, e);
    }
  }
}
