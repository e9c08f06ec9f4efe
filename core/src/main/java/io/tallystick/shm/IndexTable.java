package io.tallystick.shm;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The distinct series of a directory as hashes, with a count for each family and one for all, in
 * memory that its processes share.
 *
 * <p>A series is admitted in three steps: its family's count is raised while it is below the limit,
 * then the count of all, then the hash takes an empty slot. So counts are never below what there
 * is, and no limit is passed whoever is at it at the same time. Whoever finds the hash in place by
 * then takes the counts back. A process that is killed between two steps leaves a count one too
 * high, until the series are counted anew.
 *
 * <p>A table that is replaced by a larger one is first sealed: counts before slots, a family's
 * before that of all. What was admitted until then is copied, and so are the counts; who had raised
 * one and not taken a slot finds it raised in the copy, and its {@link IndexClaim} says so.
 *
 * <p>Threading: any thread of any process. A table that is being filled is one thread's. Failure:
 * whatever the words hold, a call ends; a page that has gone is an {@link InternalError}, maybe a
 * late one.
 */
final class IndexTable {
  private final ByteBuffer words;
  private final IndexSlots families;
  private final IndexSlots series;

  /**
   * @param words direct and little-endian, a whole file whose header has been checked
   */
  IndexTable(ByteBuffer words) {
    this.words = words;
    int familySlots = (int) words.getLong(IndexLayout.FAMILY_SLOTS_OFFSET);
    int seriesSlots = (int) words.getLong(IndexLayout.SERIES_SLOTS_OFFSET);
    this.families =
        new IndexSlots(words, IndexLayout.HEADER_LENGTH, familySlots, IndexLayout.FAMILY_LENGTH);
    this.series = new IndexSlots(words, families.end(), seriesSlots, IndexLayout.SERIES_LENGTH);
  }

  /** What tells this table apart from all others of its directory. */
  long id() {
    return words.getLong(IndexLayout.ID_OFFSET);
  }

  /** What it has in common with the tables that it was copied from, and no other. */
  long lineage() {
    return words.getLong(IndexLayout.LINEAGE_OFFSET);
  }

  /**
   * When the series of the directory's files were counted for it, or for what it was copied from.
   */
  long countedMs() {
    return words.getLong(IndexLayout.COUNTED_MS_OFFSET);
  }

  /** Says that another table takes its place. */
  void setReplaced() {
    Words.putLongRelease(words, IndexLayout.REPLACED_OFFSET, 1);
  }

  /** Whether another table takes its place, or will in a moment. */
  boolean isReplaced() {
    return Words.getLongVolatile(words, IndexLayout.REPLACED_OFFSET) != 0;
  }

  /** Whether the header is still what it was when the file was opened. */
  private boolean isOurs() {
    return words.getLong(IndexLayout.MAGIC_OFFSET) == IndexLayout.MAGIC
        && words.getShort(IndexLayout.MAJOR_OFFSET) == IndexLayout.MAJOR;
  }

  /** Admits a series that is there, or for which there is room under both limits. */
  Answer admit(IndexClaim claim) {
    if (!isOurs()) {
      return Answer.NO_ROOM;
    }
    if (isReplaced()) {
      return Answer.MOVED;
    }
    claim.enter(lineage());
    claim.isTableCrowded = isCrowded();
    int slot = series.seek(claim.series);
    if (slot < 0) {
      return giveBack(claim, Answer.NO_ROOM);
    }
    long found = series.at(slot);
    if (found == claim.series) {
      return giveBack(claim, Answer.ADMITTED);
    }
    Answer counted = found == IndexSlots.SEALED ? Answer.MOVED : count(claim);
    return counted == Answer.ADMITTED ? place(claim) : counted;
  }

  private Answer count(IndexClaim claim) {
    if (!claim.isInFamily) {
      IndexSlots.Placed placed = putFamily(claim.family);
      int slot = families.seek(claim.family);
      if (placed == IndexSlots.Placed.SEALED) {
        return Answer.MOVED;
      }
      if (placed == IndexSlots.Placed.NO_ROOM || slot < 0) {
        return Answer.NO_ROOM;
      }
      Answer raised = raise(slot + IndexLayout.FAMILY_COUNT_OFFSET, claim.mostOfMetric);
      if (raised != Answer.ADMITTED) {
        return raised;
      }
      claim.isInFamily = true;
    }
    if (!claim.isInTotal) {
      Answer raised = raise(IndexLayout.SERIES_OFFSET, claim.mostOfDirectory);
      if (raised != Answer.ADMITTED) {
        return raised == Answer.REFUSED ? giveBack(claim, raised) : raised;
      }
      claim.isInTotal = true;
    }
    return Answer.ADMITTED;
  }

  private IndexSlots.Placed putFamily(long hash) {
    IndexSlots.Placed placed = families.put(hash);
    if (placed == IndexSlots.Placed.NEW) {
      // where it is sealed by now, the copy counts its families itself
      Answer unused = raise(IndexLayout.FAMILIES_OFFSET, Long.MAX_VALUE);
    }
    return placed;
  }

  private Answer raise(int offset, long most) {
    return switch (IndexCounter.raise(words, offset, most)) {
      case BY_ONE -> Answer.ADMITTED;
      case AT_LIMIT -> Answer.REFUSED;
      case SEALED -> Answer.MOVED;
    };
  }

