package io.tallystick.shm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which thread owns which column of a process file.
 *
 * <p>A thread without a column leaves its name when it updates; the agent grants columns to those
 * that updated most since its last turn, and takes them back from threads that have died. A grant
 * is for life, so that neither side ever waits for the other. The table of names is racy on
 * purpose: a lost entry means a grant one turn later.
 */
final class Ownership {
  /** Owned columns are numbered from here; shared ones are below. */
  static final int FIRST_OWNED_COLUMN = 16;

  /** Tables by thread have this many slots. */
  static final int SLOTS = 256;

  /** Fewer updates than this in a turn of the agent are not worth a column. */
  private static final int WORTH_A_COLUMN = 16;

  /** Threads that found nothing to be had; saves them the look-up. Racy, as the others. */
  private final Thread[] without = new Thread[SLOTS];

  private final Thread[] asking = new Thread[SLOTS];
  private final int[] updates = new int[SLOTS];
  private final @Nullable Thread[] owners;
  private boolean full; // racy: saves the names when there is nothing to grant

  Ownership(int columns) {
    this.owners = new Thread[columns];
    this.full = columns == 0;
  }

  /** Where a thread stands in tables; not its own. */
  static int slotOf(Thread thread) {
    return ThreadIds.of(thread) & (SLOTS - 1);
  }

  /** The table that {@link #isWithout} looks into. */
  Thread[] without() {
    return without;
  }

  /** Whether a thread need not look for a column. Called on the update path. */
  static boolean isWithout(Thread thread, Thread[] without) {
    return without[slotOf(thread)] == thread || ThreadIds.isVirtual(thread);
  }

  /** Notes that a thread updates and has no column. Called on the update path. */
  void ask(Thread thread) {
    int slot = slotOf(thread);
    if (full) {
      without[slot] = thread;
      return;
    }
    if (asking[slot] == thread) {
      updates[slot]++;
    } else if (--updates[slot] <= 0) {
      asking[slot] = thread;
      updates[slot] = 1;
    }
  }

  /** The numbers of columns whose owners have died; they are nobody's now. */
  List<Integer> reclaim() {
    List<Integer> reclaimed = new ArrayList<>();
    for (int i = 0; i < owners.length; i++) {
      Thread owner = owners[i];
      if (owner != null && !owner.isAlive()) {
        owners[i] = null;
        reclaimed.add(i);
      }
    }
    return reclaimed;
  }

  /** Threads that asked since the last call and deserve a column, most deserving first. */
  List<Thread> takeAsking() {
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      Thread thread = asking[i];
      if (thread != null) {
        if (updates[i] >= WORTH_A_COLUMN && thread.isAlive() && !isOwner(thread)) {
          requests.add(new Request(thread, updates[i]));
        }
        asking[i] = null;
        updates[i] = 0;
      }
    }
    if (requests.isEmpty()) {
      return List.of();
    }
    requests.sort(Comparator.comparingInt(Request::updates).reversed());
    return requests.stream().map(Request::thread).toList();
  }

  /** The lowest number that nobody owns, or -1. */
  int free() {
    return Arrays.asList(owners).indexOf(null);
  }

  /** The number of the column that a thread owns, or -1. */
  int numberOf(Thread thread) {
    return Arrays.asList(owners).indexOf(thread);
  }

  void grant(int number, Thread thread) {
    owners[number] = thread;
  }

  /**
   * Whether there is anything left to grant; what {@link #ask} goes by until the next call. A
   * thread that went by what was said before may leave its name after this, so owners' names are
   * struck out again at each turn.
   */
  void setFull(boolean full) {
    this.full = full;
    for (int i = 0; i < SLOTS; i++) {
      Thread thread = without[i];
      if (thread != null && (!full || !thread.isAlive() || isOwner(thread))) {
        without[i] = null;
      }
    }
  }

  /** The owners by column number; null where there is none. */
  @Nullable Thread[] owners() {
    return owners;
  }

  void release() {
    Arrays.fill(owners, null);
    Arrays.fill(asking, null);
    Arrays.fill(without, null);
    full = true;
  }

  private boolean isOwner(Thread thread) {
    return Arrays.asList(owners).contains(thread);
  }

  private record Request(Thread thread, int updates) {}
}
