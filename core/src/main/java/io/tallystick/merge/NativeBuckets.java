package io.tallystick.merge;

import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeReader;
import io.tallystick.shm.NativeSchema;
import io.tallystick.shm.NativeShape;
import java.util.Arrays;

/**
 * The native buckets of a merged series: those of all its copies at the coarsest schema of any, and
 * with the greatest zero bucket of any. Both are exact, since each coarser bucket is made of whole
 * finer ones, and a zero bucket is taken to the end of the bucket that it ends in.
 *
 * <p>Made once for a series and used again at each refresh; allocates only to grow.
 */
public final class NativeBuckets {
  private static final int FIRST_LENGTH = 64;
  private static final int HASH = 0x9E3779B9; // golden ratio

  private int schema;
  private double minZeroThreshold;
  private double zeroThreshold;
  private long zeroCount;
  private boolean thresholdsDiffer;
  private int copies; // that had observations
  private int size;
  private long[] keys = new long[FIRST_LENGTH]; // open addressing; 0 where there is none
  private long[] counts = new long[FIRST_LENGTH];
  private boolean settled;

  /** Makes it empty, with what a histogram of this shape starts with. */
  void reset(NativeShape shape) {
    schema = shape.schema();
    minZeroThreshold = shape.minZeroThreshold();
    zeroThreshold = minZeroThreshold;
    zeroCount = 0;
    thresholdsDiffer = false;
    copies = 0;
    settled = false;
    clear();
  }

  private void clear() {
    size = 0;
    Arrays.fill(keys, 0);
  }

  /** Adds the buckets of one copy. */
  void add(NativeReader copy) {
    boolean hasAny = copy.zeroCount() != 0;
    zeroCount = saturated(zeroCount + copy.zeroCount());
    boolean hasGrownZero = copy.zeroThreshold() > minZeroThreshold;
    for (int entry = 0; entry < copy.size(); entry++) {
      long key = copy.key(entry);
      if (key == 0 || copy.count(entry) == 0) {
        continue;
      }
      hasAny = true;
      if (hasGrownZero && bound(key) <= copy.zeroThreshold()) { // its move is still to come
        zeroCount = saturated(zeroCount + copy.count(entry));
      } else {
        coarsen(NativeLayout.schemaOf(key));
        add(atSchema(key), copy.count(entry));
      }
    }
    if (hasAny) {
      thresholdsDiffer |= copy.zeroThreshold() != zeroThreshold && copies > 0;
      zeroThreshold =
          copies == 0 ? copy.zeroThreshold() : Math.max(zeroThreshold, copy.zeroThreshold());
      copies++;
    }
  }

  private static double bound(long key) {
    return NativeSchema.of(NativeLayout.schemaOf(key)).upperBound(NativeLayout.indexOf(key));
  }

  private void add(long key, long count) {
    int slot = slotOf(key);
    if (keys[slot] == key) {
      counts[slot] = saturated(counts[slot] + count);
      return;
    }
    keys[slot] = key;
    counts[slot] = count;
    size++;
    if (2 * size > keys.length) {
      rebuild(2 * keys.length);
    }
  }

  private int slotOf(long key) {
    int mask = keys.length - 1;
    int hash = ((int) key ^ (int) (key >>> 32)) * HASH;
    int slot = (hash >>> 16) & mask;
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void coarsen(int wanted) {
    if (wanted < schema) {
      schema = wanted;
      rebuild(keys.length);
    }
  }

  private void rebuild(int length) {
    long[] oldKeys = keys;
    long[] oldCounts = counts;
    keys = new long[length];
    counts = new long[length];
    size = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        add(atSchema(oldKeys[i]), oldCounts[i]);
      }
    }
  }

  private long atSchema(long key) {
    int halvings = NativeLayout.schemaOf(key) - schema;
    int index = ((NativeLayout.indexOf(key) - 1) >> halvings) + 1;
    return NativeLayout.key(schema, NativeLayout.isNegative(key), index);
  }

  private static long saturated(long sum) {
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /**
   * Ends the adding: merges what the zero bucket covers, and keeps what came of several copies
   * within the shape.
   *
   * @return the count of all buckets
   */
  long settle(NativeShape shape) {
    if (!settled) {
      settled = true;
      if (thresholdsDiffer) {
        growZeroBucket();
      }
      while (copies > 1 && size > shape.maxBuckets() && reduce(shape)) {
        growZeroBucket();
      }
    }
    return count();
  }

  /** Makes all observations those of the zero bucket. */
  void collapse(long count) {
    clear();
    zeroCount = count;
  }

  /** Adds observations of which only that much is known. */
  void addUnknown(long count) {
    zeroCount += count;
  }

  /** Keeps it within so many buckets, whatever comes of it. */
  void limit(NativeShape shape, int buckets) {
    while (size > buckets) {
      if (!reduce(shape)) {
        zeroThreshold = leastBound();
      }
      growZeroBucket();
    }
  }

  private boolean reduce(NativeShape shape) {
    if (zeroThreshold < shape.maxZeroThreshold() && leastBound() <= shape.maxZeroThreshold()) {
      zeroThreshold = leastBound();
      return true;
    }
    if (schema == NativeSchema.MIN) {
      return false;
    }
    coarsen(schema - 1);
    return true;
  }

  private double leastBound() {
    double least = Double.POSITIVE_INFINITY;
    for (long key : keys) {
      if (key != 0) {
        least = Math.min(least, upperBound(NativeLayout.indexOf(key)));
      }
    }
    return least;
  }

  private double upperBound(int index) {
    return NativeSchema.of(schema).upperBound(index);
  }

  /** Takes the zero bucket to the end of the bucket it ends in, and merges what it covers. */
  private void growZeroBucket() {
    boolean covered = false;
    for (long key : keys) {
      int index = NativeLayout.indexOf(key);
      if (key != 0 && upperBound(index - 1) < zeroThreshold) {
        zeroThreshold = Math.max(zeroThreshold, upperBound(index));
        covered = true;
      }
    }
    for (int i = 0; covered && i < keys.length; i++) {
      if (keys[i] != 0 && upperBound(NativeLayout.indexOf(keys[i])) <= zeroThreshold) {
        zeroCount = saturated(zeroCount + counts[i]);
        counts[i] = 0;
      }
    }
    if (covered) {
      dropEmpty();
    }
  }

  private void dropEmpty() {
    for (int i = 0; i < keys.length; i++) {
      if (counts[i] == 0) {
        keys[i] = 0;
      }
    }
    rebuild(keys.length);
  }

  private long count() {
    long count = zeroCount;
    for (int i = 0; i < keys.length; i++) {
      count = saturated(count + (keys[i] == 0 ? 0 : counts[i]));
    }
    return count;
  }

  public int schema() {
    return schema;
  }

  public double zeroThreshold() {
    return zeroThreshold;
  }

  public long zeroCount() {
    return zeroCount;
  }

  int size() {
    return size;
  }

  /** The indexes of the buckets above or below zero that are not empty, ascending. */
  public int[] indexes(boolean negative) {
    int[] indexes = new int[size];
    int count = 0;
    for (long key : keys) {
      if (key != 0 && NativeLayout.isNegative(key) == negative) {
        indexes[count++] = NativeLayout.indexOf(key);
      }
    }
    indexes = Arrays.copyOf(indexes, count);
    Arrays.sort(indexes);
    return indexes;
  }

  /** The count of a bucket. */
  public long count(boolean negative, int index) {
    long key = NativeLayout.key(schema, negative, index);
    int slot = slotOf(key);
    return keys[slot] == key ? counts[slot] : 0;
  }
}
