package io.tallystick.scrape;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** A few buffers that were used before. Threading: any. */
final class BufferPool {
  private static final int KEPT = 2;

  private final BlockingQueue<ReusableBuffer> buffers = new ArrayBlockingQueue<>(KEPT);

  ReusableBuffer take() {
    ReusableBuffer buffer = buffers.poll();
    return buffer == null ? new ReusableBuffer() : buffer;
  }

  void give(ReusableBuffer buffer) {
    buffer.reset();
    if (!buffers.offer(buffer)) {
      return; // enough are kept
    }
  }
}
