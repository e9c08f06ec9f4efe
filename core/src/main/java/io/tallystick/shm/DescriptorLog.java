package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The records that a process publishes, back to back in blocks that are appended as they fill.
 *
 * <p>Threading: callers hold the process file's lock. Order: a record is published by a release
 * store of its block's published bytes, which pairs with {@link ProcessFileReader}'s acquire.
 */
final class DescriptorLog {
  private static final int MIN_BYTES = 4 << 10;
  private static final int MAX_BYTES = 1 << 20;

  /** A block is at least this fraction of those that there are. */
  private static final int GROWTH_DIVISOR = 16;

  private final Blocks blocks;
  private @Nullable ByteBuffer present;
  private int bytes; // of all blocks, for their growth
  private int published; // of the present block

  DescriptorLog(Blocks blocks) {
    this.blocks = blocks;
  }

  /** Goes on behind the records of a block that a dead process wrote. */
  void take(ByteBuffer block) {
    present = block;
    bytes += block.capacity();
    published = (int) block.getLong(FileLayout.BLOCK_PUBLISHED_OFFSET);
  }

  /** Makes room for a record of this length in the present block, so that it can be published. */
  ByteBuffer reserve(int length) throws IOException {
    ByteBuffer block = present;
    if (block != null && block.capacity() - FileLayout.BLOCK_HEADER_LENGTH - published >= length) {
      return block;
    }
    int grown = Math.max(MIN_BYTES, bytes / GROWTH_DIVISOR);
    int payload = Math.max(length, Math.min(grown, MAX_BYTES));
    payload = FileLayout.align(payload + FileLayout.BLOCK_HEADER_LENGTH);
    block =
        blocks.append(
            FileLayout.BLOCK_DESCRIPTORS, 0, 0, 0, payload - FileLayout.BLOCK_HEADER_LENGTH);
    present = block;
    bytes += payload;
    published = 0;
    return block;
  }

  void publish(byte[] record) throws IOException {
    ByteBuffer block = reserve(record.length);
    block.put(FileLayout.BLOCK_HEADER_LENGTH + published, record);
    published += record.length;
    Words.putLongRelease(block, FileLayout.BLOCK_PUBLISHED_OFFSET, published);
  }
}
