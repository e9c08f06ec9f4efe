package io.tallystick.shm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A run of cells that was allocated at once, with the columns that have a copy of it.
 *
 * <p>Threading: columns are added under the process file's lock; everyone reads. The volatile
 * tables are replaced, never changed, so that a reader sees an old one or a new one. That by slot
 * is written in place: its shared columns by any thread, without order, and its owned ones with a
 * release. What is old costs a thread nothing but the slower path.
 */
final class Segment {
  /** In the table by slot, where columns with owners begin. */
  static final int OWNED = Ownership.SLOTS;

  private static final Column[] NOBODY = {Columns.NONE};
  private static final VarHandle COLUMNS = MethodHandles.arrayElementVarHandle(Column[].class);

  final int firstCell;
  final int cells;
  final CellKind kind;
  private volatile Column[] all;
  private volatile Column[] shared;

  /**
   * The shared column of each slot's threads; then, from {@link #OWNED} on, what one of them owns.
   */
  private final Column[] bySlot;

  private volatile Column[] byThread = NOBODY; // open addressing by thread id; holes are NONE
  private volatile boolean contended;
  private @Nullable Thread asking; // racy: who last updated in a wide segment without a column

  Segment(int firstCell, int cells, CellKind kind, Column first) {
    this.firstCell = firstCell;
    this.cells = cells;
    this.kind = kind;
    this.all = new Column[] {first};
    this.shared = all;
    this.bySlot = new Column[kind == CellKind.SINGLE ? 0 : 2 * OWNED];
    Arrays.fill(bySlot, first);
    if (bySlot.length > 0) {
      Arrays.fill(bySlot, OWNED, 2 * OWNED, Columns.NONE);
    }
  }

  /** The first shared column; the only one where series have one copy of their cells. */
  Column singleColumn() {
    return shared[0];
  }

  /** Every column, owned or not. */
  Column[] all() {
    return all;
  }

  @Nullable Column column(int number) {
    for (Column column : all) {
      if (column.number == number) {
        return column;
      }
    }
    return null;
  }

  /** Whether there are cells from this one on, and all are zero in all columns. */
  boolean isZeroFrom(int cell) {
    for (Column column : all) {
      for (int i = cell; i < cells; i++) {
        if (column.getPlain(i) != 0) {
          return false;
        }
      }
    }
    return cell < cells;
  }

  /** The calling thread's own column, or null. */
  @Nullable Column ownedBy(Thread thread) {
    Column[] table = byThread;
    int mask = table.length - 1;
    int slot = ThreadIds.of(thread) & mask;
    for (Column column = table[slot]; column != Columns.NONE; column = table[slot]) {
      if (column.owner == thread) {
        return column;
      }
      slot = (slot + 1) & mask;
    }
    return null;
  }

  /** Notes that a thread updates in a wide segment and has no column in it. */
  void ask(Thread thread) {
    asking = thread;
  }

  /** The thread that asked last since the previous call, or null. */
  @Nullable Thread takeAsking() {
    Thread thread = asking;
    asking = null;
    return thread;
  }

  /**
   * By the slots of threads, the shared column that they should try; and {@link #OWNED} behind it,
   * a column that one of them owns.
   */
  Column[] bySlot() {
    return bySlot;
  }

  /**
   * The owned column of a slot in a table by slot. Pairs with the release when the table is filled:
   * a new owner sees all that the one before, which was seen dead, has written to the column.
   */
  static Column ownedAcquire(Column[] bySlot, int slot) {
    return (Column) COLUMNS.getAcquire(bySlot, OWNED + slot);
  }

  /** Takes the threads of a slot elsewhere, and asks for another shared column. */
  Column changeLane(int slot) {
    contended = true;
    Column[] table = shared;
    Column next = table[ThreadLocalRandom.current().nextInt(table.length)];
    bySlot[slot] = next;
    return next;
  }

  /** Whether threads met in a shared column since the last call. */
  boolean takeContended() {
    boolean was = contended;
    if (was) {
      contended = false;
    }
    return was;
  }

  int sharedColumns() {
    return shared.length;
  }

  /** Lets any thread use copies that were added; with the present ones they make a power of two. */
  void share(List<Column> more) {
    Column[] next = new Column[shared.length + more.size()];
    System.arraycopy(shared, 0, next, 0, shared.length);
    for (int i = 0; i < more.size(); i++) {
      next[shared.length + i] = more.get(i);
    }
    shared = next;
  }

  /** Takes in a column that is new, or in the place of the known one of its number. */
  void add(Column column) {
    Column known = column(column.number);
    if (known == null) {
      addToAll(column);
    } else {
      Column[] next = all.clone();
      for (int i = 0; i < next.length; i++) {
        if (next[i] == known) {
          next[i] = column;
        }
      }
      all = next;
    }
    rebuildTable();
  }

  /** Makes the columns of a dead owner nobody's. */
  void disown(int number) {
    Column column = column(number);
    if (column != null) {
      column.owner = null;
      rebuildTable();
    }
  }

  private void addToAll(Column column) {
    Column[] next = new Column[all.length + 1];
    System.arraycopy(all, 0, next, 0, all.length);
    next[all.length] = column;
    all = next;
  }

  private void rebuildTable() {
    List<Column> owned = new ArrayList<>();
    for (Column column : all) {
      if (column.owner != null) {
        owned.add(column);
      }
    }
    int length = Math.max(1, Integer.highestOneBit(owned.size()) * 8); // at most half full
    Column[] table = new Column[length];
    Arrays.fill(table, Columns.NONE);
    for (Column column : owned) {
      Thread owner = column.owner;
      if (owner != null) {
        int slot = ThreadIds.of(owner) & (length - 1);
        while (table[slot] != Columns.NONE) {
          slot = (slot + 1) & (length - 1);
        }
        table[slot] = column;
      }
    }
    byThread = table;
    if (bySlot.length > 0) {
      fillSlots(owned);
    }
  }

  private void fillSlots(List<Column> owned) {
    Column[] next = new Column[OWNED];
    Arrays.fill(next, Columns.NONE);
    for (Column column : owned) {
      Thread owner = column.owner;
      if (owner != null) {
        next[Ownership.slotOf(owner)] = column;
      }
    }
    for (int slot = 0; slot < OWNED; slot++) {
      COLUMNS.setRelease(bySlot, OWNED + slot, next[slot]);
    }
  }
}
