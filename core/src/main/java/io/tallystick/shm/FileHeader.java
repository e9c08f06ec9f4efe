package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/** The header of a file, as a reader checks it. */
final class FileHeader {
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

  static String instance(ByteBuffer header) {
    byte[] text = new byte[header.getInt(FileLayout.INSTANCE_LENGTH_OFFSET)];
    header.get(FileLayout.INSTANCE_OFFSET, text);
    return new String(text, UTF_8);
  }
}
