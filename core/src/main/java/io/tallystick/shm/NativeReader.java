package io.tallystick.shm;

import java.lang.invoke.VarHandle;
import java.nio.LongBuffer;

/**
 * Reads a copy of a native histogram's buckets while they are written, or as a killed writer left
 * them. One object for all copies; not thread-safe.
 *
 * <p>Order: pairs with the release stores of the writer. A move of one bucket into another that was
 * being made is finished here; where another one was begun meanwhile, everything is read again.
 */
public final class NativeReader {
  /** A writer makes some hundred moves in a row at most, each of a few stores. */
  private static final int TRIES = 10_000;

  private long[] keys = new long[64];
  private long[] counts = new long[64];
  private int size;
  private int schema;
  private long zeroCount;
  private double zeroThreshold;
  private boolean possible;

  /** Reads the native part that starts at a cell. */
  public void read(LongBuffer column, int part, NativeShape shape) {
    for (int i = 0; i < TRIES; i++) {
      long before = column.get(part + NativeLayout.MOVE);
      VarHandle.acquireFence();
      readOnce(column, part, shape, (int) before);
      VarHandle.acquireFence();
      if (column.get(part + NativeLayout.MOVE) == before) {
        return;
      }
      Thread.onSpinWait();
    }
  }

  private void readOnce(LongBuffer column, int part, NativeShape shape, int move) {
    int capacity = shape.capacity();
    if (keys.length < capacity) {
      keys = new long[capacity];
      counts = new long[capacity];
    }
    long used = column.get(part + NativeLayout.USED);
    possible = used >= 0 && used <= capacity;
    size = possible ? (int) used : 0;
    VarHandle.acquireFence();
    for (int entry = 0; entry < size; entry++) {
      int cell = part + NativeLayout.ENTRIES + 2 * entry;
      keys[entry] = column.get(cell);
      VarHandle.acquireFence();
      counts[entry] = column.get(cell + 1);
      possible &= isPossible(keys[entry]) && counts[entry] >= 0;
    }
    zeroCount = column.get(part + NativeLayout.ZERO_COUNT);
    long bits = column.get(part + NativeLayout.ZERO_THRESHOLD);
    zeroThreshold = bits == 0 ? shape.minZeroThreshold() : Double.longBitsToDouble(bits) + 0.0;
    long word = column.get(part + NativeLayout.SCHEMA);
    possible &= word >= 0 && word <= NativeLayout.schemaWord(shape.schema());
    schema = word == 0 || !possible ? shape.schema() : NativeLayout.schemaOfWord(word);
    if (move != 0) {
      finish(
          move,
          column.get(part + NativeLayout.MOVED_COUNT),
          column.get(part + NativeLayout.MOVED_KEY));
    }
    possible &= zeroCount >= 0 && zeroThreshold >= 0 && zeroThreshold < Double.POSITIVE_INFINITY;
  }

  private void finish(int move, long count, long key) {
    int source = NativeLayout.sourceOf(move);
    int target = NativeLayout.targetOf(move);
    boolean toZero = target == NativeLayout.ZERO_TARGET;
    if (source < 0 || source >= size || (!toZero && (target >= size || !isPossible(key)))) {
      possible = false;
      return;
    }
    keys[source] = 0;
    if (toZero) {
      zeroCount = count;
    } else {
      keys[target] = key;
      counts[target] = count;
    }
    possible &= count >= 0;
  }

  private static boolean isPossible(long key) {
    int schema = NativeLayout.schemaOf(key);
    int index = NativeLayout.indexOf(key);
    return key == 0
        || (schema >= NativeSchema.MIN
            && schema <= NativeSchema.MAX
            && NativeSchema.of(schema).isPossible(index)
            && key == NativeLayout.key(schema, NativeLayout.isNegative(key), index));
  }

  /** Whether there was nothing that no process writes; else what was read is of no use. */
  public boolean isPossible() {
    return possible;
  }

  /** How many entries were read; some may be {@linkplain #key empty}. */
  public int size() {
    return size;
  }

  /** The key of an entry, as {@link NativeLayout} makes it; 0 where it is empty. */
  public long key(int entry) {
    return keys[entry];
  }

  public long count(int entry) {
    return counts[entry];
  }

  /** The schema of new entries: that of none is coarser for long. */
  public int schema() {
    return schema;
  }

  public long zeroCount() {
    return zeroCount;
  }

  public double zeroThreshold() {
    return zeroThreshold;
  }
}
