package io.tallystick.shm;

import java.nio.ByteBuffer;

/**
 * Offsets of the index of a directory's series. Bytes are little-endian.
 *
 * <pre>
 *   +----------------+-------------------------+---------------------+
 *   | header (256 B) | families, 16 B a slot   | series, 8 B a slot  |
 *   +----------------+-------------------------+---------------------+
 *
 *   family: | hash 8 | count 8 |        series: | hash 8 |
 * </pre>
 *
 * <p>Both tables are open addressing with linear probing from the low bits of the hash on. A slot
 * of 0 is empty; one of -1 was empty when the table was replaced. A count with its highest bit set
 * was replaced, too.
 */
final class IndexLayout {
  static final long MAGIC = 0x3130_5849_594c_4154L; // "TALYIX01"
  static final short MAJOR = 1;
  static final short MINOR = 0;

  static final int MAGIC_OFFSET = 0;
  static final int MAJOR_OFFSET = 8;
  static final int MINOR_OFFSET = 10;
  static final int FAMILY_SLOTS_OFFSET = 16;
  static final int SERIES_SLOTS_OFFSET = 24;
  static final int ID_OFFSET = 32;
  static final int LINEAGE_OFFSET = 40;
  static final int COUNTED_MS_OFFSET = 48;

  // words that change, each on a cache line of its own
  static final int REPLACED_OFFSET = 64;
  static final int FAMILIES_OFFSET = 128;
  static final int SERIES_OFFSET = 192;

  static final int HEADER_LENGTH = 256;
  static final int FAMILY_LENGTH = 16;
  static final int FAMILY_COUNT_OFFSET = 8;
  static final int SERIES_LENGTH = 8;

  static final int LEAST_FAMILY_SLOTS = 512;
  static final int LEAST_SERIES_SLOTS = 4096;
  static final int MOST_FAMILY_SLOTS = 1 << 24;
  static final int MOST_SERIES_SLOTS = 1 << 27;

  private IndexLayout() {}

  static long length(int familySlots, int seriesSlots) {
    return HEADER_LENGTH + (long) familySlots * FAMILY_LENGTH + (long) seriesSlots * SERIES_LENGTH;
  }

  /** Slots for this many, of which a third at most is then in use. */
  static int slots(long used, int least, int most) {
    long slots = least;
    while (slots < 3 * used && slots < most) {
      slots *= 2;
    }
    return (int) slots;
  }

  /** Refuses what this version cannot use. */
  static void check(ByteBuffer header, long fileLength) throws CorruptFileException {
    if (header.getLong(MAGIC_OFFSET) != MAGIC) {
      throw new CorruptFileException("not an index of series");
    }
    int major = header.getShort(MAJOR_OFFSET) & 0xFFFF;
    if (major != MAJOR) {
      throw new CorruptFileException("written by another version: major=" + major);
    }
    long familySlots = header.getLong(FAMILY_SLOTS_OFFSET);
    long seriesSlots = header.getLong(SERIES_SLOTS_OFFSET);
    if (!isPossible(familySlots, LEAST_FAMILY_SLOTS, MOST_FAMILY_SLOTS)
        || !isPossible(seriesSlots, LEAST_SERIES_SLOTS, MOST_SERIES_SLOTS)
        || fileLength != length((int) familySlots, (int) seriesSlots)) {
      throw new CorruptFileException(
          "tables do not fill the file: familySlots="
              + familySlots
              + " seriesSlots="
              + seriesSlots
              + " length="
              + fileLength);
    }
  }

  private static boolean isPossible(long slots, int least, int most) {
    return slots >= least && slots <= most && Long.bitCount(slots) == 1;
  }
}
