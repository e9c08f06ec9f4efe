package io.tallystick.shm;

/**
 * The cells of a native histogram's copy in one column, behind those of its classic buckets.
 *
 * <pre>
 *   | move 1 | moved count 1 | moved key 1 | used 1 | schema 1 | zero threshold 1 | zero count 1 |
 *   | lock 1 | entry 0: key 1, count 1 | entry 1 | ... | index, 4 slots a word |
 * </pre>
 *
 * <p>An entry is one bucket: its key says schema, sign and index, so that each can be read by
 * itself, whatever the others' schema is. A key is zero where there is no entry. Readers add up the
 * entries below {@code used}; the index is the writer's own, to find an entry by its key.
 *
 * <p>Buckets are merged entry by entry, each by a <em>move</em> that a reader can finish: count and
 * key of the target as they will be, then the word {@code move}, whose low half names source and
 * target; then the writer does it, and clears the low half. The high half counts, so that a reader
 * who finds it as before has read between two moves, or finishes the one that is being made. Killed
 * at any point, a copy holds every observation once.
 *
 * <p>Words are zero at first: schema and zero threshold then are those of the family.
 */
public final class NativeLayout {
  public static final int MOVE = 0;
  public static final int MOVED_COUNT = 1;
  public static final int MOVED_KEY = 2;
  public static final int USED = 3;
  public static final int SCHEMA = 4;
  public static final int ZERO_THRESHOLD = 5;
  public static final int ZERO_COUNT = 6;
  public static final int LOCK = 7;
  public static final int ENTRIES = 8;

  /** A move's target where a bucket goes to the zero bucket. */
  public static final int ZERO_TARGET = 0xFFFF;

  private static final int SCHEMA_SHIFT = 32;
  private static final long NEGATIVE = 1L << 40;
  private static final int SCHEMA_MASK = 0xFF;

  /** Keys of all schemas are above zero. */
  private static final int SCHEMA_BIAS = 1 - NativeSchema.MIN;

  private NativeLayout() {}

  public static long key(int schema, boolean negative, int index) {
    long sign = negative ? NEGATIVE : 0;
    return sign | ((long) (schema + SCHEMA_BIAS) << SCHEMA_SHIFT) | Integer.toUnsignedLong(index);
  }

  public static int schemaOf(long key) {
    return ((int) (key >>> SCHEMA_SHIFT) & SCHEMA_MASK) - SCHEMA_BIAS;
  }

  public static boolean isNegative(long key) {
    return (key & NEGATIVE) != 0;
  }

  public static int indexOf(long key) {
    return (int) key;
  }

  /** What the word {@link #SCHEMA} holds for a schema. */
  public static long schemaWord(int schema) {
    return (long) schema + SCHEMA_BIAS;
  }

  /** The schema that a word that is not zero holds. */
  public static int schemaOfWord(long word) {
    return (int) word - SCHEMA_BIAS;
  }

  /** A move from one entry to another one, or to {@link #ZERO_TARGET}; never zero. */
  public static int move(int from, int to) {
    return ((from + 1) << 16) | to;
  }

  public static int sourceOf(int move) {
    return (move >>> 16) - 1;
  }

  public static int targetOf(int move) {
    return move & 0xFFFF;
  }

  /** How many slots the index has: a power of two, and at most half of them in use. */
  public static int slots(NativeShape shape) {
    return Integer.highestOneBit(shape.capacity()) * 4;
  }

  static int cells(NativeShape shape) {
    return ENTRIES + 2 * shape.capacity() + slots(shape) / 4;
  }
}
