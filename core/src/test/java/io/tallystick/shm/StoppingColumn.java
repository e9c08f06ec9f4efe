package io.tallystick.shm;

import java.nio.LongBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A column whose writer stops at a store, as a killed one does: that store and all later ones are
 * not made.
 */
public final class StoppingColumn extends Column {
  private final LongBuffer words;
  private long storesLeft;

  /** A column of zeros in the heap. */
  public StoppingColumn(int cells, long stores) {
    super(null, 0);
    this.words = LongBuffer.allocate(cells);
    this.storesLeft = stores;
  }

  /** The cells as a reader sees them. */
  public LongBuffer words() {
    return words;
  }

  /** Lets a next writer go on. */
  public void resume() {
    storesLeft = Long.MAX_VALUE;
  }

  /** Lets the writer make so many more stores. */
  void stopAfter(long stores) {
    storesLeft = stores;
  }

  private void store(int cell, long word) {
    if (storesLeft-- <= 0) {
      throw new Stopped();
    }
    words.put(cell, word);
  }

  @Override
  Column forOwner(@Nullable Thread next) {
    return this;
  }

  @Override
  public void addOwned(int cell, long amount) {
    store(cell, words.get(cell) + amount);
  }

  @Override
  public void addOwned(int cell, double amount) {
    double sum = Double.longBitsToDouble(words.get(cell)) + amount;
    store(cell, Double.doubleToRawLongBits(sum));
  }

  @Override
  public long getPlain(int cell) {
    return words.get(cell);
  }

  @Override
  public long getAcquire(int cell) {
    return words.get(cell);
  }

  @Override
  public void putRelease(int cell, long word) {
    store(cell, word);
  }

  @Override
  boolean compareAndSet(int cell, long expected, long word) {
    if (words.get(cell) != expected) {
      return false;
    }
    store(cell, word);
    return true;
  }

  /** What ends the writer. */
  public static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
