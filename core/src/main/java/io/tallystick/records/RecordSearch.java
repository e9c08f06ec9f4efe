package io.tallystick.records;

import io.tallystick.records.RecordPage.Unreadable;
import io.tallystick.store.Documents;
import io.tallystick.store.Documents.Found;
import io.tallystick.store.Documents.Page;
import io.tallystick.store.Documents.Search;
import io.tallystick.store.MemberOrder;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The records of a query, one after the other, read in pieces. An index may have what is not there
 * any more, or is another's by now: each record is looked at before it is shown. Used once.
 */
final class RecordSearch<R> {
  private static final int MOST_AT_ONCE = 1_000;

  private final Kind<R> kind;
  private final Documents documents;
  private final QueryPlan<R> plan;
  private final boolean descending;
  private final List<Part> parts = new ArrayList<>();
  private final Set<String> seen = new HashSet<>(); // where several parts may have one
  private final List<Unreadable> unreadable = new ArrayList<>();
  private int atOnce;

  /**
   * @param after behind what to begin; null for the beginning
   * @param wanted how many records are asked for, which decides how many are read at once
   */
  RecordSearch(
      Kind<R> kind,
      Documents documents,
      QueryPlan<R> plan,
      boolean descending,
      @Nullable Found after,
      int wanted) {
    this.kind = kind;
    this.documents = documents;
    this.plan = plan;
    this.descending = descending;
    this.atOnce = Math.max(1, Math.min(MOST_AT_ONCE, wanted));
    plan.searches().forEach(sets -> parts.add(new Part(sets, after)));
  }

  /** What one combination of sets has, as far as it was found. */
  private final class Part {
    private final Set<String> sets;
    private final Deque<Found> found = new ArrayDeque<>();
    private @Nullable Found after;
    private boolean isOver;

    Part(Set<String> sets, @Nullable Found after) {
      this.sets = sets;
      this.after = after;
    }

    @Nullable Found first() {
      while (found.isEmpty() && !isOver) {
        Page page =
            documents.find(new Search(sets, plan.from(), plan.to(), descending, after, atOnce));
        found.addAll(page.found());
        after = page.next();
        isOver = after == null;
      }
      return found.peek();
    }
  }

  /** Takes a record and where it was found; false for no more. */
  interface Visitor<R> {
    boolean goesOn(R record, Found found);
  }

  /** Shows records until the visitor has had enough. */
  void forEach(Visitor<R> visitor) {
    for (List<Found> some = next(); !some.isEmpty(); some = next()) {
      List<Optional<byte[]>> values = documents.getAll(some.stream().map(Found::key).toList());
      for (int i = 0; i < some.size(); i++) {
        R record = values.get(i).isPresent() ? read(some.get(i), values.get(i).get()) : null;
        if (record != null && plan.matches(record) && !visitor.goesOn(record, some.get(i))) {
          return;
        }
      }
      atOnce = Math.min(MOST_AT_ONCE, 2 * atOnce);
    }
  }

  private @Nullable R read(Found found, byte[] json) {
    try {
      return kind.read(found.key(), json);
    } catch (StoreException e) {
      if (e.category() == Category.TRANSIENT) {
        throw e;
      }
      unreadable.add(new Unreadable(found.key(), String.valueOf(e.getMessage())));
      return null;
    }
  }

  /** The next ones that were found in all parts together; none at the end. */
  private List<Found> next() {
    List<Found> next = new ArrayList<>();
    Comparator<Found> order = MemberOrder.of(descending);
    while (next.size() < atOnce) {
      Part least = null;
      for (Part part : parts) {
        Found first = part.first();
        Found other = least == null ? null : least.first();
        if (first != null && (other == null || order.compare(first, other) < 0)) {
          least = part;
        }
      }
      if (least == null) {
        return next;
      }
      Found found = least.found.remove();
      if (parts.size() == 1 || seen.add(found.key())) {
        next.add(found);
      }
      if (parts.size() == 1 && least.found.isEmpty() && !next.isEmpty()) {
        return next; // a page is a page
      }
    }
    return next;
  }

  /** What was met and could not be read. */
  List<Unreadable> unreadable() {
    return unreadable;
  }
}
