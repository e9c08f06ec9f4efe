package io.tallystick.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The data points of a metric by their label values: open addressing, read without a lock.
 *
 * <p>Threading: changes are made under the metric's lock. Readers see the table that was published
 * last; a data point is stored with release order and read with acquire order, so that it is found
 * whole or not at all.
 */
final class SeriesTable<P extends LabelledCells> {
  private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(LabelledCells[].class);
  private static final int FIRST_LENGTH = 16;

  private volatile LabelledCells[] table = new LabelledCells[FIRST_LENGTH];
  private int size;

  static int hash(String a) {
    return spread(a.hashCode());
  }

  static int hash(String a, String b) {
    return spread(31 * a.hashCode() + b.hashCode());
  }

  static int hash(String a, String b, String c) {
    return spread(31 * (31 * a.hashCode() + b.hashCode()) + c.hashCode());
  }

  static int hash(String[] values) {
    int hash = 0;
    for (String value : values) {
      hash = 31 * hash + value.hashCode();
    }
    return spread(hash);
  }

  private static int spread(int hash) {
    int mixed = hash * 0x9E3779B9; // golden ratio, as in Knuth's multiplicative hashing
    return mixed ^ mixed >>> 15;
  }

  int size() {
    return size;
  }

  @SuppressWarnings("unchecked") // only P is ever put
  @Nullable P find(String a) {
    LabelledCells[] slots = table;
    int hash = hash(a);
    int slot = hash & (slots.length - 1);
    for (LabelledCells point = at(slots, slot); point != null; point = at(slots, slot)) {
      if (point.hash() == hash && point.labelValues()[0].equals(a)) {
        return (P) point;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return null;
  }

  @SuppressWarnings("unchecked") // only P is ever put
  @Nullable P find(String a, String b) {
    LabelledCells[] slots = table;
    int hash = hash(a, b);
    int slot = hash & (slots.length - 1);
    for (LabelledCells point = at(slots, slot); point != null; point = at(slots, slot)) {
      if (point.hash() == hash) {
        String[] values = point.labelValues();
        if (values[0].equals(a) && values[1].equals(b)) {
          return (P) point;
        }
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return null;
  }

  @SuppressWarnings("unchecked") // only P is ever put
  @Nullable P find(String a, String b, String c) {
    LabelledCells[] slots = table;
    int hash = hash(a, b, c);
    int slot = hash & (slots.length - 1);
    for (LabelledCells point = at(slots, slot); point != null; point = at(slots, slot)) {
      if (point.hash() == hash) {
        String[] values = point.labelValues();
        if (values[0].equals(a) && values[1].equals(b) && values[2].equals(c)) {
          return (P) point;
        }
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return null;
  }

  @SuppressWarnings("unchecked") // only P is ever put
  @Nullable P find(String[] values) {
    LabelledCells[] slots = table;
    int hash = hash(values);
    int slot = hash & (slots.length - 1);
    for (LabelledCells point = at(slots, slot); point != null; point = at(slots, slot)) {
      if (point.hash() == hash && Arrays.equals(point.labelValues(), values)) {
        return (P) point;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return null;
  }

  /** Pairs with {@link #put}. */
  private static @Nullable LabelledCells at(LabelledCells[] slots, int slot) {
    return (LabelledCells) SLOTS.getAcquire(slots, slot);
  }

  void add(P point) {
    size++;
    if (2 * size > table.length) {
      table = copy(2 * table.length, Set.of());
    }
    put(table, point);
  }

  /** Takes out data points that are there; a table that is too large then becomes smaller. */
  void removeAll(Set<P> points) {
    size -= points.size();
    int length = table.length;
    while (length > FIRST_LENGTH && 4 * size < length) {
      length /= 2;
    }
    table = copy(length, points);
  }

  /** The data points that are there now. May be called without the lock. */
  @SuppressWarnings("unchecked") // only P is ever put
  List<P> points() {
    LabelledCells[] slots = table;
    List<P> points = new ArrayList<>();
    for (int slot = 0; slot < slots.length; slot++) {
      LabelledCells point = at(slots, slot);
      if (point != null) {
        points.add((P) point);
      }
    }
    return points;
  }

  private LabelledCells[] copy(int length, Set<P> without) {
    LabelledCells[] copy = new LabelledCells[length];
    for (LabelledCells point : table) {
      if (point != null && !without.contains(point)) {
        put(copy, point);
      }
    }
    return copy;
  }

  private static void put(LabelledCells[] slots, LabelledCells point) {
    int slot = point.hash() & (slots.length - 1);
    while (slots[slot] != null) {
      slot = (slot + 1) & (slots.length - 1);
    }
    SLOTS.setRelease(slots, slot, point);
  }
}
