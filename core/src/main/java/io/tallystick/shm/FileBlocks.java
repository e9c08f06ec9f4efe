package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Blocks at the end of a file.
 *
 * <p>A block's zeros are written through the channel before it is mapped, so that its pages have
 * their disk blocks and no access can fault on a full file system; what a failed or killed append
 * left behind the published length is written over by the next one.
 */
final class FileBlocks extends Blocks {
  private static final int ZEROS_LENGTH = 64 << 10;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ZEROS_LENGTH);

  private final FileChannel channel;
  private final MappedByteBuffer header;
  private final long maxBytes;
  private long end = FileLayout.HEADER_LENGTH;

  /** Writes and maps the header of an empty file. */
  FileBlocks(FileChannel channel, long maxBytes) throws IOException {
    this.channel = channel;
    this.maxBytes = maxBytes;
    writeZeros(channel, 0, FileLayout.HEADER_LENGTH);
    this.header = channel.map(FileChannel.MapMode.READ_WRITE, 0, FileLayout.HEADER_LENGTH);
    header.order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(FileLayout.PUBLISHED_LENGTH_OFFSET, end);
  }

  MappedByteBuffer header() {
    return header;
  }

  @Override
  ByteBuffer append(int kind, int column, int firstCell, int cells, int payloadBytes)
      throws IOException {
    int length = FileLayout.align(FileLayout.BLOCK_HEADER_LENGTH + payloadBytes);
    if (end + length > maxBytes) {
      throw new NoRoomException("process file is at its limit: tallystick.maxBytes=" + maxBytes);
    }
    writeZeros(channel, end, length);
    MappedByteBuffer block = channel.map(FileChannel.MapMode.READ_WRITE, end, length);
    block.order(ByteOrder.LITTLE_ENDIAN);
    putHeader(block, kind, column, firstCell, cells, length);
    end += length;
    Words.putLongRelease(header, FileLayout.PUBLISHED_LENGTH_OFFSET, end);
    publish(block);
    return block;
  }

  private static void writeZeros(FileChannel channel, long position, int length)
      throws IOException {
    int written = 0;
    while (written < length) {
      ByteBuffer zeros = ZEROS.duplicate();
      zeros.limit(Math.min(ZEROS_LENGTH, length - written));
      try {
        written += channel.write(zeros, position + written);
      } catch (IOException e) {
        throw new NoRoomException(e); // its text says why, in the language of the system
      }
    }
  }
}
