package io.tallystick.shm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Where the blocks of a log live: in a file, or in the heap of the process where a file cannot
 * grow.
 */
abstract class Blocks {
  private final List<ByteBuffer> published = new CopyOnWriteArrayList<>();

  /**
   * Appends a block with a payload of zeros and publishes it.
   *
   * @return the whole block, little-endian, at a fixed address
   * @throws IOException where there is no room; nothing was appended then
   */
  abstract ByteBuffer append(int kind, int column, int firstCell, int cells, int payloadBytes)
      throws IOException;

  /** Whether half of what there may be is used, so that only what is needed should be added. */
  abstract boolean isHalfFull();

  /** Adds the blocks that were published since the {@code known} first ones. */
  final void addSince(int known, List<ByteBuffer> into) {
    for (int i = known; i < published.size(); i++) {
      into.add(published.get(i).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  /** All blocks that were published, as they can be written. */
  final List<ByteBuffer> all() {
    return published;
  }

  /** Makes a block known to the readers of this process. */
  final void publish(ByteBuffer block) {
    published.add(block);
  }

  static void putHeader(
      ByteBuffer block, int kind, int column, int firstCell, int cells, long lengthBytes) {
    block.putInt(FileLayout.BLOCK_KIND_OFFSET, kind);
    block.putInt(FileLayout.BLOCK_COLUMN_OFFSET, column);
    block.putLong(FileLayout.BLOCK_LENGTH_OFFSET, lengthBytes);
    block.putInt(FileLayout.BLOCK_FIRST_CELL_OFFSET, firstCell);
    block.putInt(FileLayout.BLOCK_CELLS_OFFSET, cells);
  }
}
