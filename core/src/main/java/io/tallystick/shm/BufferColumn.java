package io.tallystick.shm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A column reached through a mapped buffer, on any JVM without a flag.
 *
 * <p>The owner's path uses the long view of the buffer behind a release fence: an aligned element
 * of a direct long buffer is one load or one store, and the JIT compiles it to less than a var
 * handle's access. Atomic access goes through a var handle.
 */
final class BufferColumn extends Column {
  private static final VarHandle LONGS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final LongBuffer words;
  private final ByteBuffer cells;

  BufferColumn(@Nullable Thread owner, int number, ByteBuffer cells) {
    super(owner, number);
    this.cells = cells;
    this.words = cells.asLongBuffer();
  }

  @Override
  Column forOwner(@Nullable Thread next) {
    return new BufferColumn(next, number, cells);
  }

  @Override
  public void addOwned(int cell, long amount) {
    VarHandle.releaseFence();
    words.put(cell, words.get(cell) + amount);
  }

  @Override
  public void addOwned(int cell, double amount) {
    VarHandle.releaseFence();
    double sum = Double.longBitsToDouble(words.get(cell)) + amount;
    words.put(cell, Double.doubleToRawLongBits(sum));
  }

  @Override
  public long getPlain(int cell) {
    return words.get(cell);
  }

  @Override
  public long getAcquire(int cell) {
    return (long) LONGS.getAcquire(cells, cell << 3);
  }

  @Override
  public void putRelease(int cell, long word) {
    VarHandle.releaseFence();
    words.put(cell, word);
  }

  @Override
  boolean compareAndSet(int cell, long expected, long word) {
    return LONGS.compareAndSet(cells, cell << 3, expected, word);
  }
}
