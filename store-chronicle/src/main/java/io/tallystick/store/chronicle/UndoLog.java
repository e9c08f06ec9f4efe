package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.tallystick.shm.Interrupts;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What the entries were that a call has changed, in the file {@code undo}: of each its map, its
 * key, and its value or that there was none.
 *
 * <p>A record holds once {@link ControlFile#undoLength} has grown by it, which is before its map is
 * touched. Little-endian: an int each for the map, the lengths of key and value, −1 for no value,
 * and the CRC-32C of all else, then both. Threading: who has the directory's lock.
 */
final class UndoLog {
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private static final int CHECKSUM = 3 * Integer.BYTES;
  private static final int HEADER = CHECKSUM + Integer.BYTES;
  private static final int NONE = -1;
  private static final long FIRST_LENGTH = 1 << 20;
  private static final long MOST = Integer.MAX_VALUE - 8L;

  private final Path file;
  private final ControlFile control;
  private ByteBuffer bytes = ByteBuffer.allocate(0);

  UndoLog(Path file, ControlFile control) {
    this.file = file;
    this.control = control;
  }

  /** What was there before a change. */
  static final class Before {
    final MapKind map;
    final byte[] key;
    final byte @Nullable [] value; // null where there was no entry

    private Before(MapKind map, byte[] key, byte @Nullable [] value) {
      this.map = map;
      this.key = key;
      this.value = value;
    }

    int length() {
      return value == null ? 0 : value.length;
    }
  }

  /** Writes down what an entry is. */
  void append(MapKind map, byte[] key, byte @Nullable [] value) {
    long at = control.undoLength();
    int valueLength = value == null ? 0 : value.length;
    long end = at + HEADER + key.length + valueLength;
    ensure(end);
    int index = (int) at;
    bytes.putInt(index, map.code);
    bytes.putInt(index + Integer.BYTES, key.length);
    bytes.putInt(index + 2 * Integer.BYTES, value == null ? NONE : valueLength);
    bytes.put(index + HEADER, key);
    if (value != null) {
      bytes.put(index + HEADER + key.length, value);
    }
    bytes.putInt(index + CHECKSUM, checksum(index, (int) end));
    control.setUndoLengthVolatile(end);
  }

  private int checksum(int from, int to) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.slice(from, CHECKSUM));
    checksum.update(bytes.slice(from + HEADER, to - from - HEADER));
    return (int) checksum.getValue();
  }

  private void ensure(long length) {
    if (length > bytes.capacity()) {
      map(length);
    }
  }

  private void map(long length) {
    if (length > MOST) {
      throw new StoreException(Category.PERMANENT, "too much for one call: bytes=" + length);
    }
    try {
      bytes =
          Interrupts.shield(
              () -> {
                try (FileChannel channel = OwnFiles.open(file)) {
                  long present = channel.size();
                  long wanted = Math.max(FIRST_LENGTH, Math.max(present, length));
                  if (length > present) {
                    wanted = Math.min(MOST, Math.max(wanted, 2 * present));
                  }
                  OwnFiles.fill(channel, present, wanted);
                  long mapped = Math.min(wanted, MOST);
                  return channel
                      .map(FileChannel.MapMode.READ_WRITE, 0, mapped)
                      .order(ByteOrder.LITTLE_ENDIAN);
                }
              });
    } catch (IOException e) {
      throw new StoreException(
          Category.PERMANENT, "no room for what a call changes: file=" + file + " cause=" + e, e);
    }
  }

  /**
   * What each entry was before its first change. Ends at a record that the host's loss of power has
   * damaged, which is logged.
   */
  Collection<Before> first() {
    Map<String, Before> first = new LinkedHashMap<>();
    long length = control.undoLength();
    int at = 0;
    for (Before before = next(at, length); before != null; before = next(at, length)) {
      String name = before.map.code + new String(before.key, ISO_8859_1);
      first.putIfAbsent(name, before);
      at += HEADER + before.key.length + before.length();
    }
    if (at != length) {
      LOG.log(
          System.Logger.Level.WARNING,
          "changes cannot be taken back, their log is damaged: file={0} bytes={1} at={2}",
          file,
          length,
          at);
    }
    return first.values();
  }

  /** The record at an index; null where there is none that is whole. */
  private @Nullable Before next(int at, long length) {
    if (length - at < HEADER || length > MOST) {
      return null;
    }
    ensure(length);
    int code = bytes.getInt(at);
    int keyLength = bytes.getInt(at + Integer.BYTES);
    int valueLength = bytes.getInt(at + 2 * Integer.BYTES);
    long end = (long) at + HEADER + keyLength + Math.max(0, valueLength);
    if (keyLength < 0
        || valueLength < NONE
        || end > length
        || bytes.getInt(at + CHECKSUM) != checksum(at, (int) end)) {
      return null;
    }
    byte[] key = new byte[keyLength];
    bytes.get(at + HEADER, key);
    byte[] value = null;
    if (valueLength != NONE) {
      value = new byte[valueLength];
      bytes.get(at + HEADER + keyLength, value);
    }
    return new Before(MapKind.of(code), key, value);
  }

  /** Takes the changes for done. */
  void clear() {
    control.setUndoLengthVolatile(0);
  }
}
