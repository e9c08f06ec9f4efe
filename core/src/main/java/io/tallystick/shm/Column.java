package io.tallystick.shm;

import org.jspecify.annotations.Nullable;

/**
 * One copy of the cells of a segment: a thread's own, or one that several threads share.
 *
 * <p>Threading: the owner adds with plain reads and release writes; others only read. Whoever has
 * no column adds to a shared one, by compare-and-set. A thread owns its column for as long as it
 * lives, and this object never has another owner: when the owner was seen dead, which orders its
 * last write before whatever follows, {@code owner} becomes null and the same memory gets a new
 * {@code Column} for its next owner.
 *
 * <p>This is the one place that touches mapped memory on an update. Of its implementations a JVM
 * loads one, so that calls are bound statically. A cell is an index, not checked: it comes from the
 * allocation that made the segment large enough.
 */
public abstract class Column {
  final int number;
  @Nullable Thread owner; // written at construction and, to null, by the agent; racy reads miss

  Column(@Nullable Thread owner, int number) {
    this.owner = owner;
    this.number = number;
  }

  /** Of no thread, so that a look-up has something to miss. */
  public static Column none() {
    return Columns.NONE;
  }

  /** Whether a thread owns it. That no other one does can be seen by that thread alone. */
  public final boolean isOf(Thread thread) {
    return owner == thread;
  }

  /** Whether its owner has died, or it never had one. */
  public final boolean isOfNobody() {
    return owner == null;
  }

  /** The same memory for another owner. */
  abstract Column forOwner(@Nullable Thread next);

  /** Adds to a cell of a column that the calling thread owns. */
  public abstract void addOwned(int cell, long amount);

  /** Adds to a cell of a column that the calling thread owns. */
  public abstract void addOwned(int cell, double amount);

  /** The cell's word, with plain order. */
  public abstract long getPlain(int cell);

  /** The cell's word; what was written before it is seen by what is read after it. */
  public abstract long getAcquire(int cell);

  /** Stores a word after everything that was written before. */
  public abstract void putRelease(int cell, long word);

  /** Replaces a word that is as expected; false where another thread was first. */
  abstract boolean compareAndSet(int cell, long expected, long word);

  /** Adds to the double in a cell atomically. */
  public final void addAtomic(int cell, double amount) {
    while (true) {
      long word = getPlain(cell);
      double sum = Double.longBitsToDouble(word) + amount;
      if (compareAndSet(cell, word, Double.doubleToRawLongBits(sum))) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  /** Adds atomically, or does nothing and says false where another thread was in the way. */
  final boolean tryAddAtomic(int cell, long amount) {
    long word = getPlain(cell);
    return compareAndSet(cell, word, word + amount);
  }

  /** As {@link #tryAddAtomic(int, long)}, for a double. */
  final boolean tryAddAtomic(int cell, double amount) {
    long word = getPlain(cell);
    double sum = Double.longBitsToDouble(word) + amount;
    return compareAndSet(cell, word, Double.doubleToRawLongBits(sum));
  }
}
