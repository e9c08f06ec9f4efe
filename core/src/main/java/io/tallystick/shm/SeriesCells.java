package io.tallystick.shm;

import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one series, as the update path finds them; what data points extend.
 *
 * <p>Two columns are remembered in the object itself, those of the first two threads that came:
 * with them an update needs no table. A thread's column is its own for as long as the thread lives,
 * so a remembered one cannot be wrong; when its owner has died it matches nobody and makes room.
 * The fields are written by any thread without order: a stale value costs a look-up. Further
 * threads look into a table of the segment by their slot, and where two of them have one slot, the
 * second looks farther.
 *
 * <p>A thread that owns no column adds atomically to one of the segment's shared columns, and moves
 * to another when it meets a second thread there.
 */
public abstract class SeriesCells {
  private static final int TRIES_BEFORE_YIELD = 64;

  private final Segment segment;
  private final Ownership ownership;
  private final Thread[] without; // the ownership's, one load nearer
  private final Column[] bySlot; // the segment's, one load nearer

  /** Index of the series' first cell in its segment. */
  protected final int cell;

  private Column first = Columns.NONE;
  private Column second = Columns.NONE;

  protected SeriesCells(Cells cells) {
    this.segment = cells.segment();
    this.ownership = cells.ownership();
    this.without = ownership.without();
    this.cell = cells.cell();
    this.bySlot = segment.bySlot();
  }

  /** The calling thread's own column, or null where it has none. */
  protected final @Nullable Column owned() {
    Thread thread = Thread.currentThread();
    Column column = first;
    return column.owner == thread ? column : ownedElsewhere(thread);
  }

  private @Nullable Column ownedElsewhere(Thread thread) {
    Column column = second;
    Thread owner = column.owner;
    if (owner == thread) {
      return column;
    }
    if (owner != null && first.owner != null) { // else there is room to remember one
      column = Segment.ownedAcquire(bySlot, Ownership.slotOf(thread));
      if (column.owner == thread) {
        return column;
      }
    }
    return Ownership.isWithout(thread, without) ? null : ownedInTable(thread);
  }

  private @Nullable Column ownedInTable(Thread thread) {
    Column column = segment.ownedBy(thread);
    if (column == null) {
      ownership.ask(thread);
      if (segment.kind == CellKind.WIDE) {
        segment.ask(thread);
      }
      return null;
    }
    if (first.owner == null) {
      first = column;
    } else if (second.owner == null) {
      second = column;
    }
    return column;
  }

  /**
   * Ends an update: until here the object is not garbage, so that its cells are not another series'
   * yet. An update that throws has stored nothing before that. Costs nothing.
   */
  @SuppressWarnings("ReachabilityFenceUsage") // called at the end, not in a finally block
  protected final void keepReachable() {
    Reference.reachabilityFence(this);
  }

  /** All copies of the series' cells, whosever they are. */
  protected final Column[] columns() {
    return segment.all();
  }

  /** The one column of a series that has one copy of its cells. */
  protected final Column single() {
    return segment.singleColumn();
  }

  /**
   * Adds to a cell in a shared column and says in which, so that what belongs together can follow
   * there.
   */
  protected final Column addShared(int index, long amount) {
    int slot = Ownership.slotOf(Thread.currentThread());
    Column column = bySlot[slot];
    while (!column.tryAddAtomic(index, amount)) {
      column = segment.changeLane(slot);
    }
    return column;
  }

  /** As {@link #addShared(int, long)}, for a double. */
  protected final void addShared(int index, double amount) {
    int slot = Ownership.slotOf(Thread.currentThread());
    Column column = bySlot[slot];
    while (!column.tryAddAtomic(index, amount)) {
      column = segment.changeLane(slot);
    }
  }

  /**
   * Takes a shared column for the calling thread alone, by a cell of it that is zero while nobody
   * has it. Whoever takes it gives it back with {@link #unlock}, at once.
   */
  @SuppressWarnings("ThreadPriorityCheck") // yields only to be kind: it is right without
  protected final Column lockShared(int index) {
    int slot = Ownership.slotOf(Thread.currentThread());
    Column column = bySlot[slot];
    for (int tries = 1; !column.compareAndSet(index, 0, 1); tries++) {
      column = segment.changeLane(slot);
      if (tries % TRIES_BEFORE_YIELD == 0) {
        Thread.yield(); // whoever has it was put aside by the scheduler
      }
    }
    return column;
  }

  /** Gives a column back; what was written to it is seen by whoever takes it next. */
  protected static void unlock(Column column, int index) {
    column.putRelease(index, 0);
  }

  /** The sum of a cell's words over all columns. */
  protected final long sumLong(int index) {
    long sum = 0;
    for (Column column : segment.all()) {
      sum += column.getAcquire(index);
    }
    return sum;
  }

  /** The sum of a cell's doubles over all columns. */
  protected final double sumDouble(int index) {
    double sum = 0;
    for (Column column : segment.all()) {
      sum += Double.longBitsToDouble(column.getAcquire(index));
    }
    return sum;
  }
}