  private Answer place(IndexClaim claim) {
    return switch (series.put(claim.series)) {
      case NEW -> Answer.ADMITTED;
      case PRESENT -> giveBack(claim, Answer.ADMITTED);
      case SEALED -> Answer.MOVED; // and takes the counts along
      case NO_ROOM -> giveBack(claim, Answer.NO_ROOM);
    };
  }

  /** Takes back what was counted of a series that is not added, or was by another. */
  private Answer giveBack(IndexClaim claim, Answer answer) {
    if (claim.isInTotal) {
      if (!IndexCounter.lower(words, IndexLayout.SERIES_OFFSET)) {
        return Answer.MOVED;
      }
      claim.isInTotal = false;
    }
    if (claim.isInFamily) {
      int slot = families.seek(claim.family);
      if (slot >= 0 && !IndexCounter.lower(words, slot + IndexLayout.FAMILY_COUNT_OFFSET)) {
        return Answer.MOVED;
      }
      claim.isInFamily = false;
    }
    return answer;
  }

  /** Whether more than half of the slots of either kind are in use, as far as the counts say. */
  private boolean isCrowded() {
    return IndexCounter.get(words, IndexLayout.SERIES_OFFSET) > series.count() / 2
        || IndexCounter.get(words, IndexLayout.FAMILIES_OFFSET) > families.count() / 2;
  }

  /** Whether more than half of the slots of either kind are in use; looks at each. */
  boolean isHalfFull() {
    return usedSeries() > series.count() / 2 || usedFamilies() > families.count() / 2;
  }

  long usedFamilies() {
    return families.used();
  }

  long usedSeries() {
    return series.used();
  }

  // ---- replacing ----

  /** Ends all admission. What was killed over it can be done again. */
  void seal() {
    setReplaced();
    families.seal();
    for (int i = 0; i < families.count(); i++) {
      IndexCounter.seal(words, families.offset(i) + IndexLayout.FAMILY_COUNT_OFFSET);
    }
    IndexCounter.seal(words, IndexLayout.FAMILIES_OFFSET);
    IndexCounter.seal(words, IndexLayout.SERIES_OFFSET);
    series.seal();
  }

  /** Puts what a sealed table has into a new one that nobody knows yet. */
  void copyTo(IndexTable fresh) {
    for (int i = 0; i < series.count(); i++) {
      long hash = series.at(series.offset(i));
      if (IndexSlots.isHash(hash)) {
        fresh.addSeries(hash);
      }
    }
    long used = IndexCounter.get(fresh.words, IndexLayout.SERIES_OFFSET);
    long total = Math.max(used, IndexCounter.get(words, IndexLayout.SERIES_OFFSET));
    // not so many that it would be crowded: who wrote that knows no better
    IndexCounter.set(
        fresh.words, IndexLayout.SERIES_OFFSET, Math.min(total, fresh.series.count() / 2));
    for (int i = 0; i < families.count(); i++) {
      int slot = families.offset(i);
      long hash = families.at(slot);
      if (IndexSlots.isHash(hash)) {
        fresh.addFamily(hash, IndexCounter.get(words, slot + IndexLayout.FAMILY_COUNT_OFFSET));
      }
    }
  }

  /** Adds a family to a table that nobody knows yet. */
  void addFamily(long hash, long count) {
    if (putFamily(hash) == IndexSlots.Placed.NEW) {
      IndexCounter.set(words, families.seek(hash) + IndexLayout.FAMILY_COUNT_OFFSET, count);
    }
  }

  /** Adds a series, whose family is added with its count, to a table that nobody knows yet. */
  void addSeries(long hash) {
    if (series.put(hash) == IndexSlots.Placed.NEW) {
      Answer unused = raise(IndexLayout.SERIES_OFFSET, Long.MAX_VALUE);
    }
  }

  // ---- checking ----

  /** What is wrong with the table, or null. Others may be writing it. */
  @Nullable String fault() {
    long used = 0; // before the counts, which are raised before a series takes its slot
    for (int i = 0; i < series.count(); i++) {
      long hash = series.at(series.offset(i));
      if (IndexSlots.isHash(hash)) {
        used++;
        if (series.seek(hash) != series.offset(i)) {
          return "series is not where it is looked for: slot=" + i;
        }
      }
    }
    long ofFamilies = 0;
    for (int i = 0; i < families.count(); i++) {
      int slot = families.offset(i);
      long hash = families.at(slot);
      long count = IndexCounter.get(words, slot + IndexLayout.FAMILY_COUNT_OFFSET);
      if (IndexSlots.isHash(hash) ? families.seek(hash) != slot : count != 0) {
        return "family is not where it is looked for: slot=" + i;
      }
      if (count > series.count()) {
        return "family has more series than there can be: slot=" + i + " series=" + count;
      }
      ofFamilies += count;
    }
    long total = IndexCounter.get(words, IndexLayout.SERIES_OFFSET);
    return ofFamilies >= used && total >= used && total <= series.count()
        ? null
        : "series are not as many as are counted: series="
            + used
            + " counted="
            + total
            + " ofFamilies="
            + ofFamilies;
  }

  /** What comes of asking for a series. */
  enum Answer {
    ADMITTED,
    /** One more would be over a limit. */
    REFUSED,
    /** Another table takes this one's place: ask that one. */
    MOVED,
    /** Too many hashes are in one place, or the table is none any more. */
    NO_ROOM
  }
}
