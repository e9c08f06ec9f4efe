package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/** The header of a file, as a reader checks it. */
final class FileHeader {
  /** How long the file of a process that was killed is left to the next one of its role. */
  static final long RESUMABLE_MS = 60_000;

  private static final long MOST_RESUMABLE_MS = 3_600_000;

  private FileHeader() {}

  static void write(
      ByteBuffer header, int kind, Token token, long createdMs, long pid, String instance) {
    header.putLong(FileLayout.MAGIC_OFFSET, FileLayout.MAGIC);
    header.putShort(FileLayout.MAJOR_OFFSET, FileLayout.MAJOR);
    header.putShort(FileLayout.MINOR_OFFSET, FileLayout.MINOR);
    header.putInt(FileLayout.KIND_OFFSET, kind);
    token.put(header, FileLayout.TOKEN_OFFSET);
    header.putLong(FileLayout.CREATED_MS_OFFSET, createdMs);
    header.putLong(FileLayout.ALIVE_MS_OFFSET, createdMs);
    header.putLong(FileLayout.PID_OFFSET, pid);
    byte[] text = instance.getBytes(UTF_8);
    int length = Math.min(text.length, FileLayout.MAX_INSTANCE_BYTES);
    header.putInt(FileLayout.INSTANCE_LENGTH_OFFSET, length);
    header.put(FileLayout.INSTANCE_OFFSET, text, 0, length);
  }

  /** Refuses what this version cannot read. */
  static void check(ByteBuffer header) throws CorruptFileException {
    long magic = header.getLong(FileLayout.MAGIC_OFFSET);
    if (magic != FileLayout.MAGIC) {
      throw new CorruptFileException("not a tallystick file: magic=" + Long.toHexString(magic));
    }
    int major = header.getShort(FileLayout.MAJOR_OFFSET) & 0xFFFF;
    if (major != FileLayout.MAJOR) {
      throw new CorruptFileException(
          "written by another version, which must read it: major="
              + major
              + " understood="
              + FileLayout.MAJOR);
    }
    int kind = header.getInt(FileLayout.KIND_OFFSET);
    if (kind != FileLayout.KIND_PROCESS && kind != FileLayout.KIND_RETIRED) {
      throw new CorruptFileException("unknown kind of file: kind=" + kind);
    }
    int instance = header.getInt(FileLayout.INSTANCE_LENGTH_OFFSET);
    if (instance < 0 || instance > FileLayout.MAX_INSTANCE_BYTES) {
      throw new CorruptFileException("instance name outside the header: length=" + instance);
    }
  }

  /** Refuses what is not a process file that this version can go on writing. */
  static void requireOwn(ByteBuffer header, Token token) throws CorruptFileException {
    check(header);
    int minor = header.getShort(FileLayout.MINOR_OFFSET) & 0xFFFF;
    if (minor > FileLayout.MINOR) {
      throw new CorruptFileException("written by a newer version: minor=" + minor);
    }
    boolean isItsOwn =
        header.getInt(FileLayout.KIND_OFFSET) == FileLayout.KIND_PROCESS
            && token.equals(Token.get(header, FileLayout.TOKEN_OFFSET));
    if (!isItsOwn) {
      throw new CorruptFileException("file has another file's name");
    }
  }

  /** Makes a dead process' header that of the process that goes on with its file. */
  static void resume(ByteBuffer header, long nowMs, long pid) {
    header.putShort(FileLayout.MINOR_OFFSET, FileLayout.MINOR);
    header.putLong(FileLayout.PID_OFFSET, pid);
    header.putLong(FileLayout.ALIVE_MS_OFFSET, nowMs);
    header.putLong(FileLayout.UNSHARED_SERIES_OFFSET, 0);
    header.putLong(FileLayout.OVERFLOWS_OFFSET, 0);
    header.putLong(FileLayout.CALLBACK_FAILURES_OFFSET, 0);
    header.putLong(FileLayout.UNMIRRORED_SERIES_OFFSET, 0);
    header.putLong(FileLayout.RESUMABLE_MS_OFFSET, RESUMABLE_MS);
  }

  /** How long a fold leaves the file to the next process of its role; 0 for none. */
  static long resumableMs(ByteBuffer header) {
    boolean isRetired = header.getInt(FileLayout.KIND_OFFSET) == FileLayout.KIND_RETIRED;
    long ms = isRetired ? 0 : header.getLong(FileLayout.RESUMABLE_MS_OFFSET);
    return ms > 0 && ms <= MOST_RESUMABLE_MS ? ms : 0;
  }

  static String instance(ByteBuffer header) {
    byte[] text = new byte[header.getInt(FileLayout.INSTANCE_LENGTH_OFFSET)];
    header.get(FileLayout.INSTANCE_OFFSET, text);
    return new String(text, UTF_8);
  }
}
