package io.tallystick.shm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A column in an array, which tells after each store that there was one. One thread writes; others
 * may read its words.
 */
public final class WatchedColumn extends Column {
  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] words;
  private Runnable afterStore = () -> {};

  public WatchedColumn(int cells) {
    super(null, 0);
    this.words = new long[cells];
  }

  /** A column for one series of a summary with such quantiles, which starts at cell 0. */
  public static WatchedColumn of(QuantileShape shape) {
    return new WatchedColumn(CellLayout.SUMMARY_CELLS + QuantileLayout.cells(shape));
  }

  /** Calls this after each store; what it throws ends the store's method, as a kill would. */
  public void watch(Runnable action) {
    afterStore = action;
  }

  /** The words, as a reader sees them. */
  public LongBuffer words() {
    return LongBuffer.wrap(words);
  }

  @Override
  Column forOwner(@Nullable Thread next) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void addOwned(int cell, long amount) {
    putRelease(cell, words[cell] + amount);
  }

  @Override
  public void addOwned(int cell, double amount) {
    double sum = Double.longBitsToDouble(words[cell]) + amount;
    putRelease(cell, Double.doubleToRawLongBits(sum));
  }

  @Override
  public long getPlain(int cell) {
    return words[cell];
  }

  @Override
  public long getAcquire(int cell) {
    return words[cell];
  }

  @Override
  public void putRelease(int cell, long word) {
    WORDS.setRelease(words, cell, word);
    afterStore.run();
  }

  @Override
  boolean compareAndSet(int cell, long expected, long word) {
    if (words[cell] != expected) {
      return false;
    }
    putRelease(cell, word);
    return true;
  }
}
