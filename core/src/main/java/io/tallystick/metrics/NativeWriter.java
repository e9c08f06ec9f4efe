package io.tallystick.metrics;

import io.tallystick.shm.Column;
import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeSchema;
import io.tallystick.shm.NativeShape;

/**
 * Counts observations in the native buckets of a column, as {@link NativeLayout} lays them out.
 *
 * <p>Threading: one thread at a time for a column; it owns it, or has taken its lock. Anyone reads
 * meanwhile: every store is a release store, so that an entry is seen whole or not at all, and a
 * merge of buckets is done by moves that a reader can finish.
 *
 * <p>With a bucket more than the shape allows, the zero bucket grows to the smallest bucket's
 * bound, if that is allowed; else each two neighbouring buckets become one, which halves the
 * resolution. One such step is made for each new bucket, as client_java does.
 */
final class NativeWriter {
  private static final int ROUND_STEP = 7; // odd, and no power of two
  private static final int SLOT_BITS = 16;
  private static final long SLOT_MASK = 0xFFFF;
  private static final long COUNTER_UNIT = 1L << 32;

  private final NativeShape shape;
  private final NativeSchema initial;
  private final int capacity;
  private final int slotMask;
  private final int slotBits;
  private final int index; // cells before it

  NativeWriter(NativeShape shape) {
    this.shape = shape;
    this.initial = NativeSchema.of(shape.schema());
    this.capacity = shape.capacity();
    this.slotMask = NativeLayout.slots(shape) - 1;
    this.slotBits = Integer.bitCount(slotMask);
    this.index = NativeLayout.ENTRIES + 2 * capacity;
  }

  /** Counts a value, which must be a number, in the native part that starts at a cell. */
  void add(Column column, int part, double value) {
    if ((int) column.getPlain(part + NativeLayout.MOVE) != 0) {
      finishMove(column, part); // whose writer ended in the middle of it
    }
    double magnitude = Math.abs(value);
    if (!(magnitude > zeroThreshold(column, part))) {
      column.addOwned(part + NativeLayout.ZERO_COUNT, 1L);
      return;
    }
    NativeSchema schema = schema(column, part);
    long key = NativeLayout.key(schema.schema(), value < 0, schema.index(magnitude));
    int slot = firstSlot(key);
    for (int entry = entryAt(column, part, slot); entry > 0; entry = entryAt(column, part, slot)) {
      int cell = cellOf(part, entry - 1);
      if (column.getPlain(cell) == key) {
        column.addOwned(cell + 1, 1L);
        return;
      }
      slot = (slot + 1) & slotMask;
    }
    addBucket(column, part, key, slot, value);
  }

  /**
   * The entry that has a value's bucket, or -1 where it has none, or where some values of the
   * bucket are in the zero bucket.
   */
  int entryOf(Column column, int part, double value) {
    NativeSchema schema = schema(column, part);
    int bucket = schema.index(value);
    if (schema.upperBound(bucket - 1) < zeroThreshold(column, part)) {
      return -1;
    }
    long key = NativeLayout.key(schema.schema(), false, bucket);
    return entryAt(column, part, slotOf(column, part, key)) - 1;
  }

  private double zeroThreshold(Column column, int part) {
    long bits = column.getPlain(part + NativeLayout.ZERO_THRESHOLD);
    return bits == 0 ? shape.minZeroThreshold() : Double.longBitsToDouble(bits);
  }

  /** The schema of new entries. */
  NativeSchema schema(Column column, int part) {
    long word = column.getPlain(part + NativeLayout.SCHEMA);
    return word == 0 ? initial : NativeSchema.of(NativeLayout.schemaOfWord(word));
  }

  private static int cellOf(int part, int entry) {
    return part + NativeLayout.ENTRIES + 2 * entry;
  }

  // ---- the index: entry + 1 by the hash of its key, 0 where there is none ----

