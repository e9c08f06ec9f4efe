package io.tallystick.shm;

import java.nio.ByteBuffer;

/**
 * Slots of an index that are found by hashes: open addressing with linear probing.
 *
 * <p>Threading: any thread of any process, by compare-and-set; every access is volatile. Whatever
 * the slots hold, a call ends after a bounded number of them.
 */
final class IndexSlots {
  static final long EMPTY = 0;
  static final long SEALED = -1;

  /** More than any hash needs where half of the slots are in use. */
  private static final int MOST_PROBES = 1024;

  private final ByteBuffer words;
  private final int start;
  private final int count;
  private final int width;

  /**
   * @param start the offset of the first slot
   * @param count how many there are, a power of two
   * @param width bytes from one to the next
   */
  IndexSlots(ByteBuffer words, int start, int count, int width) {
    this.words = words;
    this.start = start;
    this.count = count;
    this.width = width;
  }

  int count() {
    return count;
  }

  /** The offset behind the last slot. */
  int end() {
    return start + count * width;
  }

  int offset(int slot) {
    return start + slot * width;
  }

  /** What a slot holds: a hash, {@link #EMPTY} or {@link #SEALED}. */
  long at(int offset) {
    return Words.getLongVolatile(words, offset);
  }

  static boolean isHash(long word) {
    return word != EMPTY && word != SEALED;
  }

  /** The offset of a hash, or of the first slot without one; -1 where neither is near. */
  int seek(long hash) {
    int probes = Math.min(count, MOST_PROBES);
    for (int i = 0; i < probes; i++) {
      int offset = home(hash + i);
      long word = at(offset);
      if (word == hash || !isHash(word)) {
        return offset;
      }
    }
    return -1;
  }

  /** Puts a hash where it is not there yet. */
  Placed put(long hash) {
    int probes = Math.min(count, MOST_PROBES);
    for (int i = 0; i < probes; i++) {
      int offset = home(hash + i);
      long word = at(offset);
      if (word == EMPTY) {
        if (Words.compareAndSet(words, offset, EMPTY, hash)) {
          return Placed.NEW;
        }
        word = at(offset); // what another one put
      }
      if (word == hash) {
        return Placed.PRESENT;
      }
      if (word == SEALED) {
        return Placed.SEALED;
      }
    }
    return Placed.NO_ROOM;
  }

  private int home(long hash) {
    return offset((int) (hash & (count - 1)));
  }

  /** How many slots hold a hash; looks at each. */
  long used() {
    long used = 0;
    for (int i = 0; i < count; i++) {
      used += isHash(at(offset(i))) ? 1 : 0;
    }
    return used;
  }

  /** Makes every empty slot a sealed one, so that nothing more is put. */
  void seal() {
    for (int i = 0; i < count; i++) {
      int offset = offset(i);
      if (at(offset) == EMPTY) { // a page that has gone must be read before it is written
        boolean unused = Words.compareAndSet(words, offset, EMPTY, SEALED);
      }
    }
  }

  /** What became of a hash that was to be put. */
  enum Placed {
    NEW,
    PRESENT,
    SEALED,
    NO_ROOM
  }
}
