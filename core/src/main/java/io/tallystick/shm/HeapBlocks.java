package io.tallystick.shm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Blocks in the memory of this process, seen by no other. */
final class HeapBlocks extends Blocks {
  @Override
  boolean isHalfFull() {
    return false;
  }

  @Override
  ByteBuffer append(int kind, int column, int firstCell, int cells, int payloadBytes) {
    int length = FileLayout.align(FileLayout.BLOCK_HEADER_LENGTH + payloadBytes);
    ByteBuffer block = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    putHeader(block, kind, column, firstCell, cells, length);
    publish(block);
    return block;
  }
}
