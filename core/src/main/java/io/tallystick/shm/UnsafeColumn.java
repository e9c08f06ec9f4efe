package io.tallystick.shm;

import java.nio.ByteBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/** A column reached by its address, where the JVM opens {@code jdk.internal.misc} to Agrona. */
final class UnsafeColumn extends Column {
  private final long address;
  private final ByteBuffer cells; // keeps the mapping

  UnsafeColumn(@Nullable Thread owner, int number, ByteBuffer cells) {
    super(owner, number);
    this.cells = cells;
    this.address = new UnsafeBuffer(cells).addressOffset();
  }

  @Override
  Column forOwner(@Nullable Thread next) {
    return new UnsafeColumn(next, number, cells);
  }

  @Override
  public void addOwned(int cell, long amount) {
    long at = address + ((long) cell << 3);
    UnsafeApi.putLongRelease(null, at, UnsafeApi.getLong(at) + amount);
  }

  @Override
  public void addOwned(int cell, double amount) {
    long at = address + ((long) cell << 3);
    double sum = Double.longBitsToDouble(UnsafeApi.getLong(at)) + amount;
    UnsafeApi.putLongRelease(null, at, Double.doubleToRawLongBits(sum));
  }

  @Override
  public long getPlain(int cell) {
    return UnsafeApi.getLong(address + ((long) cell << 3));
  }

  @Override
  public long getAcquire(int cell) {
    return UnsafeApi.getLongAcquire(null, address + ((long) cell << 3));
  }

  @Override
  public void putRelease(int cell, long word) {
    UnsafeApi.putLongRelease(null, address + ((long) cell << 3), word);
  }

  @Override
  boolean compareAndSet(int cell, long expected, long word) {
    return UnsafeApi.compareAndSetLong(null, address + ((long) cell << 3), expected, word);
  }
}