  /**
   * Neighbouring buckets have neighbouring slots, so that those of values that are near each other
   * have one each; buckets a number of rounds apart, as those of powers of two, are spread. Values
   * below zero go round from the other end.
   */
  private int firstSlot(long key) {
    int index = NativeLayout.indexOf(key);
    int slot = index + (index >> slotBits) * ROUND_STEP;
    return (NativeLayout.isNegative(key) ? ~slot : slot) & slotMask;
  }

  private int entryAt(Column column, int part, int slot) {
    long word = column.getPlain(part + index + (slot >> 2));
    return (int) ((word >>> ((slot & 3) * SLOT_BITS)) & SLOT_MASK);
  }

  private void putEntryAt(Column column, int part, int slot, int entry) {
    int cell = part + index + (slot >> 2);
    int shift = (slot & 3) * SLOT_BITS;
    long others = column.getPlain(cell) & ~(SLOT_MASK << shift);
    column.putRelease(cell, others | (long) entry << shift);
  }

  /** The slot of a key's entry, or the one where it belongs. */
  private int slotOf(Column column, int part, long key) {
    int slot = firstSlot(key);
    int entry = entryAt(column, part, slot);
    while (entry > 0 && column.getPlain(cellOf(part, entry - 1)) != key) {
      slot = (slot + 1) & slotMask;
      entry = entryAt(column, part, slot);
    }
    return slot;
  }

  private void addBucket(Column column, int part, long key, int slot, double value) {
    int used = (int) column.getPlain(part + NativeLayout.USED);
    if (used == capacity) {
      makeRoom(column, part);
      add(column, part, value);
      return;
    }
    int cell = cellOf(part, used);
    column.putRelease(cell + 1, 1);
    column.putRelease(cell, key);
    column.putRelease(part + NativeLayout.USED, used + 1L);
    putEntryAt(column, part, slot, used + 1);
    if (used >= shape.maxBuckets()) {
      reduce(column, part, false);
    }
  }

  /**
   * Goes on until there is a free entry; at the coarsest schema the zero bucket has to give way.
   */
  private void makeRoom(Column column, int part) {
    while (column.getPlain(part + NativeLayout.USED) == capacity) {
      reduce(column, part, schema(column, part).schema() == NativeSchema.MIN);
    }
  }

  // ---- fewer buckets ----

  private void reduce(Column column, int part, boolean growZero) {
    int schema = schema(column, part).schema();
    if (!growZeroBucket(column, part, growZero) && schema > NativeSchema.MIN) {
      column.putRelease(part + NativeLayout.SCHEMA, NativeLayout.schemaWord(schema - 1));
      compact(column, part, schema - 1);
    }
  }

  private boolean growZeroBucket(Column column, int part, boolean beyondLimit) {
    double present = zeroThreshold(column, part);
    if (present >= shape.maxZeroThreshold() && !beyondLimit) {
      return false;
    }
    int schema = schema(column, part).schema();
    double least = Double.POSITIVE_INFINITY;
    long used = column.getPlain(part + NativeLayout.USED);
    for (int entry = 0; entry < used; entry++) {
      least = Math.min(least, upperBound(column.getPlain(cellOf(part, entry))));
    }
    if (least > shape.maxZeroThreshold() && !beyondLimit) {
      return false;
    }
    column.putRelease(part + NativeLayout.ZERO_THRESHOLD, Double.doubleToRawLongBits(least));
    compact(column, part, schema);
    return true;
  }

  /**
   * Puts right what a killed process left in a column that nobody writes yet: gives the lock back,
   * finishes its move, and merges what it was merging, which also builds the index anew.
   */
  void putRight(Column column, int part) {
    column.putRelease(part + NativeLayout.LOCK, 0);
    finishMove(column, part);
    int schema = shape.schema();
    long word = column.getPlain(part + NativeLayout.SCHEMA);
    if (word > 0 && word <= NativeLayout.schemaWord(schema)) {
      schema = NativeLayout.schemaOfWord(word);
    }
    long used = column.getPlain(part + NativeLayout.USED);
    for (int entry = 0; entry < used; entry++) {
      long key = column.getPlain(cellOf(part, entry));
      schema = key == 0 ? schema : Math.min(schema, NativeLayout.schemaOf(key));
    }
    if (word != 0 || schema != shape.schema()) {
      column.putRelease(part + NativeLayout.SCHEMA, NativeLayout.schemaWord(schema));
    }
    compact(column, part, schema);
  }

