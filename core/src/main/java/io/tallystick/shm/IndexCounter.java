package io.tallystick.shm;

import java.nio.ByteBuffer;

/**
 * The counts of an index: words that are raised up to a limit, until they are sealed by their
 * highest bit.
 *
 * <p>Threading: any thread of any process, by compare-and-set; every access is volatile.
 */
final class IndexCounter {
  private static final long SEAL = Long.MIN_VALUE;

  private IndexCounter() {}

  /** The count, sealed or not. */
  static long get(ByteBuffer words, int offset) {
    return Words.getLongVolatile(words, offset) & ~SEAL;
  }

  static void set(ByteBuffer words, int offset, long count) {
    Words.putLongRelease(words, offset, count);
  }

  /** Adds one. */
  static Raised raise(ByteBuffer words, int offset, long most) {
    long count = Words.getLongVolatile(words, offset);
    while (count >= 0 && count < most) {
      if (Words.compareAndSet(words, offset, count, count + 1)) {
        return Raised.BY_ONE;
      }
      count = Words.getLongVolatile(words, offset);
    }
    return count < 0 ? Raised.SEALED : Raised.AT_LIMIT;
  }

  /** Takes one off; false where the count is sealed. */
  static boolean lower(ByteBuffer words, int offset) {
    long count = Words.getLongVolatile(words, offset);
    while (count > 0 && !Words.compareAndSet(words, offset, count, count - 1)) {
      count = Words.getLongVolatile(words, offset);
    }
    return count >= 0;
  }

  /** Keeps the count as it is from now on. */
  static void seal(ByteBuffer words, int offset) {
    long count = Words.getLongVolatile(words, offset);
    while (!Words.compareAndSet(words, offset, count, count | SEAL)) {
      count = Words.getLongVolatile(words, offset);
    }
  }

  /** What became of a count that was to be raised. */
  enum Raised {
    BY_ONE,
    AT_LIMIT,
    SEALED
  }
}
