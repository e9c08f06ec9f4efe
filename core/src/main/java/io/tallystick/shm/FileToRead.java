package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A process file or the retired file that was opened for reading and whose header is sound.
 *
 * @param header mapped, or a copy where nobody writes the file any more
 */
record FileToRead(FileChannel channel, ByteBuffer header, boolean isCopy) {
  /** What is said of a file whose mapped pages have gone. */
  static final String CUT = "file was cut while it was read";

  /**
   * Opens a file.
   *
   * @param dead whether nobody writes it; it is read and not mapped, unless another process may go
   *     on with it
   */
  static FileToRead open(Path file, boolean dead) throws IOException, CorruptFileException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      long size = channel.size();
      if (size < FileLayout.HEADER_LENGTH) {
        throw new CorruptFileException("file is shorter than its header: length=" + size);
      }
      ByteBuffer header = dead ? copyOfHeader(channel) : null;
      boolean copy = header != null && FileHeader.resumableMs(header) == 0;
      if (header == null || !copy) {
        header = channel.map(FileChannel.MapMode.READ_ONLY, 0, FileLayout.HEADER_LENGTH);
      }
      header.order(ByteOrder.LITTLE_ENDIAN);
      check(file, header);
      return new FileToRead(channel, header, copy);
    } catch (IOException | CorruptFileException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void check(Path file, ByteBuffer header) throws CorruptFileException {
    try {
      FileHeader.check(header);
      checkName(file, header);
      PageFaults.throwPending();
    } catch (InternalError e) {
      throw new CorruptFileException(CUT);
    }
  }

  private static ByteBuffer copyOfHeader(FileChannel channel) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(FileLayout.HEADER_LENGTH);
    while (header.hasRemaining() && channel.read(header, header.position()) >= 0) {
      // until it is full: a channel may give less than was asked for
    }
    return header.clear().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Refuses a copy of another process' file, which would count that process twice. */
  private static void checkName(Path file, ByteBuffer header) throws CorruptFileException {
    String name = String.valueOf(file.getFileName());
    Token token = Token.ofFileName(name, Directory.FILE_ENDING);
    boolean isRetired = header.getInt(FileLayout.KIND_OFFSET) == FileLayout.KIND_RETIRED;
    boolean fits =
        token == null
            ? isRetired || !name.equals(Directory.RETIRED)
            : !isRetired && token.equals(Token.get(header, FileLayout.TOKEN_OFFSET));
    if (!fits) {
      throw new CorruptFileException("file has another file's name");
    }
  }
}
