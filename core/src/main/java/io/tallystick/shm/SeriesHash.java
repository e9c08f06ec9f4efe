package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;

/**
 * The 64 bits that stand for a family's series in the index: equal for equal names and labels, in
 * whatever order a process declares its labels and whichever of them it declares as constant.
 *
 * <p>It is FNV-1a (Fowler, Noll and Vo) over the UTF-8 of the family's name and of each label's
 * name and value, labels sorted by the bytes of their names, with a byte 0xFF, which UTF-8 does not
 * have, before each text but the first; then the finalizer of MurmurHash3 (Appleby), since a table
 * uses the low bits, which FNV alone mixes poorly. Among a million series two are equal with a
 * chance of about 3 in 100 million; such two count as one.
 */
final class SeriesHash {
  /** What {@link #of} gives for series that do not count. */
  static final long NONE = 0;

  private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;
  private static final byte SEPARATOR = (byte) 0xFF;
  private static final byte[] OVERFLOW = SeriesLimits.OVERFLOW.getBytes(UTF_8);

  private final long family; // the state behind the family's name
  private final int values;
  private final byte[][] names; // sorted
  private final int[] sources; // of each label's value: an index into a series' values, or below 0
  private final byte[][] constants;

  SeriesHash(FamilyDescriptor descriptor) {
    List<String> variable = descriptor.labelNames();
    List<String> constant = descriptor.constLabelNames();
    this.values = variable.size();
    this.family = add(OFFSET_BASIS, descriptor.name().getBytes(UTF_8));
    int labels = values + constant.size();
    byte[][] unsorted = new byte[labels][];
    for (int i = 0; i < labels; i++) {
      unsorted[i] = (i < values ? variable.get(i) : constant.get(i - values)).getBytes(UTF_8);
    }
    int[] order = order(unsorted);
    this.names = new byte[labels][];
    this.sources = new int[labels];
    this.constants = new byte[labels][];
    for (int i = 0; i < labels; i++) {
      boolean isConstant = order[i] >= values;
      names[i] = unsorted[order[i]];
      sources[i] = isConstant ? -1 : order[i];
      constants[i] =
          isConstant
              ? descriptor.constLabelValues().get(order[i] - values).getBytes(UTF_8)
              : new byte[0];
    }
  }

  /** The indexes of some texts, sorted by them: few, so that each is put in its place. */
  private static int[] order(byte[][] texts) {
    int[] order = new int[texts.length];
    for (int i = 0; i < texts.length; i++) {
      int at = i;
      while (at > 0 && Arrays.compareUnsigned(texts[order[at - 1]], texts[i]) > 0) {
        order[at] = order[--at];
      }
      order[at] = i;
    }
    return order;
  }

  /** What stands for the family. */
  long family() {
    return finished(family);
  }

  /** What stands for a series; {@link #NONE} for the overflow series, which is made besides all. */
  long of(byte[][] labelValues) {
    long state = family;
    boolean isOverflow = values > 0;
    for (int i = 0; i < names.length; i++) {
      state = addSeparated(state, names[i], names[i].length);
      byte[] value = sources[i] < 0 ? constants[i] : labelValues[sources[i]];
      isOverflow &= sources[i] < 0 || Arrays.equals(value, OVERFLOW);
      state = addSeparated(state, value, value.length);
    }
    return isOverflow ? NONE : finished(state);
  }

  /**
   * The same for a series of a file.
   *
   * @param scratch has room for the longest value that a record can have
   */
  long of(SeriesRecord series, byte[] scratch) {
    long state = family;
    boolean isOverflow = values > 0;
    for (int i = 0; i < names.length; i++) {
      state = addSeparated(state, names[i], names[i].length);
      if (sources[i] < 0) {
        state = addSeparated(state, constants[i], constants[i].length);
      } else {
        int length = series.copyValue(sources[i], scratch, 0);
        isOverflow &= Arrays.equals(scratch, 0, length, OVERFLOW, 0, OVERFLOW.length);
        state = addSeparated(state, scratch, length);
      }
    }
    return isOverflow ? NONE : finished(state);
  }

  private static long addSeparated(long state, byte[] text, int length) {
    return add((state ^ (SEPARATOR & 0xFF)) * PRIME, text, length);
  }

  private static long add(long state, byte[] text) {
    return add(state, text, text.length);
  }

  private static long add(long state, byte[] text, int length) {
    long next = state;
    for (int i = 0; i < length; i++) {
      next = (next ^ (text[i] & 0xFF)) * PRIME;
    }
    return next;
  }

  private static long finished(long state) {
    long mixed = state;
    mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    mixed ^= mixed >>> 33;
    return IndexSlots.isHash(mixed) ? mixed : 1;
  }
}
