package io.tallystick.metrics;

import io.tallystick.shm.Column;
import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeSchema;

/**
 * Where the entries of positive native buckets are in a thread's own column, as it has met them: a
 * table by bucket in the heap, which is faster than the index in the column.
 *
 * <p>An entry stays where it is until a move ({@link NativeLayout}), and the word of moves counts
 * them. So what was learnt holds for as long as that word is as it was, and a move that was left
 * unfinished is seen as well. Whatever is not known, values around and below zero among it, goes
 * the way of {@link NativeWriter}.
 *
 * <p>Threading: the column's owner only; others may ask whose it is.
 */
final class KnownEntries {
  private static final int MOST_BUCKETS = 4096;
  private static final int SLACK = 16;
  private static final char[] EMPTY = {};

  /** Of nobody, and knows nothing. */
  static final KnownEntries NONE = new KnownEntries(Column.none());

  final Column column;
  private NativeSchema schema = NativeSchema.of(0);
  private long move;
  private int first; // bucket
  private char[] cells = EMPTY; // of the counts, from the part's first one; 0 where not known

  KnownEntries(Column column) {
    this.column = column;
  }

  /** Counts a value whose bucket is known; else does nothing and says false. */
  boolean add(int part, double value) {
    char[] known = cells;
    int at = schema.indexOfNormal(value) - first;
    if (at < 0 || at >= known.length) {
      return false;
    }
    int cell = known[at];
    if (cell == 0 || column.getPlain(part + NativeLayout.MOVE) != move) {
      return false;
    }
    column.addOwned(part + cell, 1L);
    return true;
  }

  /** Notes where the writer has counted a value. */
  void learn(NativeWriter writer, int part, double value) {
    if (value <= Double.MIN_NORMAL) {
      return;
    }
    NativeSchema present = writer.schema(column, part);
    long moves = column.getPlain(part + NativeLayout.MOVE);
    if (present != schema || moves != move) {
      schema = present;
      move = moves;
      cells = EMPTY;
    }
    int bucket = present.indexOfNormal(value);
    if (bucket <= present.index(Double.MIN_NORMAL) || bucket >= present.index(Double.MAX_VALUE)) {
      return;
    }
    int entry = writer.entryOf(column, part, value);
    if (entry >= 0 && makeRoom(bucket)) {
      cells[bucket - first] = (char) (NativeLayout.ENTRIES + 2 * entry + 1);
    }
  }

  private boolean makeRoom(int bucket) {
    int least = cells.length == 0 ? bucket : first;
    int end = least + cells.length;
    if (bucket >= least && bucket < end) {
      return true;
    }
    int nextFirst = Math.min(least, bucket - SLACK);
    int length = Math.max(end, bucket + SLACK) - nextFirst;
    if (length > MOST_BUCKETS) {
      return false;
    }
    char[] next = new char[length];
    System.arraycopy(cells, 0, next, least - nextFirst, cells.length);
    first = nextFirst;
    cells = next;
    return true;
  }
}
