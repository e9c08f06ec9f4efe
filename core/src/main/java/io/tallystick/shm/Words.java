package io.tallystick.shm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Ordered access to the words of headers, off the update path. */
final class Words {
  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Words() {}

  static void putLongRelease(ByteBuffer direct, int offset, long word) {
    LONGS.setRelease(direct, offset, word);
  }

  static long getLongVolatile(ByteBuffer direct, int offset) {
    return (long) LONGS.getVolatile(direct, offset);
  }

  static boolean compareAndSet(ByteBuffer direct, int offset, long expected, long word) {
    return LONGS.compareAndSet(direct, offset, expected, word);
  }

  /** Reads a word before everything that is read after it, from direct and heap buffers alike. */
  static long getLongAcquire(ByteBuffer littleEndian, int offset) {
    long word = littleEndian.getLong(offset);
    VarHandle.acquireFence();
    return word;
  }
}
