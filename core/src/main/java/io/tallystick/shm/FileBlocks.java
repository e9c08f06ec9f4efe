package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Blocks at the end of a file.
 *
 * <p>A block's zeros are written through the channel before it is mapped, so that its pages have
 * their disk blocks and no access can fault on a full file system; what a failed or killed append
 * left behind the published length is written over by the next one.
 *
 * <p>An interrupt closes the channel of whoever it finds in a call. That must not end the file's
 * growth, so it is opened again, and the interrupt is left for the thread to see.
 */
final class FileBlocks extends Blocks {
  private static final int ZEROS_LENGTH = 64 << 10;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ZEROS_LENGTH);

  private final MappedByteBuffer header;
  private final long maxBytes;
  private Path path;
  private FileChannel channel;
  private boolean closed;
  private long end = FileLayout.HEADER_LENGTH;

  private FileBlocks(
      Path path, FileChannel channel, long maxBytes, MappedByteBuffer header, long end) {
    this.path = path;
    this.channel = channel;
    this.maxBytes = maxBytes;
    this.header = header;
    this.end = end;
  }

  private FileBlocks(Path path, FileChannel channel, long maxBytes) throws IOException {
    this.path = path;
    this.channel = channel;
    this.maxBytes = maxBytes;
    writeZeros(channel, 0, FileLayout.HEADER_LENGTH);
    this.header = channel.map(FileChannel.MapMode.READ_WRITE, 0, FileLayout.HEADER_LENGTH);
    header.order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(FileLayout.PUBLISHED_LENGTH_OFFSET, end);
  }

  /** Creates a file that must not be there, with a header of zeros. */
  static FileBlocks create(Path path, long maxBytes) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            Permissions.file(path));
    try {
      return new FileBlocks(path, channel, maxBytes);
    } catch (IOException | RuntimeException e) {
      channel.close();
      Files.deleteIfExists(path);
      throw e;
    }
  }

  /**
   * Opens a file that nobody writes, to go on with it.
   *
   * @throws CorruptFileException where its header or the lengths of its blocks are not right
   */
  static FileBlocks reopen(Path path, long maxBytes) throws IOException, CorruptFileException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    boolean isReopened = false;
    try {
      if (channel.size() < FileLayout.HEADER_LENGTH) {
        throw new CorruptFileException("file is shorter than its header: length=" + channel.size());
      }
      giveBlocks(channel);
      MappedByteBuffer header =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, FileLayout.HEADER_LENGTH);
      header.order(ByteOrder.LITTLE_ENDIAN);
      FileHeader.check(header);
      long end = header.getLong(FileLayout.PUBLISHED_LENGTH_OFFSET);
      List<ByteBuffer> blocks = new ArrayList<>();
      CorruptFileException fault = BlockWalk.writable(channel).addUpTo(end, blocks);
      if (fault != null) {
        throw fault;
      }
      FileBlocks reopened = new FileBlocks(path, channel, maxBytes, header, end);
      blocks.forEach(reopened::publish);
      isReopened = true;
      return reopened;
    } finally {
      if (!isReopened) {
        channel.close();
      }
    }
  }

  /**
   * Writes every byte of a file once more, as it is: what somebody copied with holes has its blocks
   * then, and no access can fault.
   */
  private static void giveBlocks(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(ZEROS_LENGTH);
    long position = 0;
    while (channel.read(bytes.clear(), position) > 0) {
      bytes.flip();
      while (bytes.hasRemaining()) {
        position += channel.write(bytes, position);
      }
    }
  }

  MappedByteBuffer header() {
    return header;
  }

  /** Gives the file its name, in one step and in the place of what has that name. */
  void moveTo(Path name) throws IOException {
    Files.move(path, name, StandardCopyOption.ATOMIC_MOVE);
    path = name;
  }

  /** Puts the file on its disk. */
  void force() throws IOException {
    Interrupts.shield(
        () -> {
          open().force(true);
          return channel;
        });
  }

  /** Closes the channel; what is mapped stays. */
  void close() throws IOException {
    closed = true;
    channel.close();
  }

  @Override
  ByteBuffer append(int kind, int column, int firstCell, int cells, int payloadBytes)
      throws IOException {
    return Interrupts.shield(() -> tryAppend(kind, column, firstCell, cells, payloadBytes));
  }

  @Override
  boolean isHalfFull() {
    return end > maxBytes / 2;
  }

  private FileChannel open() throws IOException {
    if (!channel.isOpen()) {
      if (closed) {
        throw new ClosedChannelException();
      }
      channel =
          FileChannel.open(
              path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }
    return channel;
  }

  private ByteBuffer tryAppend(int kind, int column, int firstCell, int cells, int payloadBytes)
      throws IOException {
    int length = FileLayout.align(FileLayout.BLOCK_HEADER_LENGTH + payloadBytes);
    if (end + length > maxBytes) {
      throw new NoRoomException("process file is at its limit: tallystick.maxBytes=" + maxBytes);
    }
    writeZeros(open(), end, length);
    MappedByteBuffer block = channel.map(FileChannel.MapMode.READ_WRITE, end, length);
    block.order(ByteOrder.LITTLE_ENDIAN);
    putHeader(block, kind, column, firstCell, cells, length);
    end += length;
    Words.putLongRelease(header, FileLayout.PUBLISHED_LENGTH_OFFSET, end);
    publish(block);
    return block;
  }

  /** Gives a part of a file its blocks, which are zero then. */
  static void writeZeros(FileChannel channel, long position, int length) throws IOException {
    int written = 0;
    while (written < length) {
      ByteBuffer zeros = ZEROS.duplicate();
      zeros.limit(Math.min(ZEROS_LENGTH, length - written));
      try {
        written += channel.write(zeros, position + written);
      } catch (ClosedByInterruptException e) {
        throw e;
      } catch (IOException e) {
        throw new NoRoomException(e); // its text says why, in the language of the system
      }
    }
  }
}
