package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a file in order, each as a buffer, found again from where the last walk ended.
 * Every length is checked against the file before use.
 */
final class BlockWalk {
  /** Files up to this length are read, not mapped: cheaper for a file that is read once. */
  static final int READ_AT_MOST = 256 << 10;

  private static final long MAP_AT_MOST = 1L << 30;

  private final FileChannel channel;
  private final boolean copy;
  private final FileChannel.MapMode mode;
  private long position = FileLayout.HEADER_LENGTH;
  private long mappedLength;
  private int blocks;
  private @Nullable CorruptFileException fault;

  BlockWalk(FileChannel channel) {
    this(channel, false);
  }

  /**
   * @param copy whether to read the blocks and not to map them; only for files that nobody writes
   */
  BlockWalk(FileChannel channel, boolean copy) {
    this(channel, copy, FileChannel.MapMode.READ_ONLY);
  }

  private BlockWalk(FileChannel channel, boolean copy, FileChannel.MapMode mode) {
    this.channel = channel;
    this.copy = copy;
    this.mode = mode;
    this.mappedLength = copy ? 0 : FileLayout.HEADER_LENGTH;
  }

  /** A walk whose blocks can be written. */
  static BlockWalk writable(FileChannel channel) {
    return new BlockWalk(channel, false, FileChannel.MapMode.READ_WRITE);
  }

  /** Whether nothing of the file is mapped and nothing will be. */
  boolean isCopied() {
    return copy && mappedLength == 0;
  }

  /** Where the last mapped block ends. */
  long mappedLength() {
    return mappedLength;
  }

  /**
   * Adds the blocks between the last walk's end and a published length.
   *
   * @return the first fault, behind which there are no blocks any more; or null
   */
  @Nullable CorruptFileException addUpTo(long publishedLength, List<ByteBuffer> into)
      throws IOException {
    if (publishedLength == position || fault != null) {
      return fault;
    }
    try {
      long size = channel.size();
      walk(Math.min(publishedLength, size), into);
      if (publishedLength < position || publishedLength > size) {
        throw new CorruptFileException(
            "published length outside the file: publishedLength="
                + publishedLength
                + " fileLength="
                + size);
      }
    } catch (CorruptFileException e) {
      fault = e;
    }
    return fault;
  }

  private void walk(long publishedLength, List<ByteBuffer> into)
      throws IOException, CorruptFileException {
    while (position < publishedLength) {
      ByteBuffer window = window(Math.min(publishedLength - position, MAP_AT_MOST));
      int before = into.size();
      int taken = split(window, publishedLength, into);
      if (into.size() == before) {
        throw new CorruptFileException("block is too long: position=" + position);
      }
      position += taken;
    }
  }

  private int split(ByteBuffer window, long publishedLength, List<ByteBuffer> into)
      throws CorruptFileException {
    int at = 0;
    while (at < window.limit()) {
      int left = window.limit() - at;
      if (left < FileLayout.BLOCK_HEADER_LENGTH) {
        return shortOf(at, publishedLength);
      }
      long length = window.getLong(at + FileLayout.BLOCK_LENGTH_OFFSET);
      if (length < FileLayout.BLOCK_HEADER_LENGTH
          || length % FileLayout.ALIGNMENT != 0
          || length > publishedLength - position - at) {
        throw new CorruptFileException(
            "block length outside the file: position=" + (position + at) + " length=" + length);
      }
      if (length > left) {
        return at;
      }
      if (++blocks > FileLayout.MAX_BLOCKS) {
        throw new CorruptFileException("too many blocks: blocks=" + blocks);
      }
      into.add(window.slice(at, (int) length).order(ByteOrder.LITTLE_ENDIAN));
      at += (int) length;
    }
    return at;
  }

  private int shortOf(int at, long publishedLength) throws CorruptFileException {
    if (publishedLength - position - at < FileLayout.BLOCK_HEADER_LENGTH) {
      throw new CorruptFileException("block is cut: position=" + (position + at));
    }
    return at;
  }

  private ByteBuffer window(long length) throws IOException, CorruptFileException {
    if (!copy || length > READ_AT_MOST) {
      mappedLength = position + length;
      return channel.map(mode, position, length).order(ByteOrder.LITTLE_ENDIAN);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new CorruptFileException("file is cut: length=" + channel.size());
      }
    }
    return bytes.flip();
  }
}
