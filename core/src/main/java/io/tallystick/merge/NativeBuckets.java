package io.tallystick.merge;

import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeReader;
import io.tallystick.shm.NativeSchema;
import io.tallystick.shm.NativeShape;
import java.util.Arrays;

/**
 * The native buckets of a merged series: those of all its copies at the coarsest schema of any, and
 * with the greatest zero bucket of any. Both are exact, since each coarser bucket is made of whole
 * finer ones, and a zero bucket that has grown is taken to the end of the bucket that it ends in.
 *
 * <p>Prometheus takes a finer schema or a smaller zero bucket for a reset of the counts. So what is
 * shown only ever goes one way: first the zero bucket grows, as far as it may, then the resolution
 * is halved, again and again. How far it has come follows from the observations of all copies, be
 * they folded into one or not. A copy that is alone is shown as it is.
 *
 * <p>Made once for a series and used again at each refresh.
 */
public final class NativeBuckets {
  private static final int FIRST_LENGTH = 64;
  private static final int HASH = 0x9E3779B9; // golden ratio

  private int schema;
  private double zeroThreshold;
  private long zeroCount;
  private boolean zeroHasGrown; // in a copy, or against another one
  private int copies; // that had observations
  private int finest; // of the schemas that they began with
  private NativeShape shapeOfCopy; // of the last one of them
  private int size;
  private long[] keys = new long[FIRST_LENGTH]; // open addressing; 0 where there is none
  private long[] counts = new long[FIRST_LENGTH];
  private boolean settled;

  NativeBuckets(NativeShape shape) {
    this.shapeOfCopy = shape;
    reset(shape);
  }

  /** Makes it empty, with what a histogram of this shape starts with. */
  void reset(NativeShape shape) {
    schema = shape.schema();
    finest = schema;
    zeroThreshold = shape.minZeroThreshold();
    zeroCount = 0;
    zeroHasGrown = false;
    copies = 0;
    settled = false;
    clear();
  }

  private void clear() {
    size = 0;
    Arrays.fill(keys, 0);
  }

  /** Adds the buckets of one copy, which was written within a shape. */
  void add(NativeReader copy, NativeShape shape) {
    boolean hasGrownZero = copy.zeroThreshold() != shape.minZeroThreshold();
    boolean hasAny = copy.zeroCount() != 0;
    zeroCount = saturated(zeroCount + copy.zeroCount());
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
      coarsen(copy.schema());
      zeroHasGrown |= hasGrownZero || (copies > 0 && copy.zeroThreshold() != zeroThreshold);
      zeroThreshold =
          copies == 0 ? copy.zeroThreshold() : Math.max(zeroThreshold, copy.zeroThreshold());
      finest = Math.max(finest, shape.schema());
      shapeOfCopy = shape;
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
    int slot = hash >>> Integer.numberOfLeadingZeros(mask);
    while (keys[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void coarsen(int wanted) {
    if (wanted < schema) {
      schema = wanted;
      if (size > 0) {
        rebuild(keys.length);
      }
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
   * Ends the adding: brings what came of several copies, or of one of another shape, into its one
   * form.
   *
   * @return the count of all buckets
   */
  long settle(NativeShape shape) {
    if (!settled) {
      settled = true;
      coarsen(shape.schema()); // of a process that joined since
      if (copies > 1 || (copies == 1 && !shapeOfCopy.equals(shape))) {
        unite(shape);
      }
    }
    return count();
  }

  private void unite(NativeShape shape) {
    reachZeroBucket();
    if (schema < finest) {
      fillZeroBucket(shape);
    }
    while (size > shape.maxBuckets() && !growZeroBucket(shape) && schema > NativeSchema.MIN) {
      coarsen(schema - 1);
      reachZeroBucket();
      fillZeroBucket(shape);
    }
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
  public void limit(int buckets) {
    while (size > buckets) {
      if (schema > NativeSchema.MIN) {
        coarsen(schema - 1);
        reachZeroBucket();
      } else {
        growZeroBucket(indexes()[0]);
      }
    }
  }

  /** The indexes of all buckets, ascending. */
  private int[] indexes() {
    int[] indexes = new int[size];
    int count = 0;
    for (long key : keys) {
      if (key != 0) {
        indexes[count++] = NativeLayout.indexOf(key);
      }
    }
    Arrays.sort(indexes);
    return indexes;
  }

  private double upperBound(int index) {
    return NativeSchema.of(schema).upperBound(index);
  }

  /** Takes a zero bucket that has grown to the end of the bucket that it ends in. */
  private void reachZeroBucket() {
    if (zeroHasGrown && zeroThreshold > 0) {
      growZeroBucket(NativeSchema.of(schema).index(zeroThreshold));
    }
  }

  /** Lets the zero bucket grow until there are few enough others; false where it may not. */
  private boolean growZeroBucket(NativeShape shape) {
    int last = indexes()[size - shape.maxBuckets() - 1];
    if (upperBound(last) > shape.maxZeroThreshold()) {
      return false;
    }
    growZeroBucket(last);
    return true;
  }

  /**
   * Lets the zero bucket grow as far as it may, and to the end of the bucket that this is in: at a
   * finer schema it can have come as far.
   */
  private void fillZeroBucket(NativeShape shape) {
    if (shape.maxZeroThreshold() > shape.minZeroThreshold()) {
      growZeroBucket(NativeSchema.of(schema).index(shape.maxZeroThreshold()));
    }
  }

  /** Takes the zero bucket to the end of a bucket, and merges what it covers. */
  private void growZeroBucket(int last) {
    zeroHasGrown = true;
    zeroThreshold = Math.max(zeroThreshold, upperBound(last));
    boolean covers = false;
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != 0 && NativeLayout.indexOf(keys[i]) <= last) {
        zeroCount = saturated(zeroCount + counts[i]);
        counts[i] = 0;
        covers = true;
      }
    }
    if (covers) {
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

  /** A number that is another one for other buckets, as good as always. */
  long fingerprint() {
    long sum = 0;
    for (int i = 0; i < keys.length; i++) {
      sum += keys[i] == 0 ? 0 : mixed(keys[i] + mixed(counts[i])); // in whatever order they are
    }
    return mixed(mixed(sum + zeroCount) + Double.doubleToRawLongBits(zeroThreshold)) + schema;
  }

  /** The finalizer of MurmurHash3, with 64 bits. */
  private static long mixed(long bits) {
    long mixed = (bits ^ (bits >>> 33)) * 0xFF51AFD7ED558CCDL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return mixed ^ (mixed >>> 33);
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