  private static double upperBound(long key) {
    return key == 0
        ? Double.POSITIVE_INFINITY
        : NativeSchema.of(NativeLayout.schemaOf(key)).upperBound(NativeLayout.indexOf(key));
  }

  /** Merges the entries that have become one at a schema, and those that are in the zero bucket. */
  private void compact(Column column, int part, int schema) {
    for (int slot = 0; slot <= slotMask; slot += 4) {
      column.putRelease(part + index + (slot >> 2), 0);
    }
    double zeroThreshold = zeroThreshold(column, part);
    int used = (int) column.getPlain(part + NativeLayout.USED);
    int kept = 0;
    for (int entry = 0; entry < used; entry++) {
      long known = column.getPlain(cellOf(part, entry));
      if (known == 0) {
        continue;
      }
      if (upperBound(known) <= zeroThreshold) {
        moveToZero(column, part, entry);
        continue;
      }
      long key = atSchema(known, schema);
      int slot = slotOf(column, part, key);
      int target = entryAt(column, part, slot) - 1;
      if (target < 0) {
        target = kept++;
        putEntryAt(column, part, slot, target + 1);
      }
      if (target == entry) {
        column.putRelease(cellOf(part, entry), key);
      } else {
        move(column, part, entry, target, key);
      }
    }
    column.putRelease(part + NativeLayout.USED, kept);
  }

  private static long atSchema(long key, int schema) {
    int index = NativeLayout.indexOf(key);
    int halvings = NativeLayout.schemaOf(key) - schema;
    return NativeLayout.key(schema, NativeLayout.isNegative(key), ((index - 1) >> halvings) + 1);
  }

  private void moveToZero(Column column, int part, int entry) {
    long count = column.getPlain(cellOf(part, entry) + 1);
    long sum = column.getPlain(part + NativeLayout.ZERO_COUNT) + count;
    column.putRelease(part + NativeLayout.MOVED_COUNT, sum);
    start(column, part, NativeLayout.move(entry, NativeLayout.ZERO_TARGET));
    finishMove(column, part);
  }

  private void move(Column column, int part, int entry, int target, long key) {
    long count = column.getPlain(cellOf(part, entry) + 1);
    long present = column.getPlain(cellOf(part, target));
    long sum = present == 0 ? count : column.getPlain(cellOf(part, target) + 1) + count;
    column.putRelease(part + NativeLayout.MOVED_COUNT, sum);
    column.putRelease(part + NativeLayout.MOVED_KEY, key);
    start(column, part, NativeLayout.move(entry, target));
    finishMove(column, part);
  }

  private static void start(Column column, int part, int move) {
    long counter = (column.getPlain(part + NativeLayout.MOVE) & -COUNTER_UNIT) + COUNTER_UNIT;
    column.putRelease(part + NativeLayout.MOVE, counter | move);
  }

  /**
   * Does what {@link NativeLayout#MOVE} says, where an update ended in the middle of it as well.
   */
  private static void finishMove(Column column, int part) {
    long word = column.getPlain(part + NativeLayout.MOVE);
    int move = (int) word;
    if (move == 0) {
      return;
    }
    long count = column.getPlain(part + NativeLayout.MOVED_COUNT);
    int target = NativeLayout.targetOf(move);
    if (target == NativeLayout.ZERO_TARGET) {
      column.putRelease(part + NativeLayout.ZERO_COUNT, count);
    } else {
      column.putRelease(cellOf(part, target) + 1, count);
      column.putRelease(cellOf(part, target), column.getPlain(part + NativeLayout.MOVED_KEY));
    }
    column.putRelease(cellOf(part, NativeLayout.sourceOf(move)), 0);
    column.putRelease(part + NativeLayout.MOVE, (word & -COUNTER_UNIT) + COUNTER_UNIT);
  }
}
