package io.tallystick.records;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The first records of an order among many that are shown to it; those whose values are equal are
 * in the order in which they came. Has never more than it gives. Used once.
 */
final class FirstRecords<R> {
  private final Comparator<@Nullable Object> order;
  private final int most;
  private final PriorityQueue<Entry<R>> kept;
  private long shown;

  /**
   * @param order of the values of records
   * @param most how many records are kept
   */
  FirstRecords(Comparator<@Nullable Object> order, int most) {
    this.order = order;
    this.most = most;
    this.kept = new PriorityQueue<>((a, b) -> compare(b, a)); // the last one first
  }

  private record Entry<R>(R record, @Nullable Object value, long number) {}

  private int compare(Entry<R> a, Entry<R> b) {
    int byValue = order.compare(a.value, b.value);
    return byValue == 0 ? Long.compare(a.number, b.number) : byValue;
  }

  /** Shows a record with the value that it is sorted by. */
  void add(R record, @Nullable Object value) {
    kept.add(new Entry<>(record, value, shown++));
    if (kept.size() > most) {
      kept.remove();
    }
  }

  /** Those that are kept, without so many of the first. */
  List<R> without(int offset) {
    List<Entry<R>> sorted = new ArrayList<>(kept);
    sorted.sort(this::compare);
    return sorted.stream().skip(offset).map(Entry::record).toList();
  }
}
