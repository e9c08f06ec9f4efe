package io.tallystick.store.chronicle;

import io.tallystick.shm.Interrupts;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the entries were that a call has changed, in the file {@code undo}: of each its map, its
 * key, and its value or that there was none.
 *
 * <p>A record holds once {@link ControlFile#undoLength} has grown by it, which is before its map is
 * touched. Little-endian: an int each for the map and the lengths of key and value, −1 for no
 * value, then both. Threading: who has the directory's lock.
 */
final class UndoLog {
  private static final int HEADER = 3 * Integer.BYTES;
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
    control.setUndoLengthVolatile(end);
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
                    OwnFiles.fill(channel, present, wanted);
                  }
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

  /** The records that hold, the last one first. */
  List<Before> backwards() {
    long length = control.undoLength();
    ensure(length);
    List<Before> records = new ArrayList<>();
    for (int at = 0; at < length; ) {
      byte[] key = new byte[bytes.getInt(at + Integer.BYTES)];
      int valueLength = bytes.getInt(at + 2 * Integer.BYTES);
      byte[] value = valueLength == NONE ? null : new byte[valueLength];
      bytes.get(at + HEADER, key);
      if (value != null) {
        bytes.get(at + HEADER + key.length, value);
      }
      records.add(new Before(MapKind.of(bytes.getInt(at)), key, value));
      at += HEADER + key.length + Math.max(0, valueLength);
    }
    Collections.reverse(records);
    return records;
  }

  /** Takes the changes for done. */
  void clear() {
    control.setUndoLengthVolatile(0);
  }
}
