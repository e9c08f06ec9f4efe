package io.tallystick.store.chronicle;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The words that all users of a directory share, in the file {@code control}.
 *
 * <pre>
 *   0        8         12        16        20       24        32     40           48     56
 *   +--------+---------+---------+---------+--------+---------+------+------------+------+
 *   | magic  | version | damaged | owner   | inside | undo    | lost | recoveries | boot |
 *   +--------+---------+---------+---------+--------+---------+------+------------+------+
 *   56 and on: the generation of each map
 * </pre>
 *
 * <p>A file of zeros is one that is not in use yet. Little-endian. Threading: {@code owner} is
 * taken and given by who wants the lock, with the order that the methods name; the others are read
 * and written by its owner alone, and by who has found the owner dead.
 */
final class ControlFile {
  static final int NOBODY = 0;

  private static final int LENGTH = 4_096;
  private static final int MAPS = (1 << Short.SIZE) - 1; // of "damaged": what is above are suspects
  private static final long MAGIC = 0x54_4c_59_43_48_52_4f_4eL;
  private static final int VERSION = 2;

  private static final int MAGIC_AT = 0;
  private static final int VERSION_AT = 8;
  private static final int DAMAGED_AT = 12;
  private static final int OWNER_AT = 16;
  private static final int INSIDE_AT = 20;
  private static final int UNDO_AT = 24;
  private static final int LOST_AT = 32;
  private static final int RECOVERIES_AT = 40;
  private static final int BOOT_AT = 48;
  private static final int GENERATIONS_AT = 56;

  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, LITTLE_ENDIAN);

  private final ByteBuffer bytes;

  private ControlFile(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /** Maps the file of a directory, which is made where there is none. */
  static ControlFile map(Path file) throws IOException {
    try (FileChannel channel = OwnFiles.open(file)) {
      if (channel.size() < LENGTH) { // several may: nobody uses the last byte
        OwnFiles.fill(channel, LENGTH - 1, LENGTH);
      }
      return new ControlFile(channel.map(FileChannel.MapMode.READ_WRITE, 0, LENGTH));
    }
  }

  /** Makes it the control file of this version where it is none yet. By the lock's owner. */
  void claim(Path directory) {
    long magic = (long) LONG.get(bytes, MAGIC_AT);
    if (magic == 0) {
      INT.set(bytes, VERSION_AT, VERSION);
      LONG.setRelease(bytes, MAGIC_AT, MAGIC);
      return;
    }
    int version = (int) INT.get(bytes, VERSION_AT);
    if (magic != MAGIC || version != VERSION) {
      throw new StoreException(
          magic == MAGIC ? Category.PERMANENT : Category.CORRUPT,
          "directory is of no known version: directory=" + directory + " version=" + version);
    }
  }

  /** The slot of who has the lock, plus one. */
  int ownerVolatile() {
    return (int) INT.getVolatile(bytes, OWNER_AT);
  }

  /** Puts one owner in the place of another. Pairs with {@link #freeRelease}. */
  boolean compareAndSetOwner(int expected, int owner) {
    return INT.compareAndSet(bytes, OWNER_AT, expected, owner);
  }

  /** Gives the lock back, behind all that was written under it. */
  void freeRelease() {
    INT.setRelease(bytes, OWNER_AT, NOBODY);
  }

  /** Says that its map is in use from here on, before anything of the map is touched. */
  void enterVolatile(MapKind kind) {
    INT.setVolatile(bytes, INSIDE_AT, 1 << kind.code);
  }

  void leaveRelease() {
    INT.setRelease(bytes, INSIDE_AT, 0);
  }

  /** Says of a map that it may be damaged, until it is recovered. */
  void distrustVolatile(MapKind kind) {
    INT.setVolatile(bytes, DAMAGED_AT, (int) INT.get(bytes, DAMAGED_AT) | 1 << kind.code);
  }

  /** Whether a map may be damaged: so it was said, or its user has died inside. */
  boolean isDistrusted(MapKind kind) {
    return (distrusted() & (1 << kind.code)) != 0;
  }

  private int distrusted() {
    return ((int) INT.get(bytes, DAMAGED_AT) & MAPS) | (int) INT.get(bytes, INSIDE_AT);
  }

  /** Says of a map that entries of it may be lost that others go with, until it is repaired. */
  void suspectVolatile(MapKind kind) {
    INT.setVolatile(bytes, DAMAGED_AT, (int) INT.get(bytes, DAMAGED_AT) | suspicion(kind));
  }

  boolean isSuspect(MapKind kind) {
    return ((int) INT.get(bytes, DAMAGED_AT) & suspicion(kind)) != 0;
  }

  /** Says of a map that it was repaired. */
  void acquitVolatile(MapKind kind) {
    INT.setVolatile(bytes, DAMAGED_AT, (int) INT.get(bytes, DAMAGED_AT) & ~suspicion(kind));
  }

  private static int suspicion(MapKind kind) {
    return 1 << (kind.code + Short.SIZE);
  }

  /** Says of a map that it was recovered. */
  void trust(MapKind kind) {
    int others = ~(1 << kind.code);
    INT.setVolatile(bytes, INSIDE_AT, (int) INT.get(bytes, INSIDE_AT) & others);
    INT.setVolatile(bytes, DAMAGED_AT, (int) INT.get(bytes, DAMAGED_AT) & others);
  }

  boolean isTrusted() {
    return distrusted() == 0;
  }

  /** How many bytes of the undo log hold. */
  long undoLength() {
    return (long) LONG.get(bytes, UNDO_AT);
  }

  /** Makes records hold, behind all that was written of them; none by 0. */
  void setUndoLengthVolatile(long length) {
    LONG.setVolatile(bytes, UNDO_AT, length);
  }

  /** How many entries recoveries could not save. */
  long lost() {
    return (long) LONG.get(bytes, LOST_AT);
  }

  long recoveries() {
    return (long) LONG.get(bytes, RECOVERIES_AT);
  }

  /** Counts a recovery. */
  void recovered(long lostEntries) {
    LONG.set(bytes, LOST_AT, lost() + lostEntries);
    LONG.set(bytes, RECOVERIES_AT, recoveries() + 1);
  }

  /** What tells this run of the host from others; 0 at first. */
  long boot() {
    return (long) LONG.get(bytes, BOOT_AT);
  }

  void setBoot(long boot) {
    LONG.set(bytes, BOOT_AT, boot);
  }

  /** The number of a map's file; another one than before where the map was recovered. */
  long generation(MapKind kind) {
    return (long) LONG.get(bytes, GENERATIONS_AT + kind.code * Long.BYTES);
  }

  void setGenerationVolatile(MapKind kind, long generation) {
    LONG.setVolatile(bytes, GENERATIONS_AT + kind.code * Long.BYTES, generation);
  }
}
