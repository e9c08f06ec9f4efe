package io.tallystick.records;

import io.tallystick.store.DocumentChange;
import io.tallystick.store.Documents;
import io.tallystick.store.Documents.Found;
import io.tallystick.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The records of one kind. Threading: any. Every method that reaches the store throws {@link
 * StoreException}.
 */
public abstract sealed class Records<R> permits MetricRecords, AlertRecords, AgentRecords {
  /** How many records are written at once. */
  static final int BATCH = 500;

  private static final int MOST_SORTED = 10_000;

  final Kind<R> kind;
  final Documents documents;
  final Duration timeToLive;

  Records(Kind<R> kind, Documents documents, Duration timeToLive) {
    this.kind = kind;
    this.documents = documents;
    this.timeToLive = timeToLive;
  }

  /** Saves a record. */
  public final void save(R record) {
    saveAll(List.of(record));
  }

  /** Saves a record for a time above zero. */
  public final void save(R record, Duration time) {
    saveAll(List.of(record), time);
  }

  /** Saves records, each wholly or not at all, and many of them at once. */
  public final void saveAll(Collection<R> records) {
    saveAll(records, timeToLive);
  }

  /** Saves records for a time above zero. */
  public abstract void saveAll(Collection<R> records, Duration time);

  /**
   * The record of an id; empty where there is none.
   *
   * @throws StoreException CORRUPT where what is there is none, PERMANENT where it is of a later
   *     version
   */
  public abstract Optional<R> get(String id);

  /** Deletes a record; false where there was none. */
  public abstract boolean delete(String id);

  /** The put of a record with its sets. */
  final DocumentChange put(R record, Duration time) {
    return DocumentChange.put(kind.key(kind.id(record)), kind.encode(record))
        .in(kind.sets(record), Times.place(kind.time(record)))
        .endingAfter(time);
  }

  final Optional<byte[]> json(String id) {
    return documents.getAll(List.of(kind.key(id))).get(0);
  }

  /**
   * The records that a query asks for.
   *
   * @throws IllegalArgumentException where it asks for what they have not
   */
  public final RecordPage<R> query(RecordQuery query) {
    QueryPlan<R> plan = new QueryPlan<>(kind, query);
    Found after = query.after == null ? null : cursor(query.after);
    if (query.sort != null && !query.sort.equals(kind.timeField())) {
      if (after != null) {
        throw new IllegalArgumentException(
            "a query with an order of its own has no cursor, use an offset: sort=" + query.sort);
      }
      return sorted(query, plan, kind.field(query.sort));
    }
    List<R> records = new ArrayList<>();
    if (query.limit == 0) {
      return new RecordPage<>(records, List.of(), null);
    }
    int wanted = (int) Math.min(Integer.MAX_VALUE, (long) query.offset + query.limit);
    RecordSearch<R> search =
        new RecordSearch<>(kind, documents, plan, query.descending, after, wanted);
    int[] passed = new int[1];
    Found[] last = new Found[1];
    search.forEach(
        (record, found) -> {
          if (passed[0]++ < query.offset) {
            return true;
          }
          records.add(record);
          last[0] = found;
          return records.size() < query.limit;
        });
    boolean isFull = records.size() == query.limit;
    return new RecordPage<>(records, search.unreadable(), isFull ? toText(last[0]) : null);
  }

  private static String toText(Found found) {
    return found.place() + ":" + found.key();
  }

  private static Found cursor(String text) {
    int colon = text.indexOf(':');
    try {
      return new Found(text.substring(colon + 1), Long.parseLong(text, 0, Math.max(0, colon), 10));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("cursor is of no page: cursor=" + text, e);
    }
  }

  private RecordPage<R> sorted(RecordQuery query, QueryPlan<R> plan, Field<R> field) {
    long wanted = (long) query.offset + query.limit;
    if (wanted > MOST_SORTED) {
      throw new IllegalArgumentException(
          "too many records in an order of their own, ask for fewer: sort="
              + field.name()
              + " offset="
              + query.offset
              + " limit="
              + query.limit
              + " most="
              + MOST_SORTED);
    }
    Comparator<Object> values = Operator::order;
    FirstRecords<R> first =
        new FirstRecords<>(
            Comparator.nullsLast(query.descending ? values.reversed() : values), (int) wanted);
    RecordSearch<R> search =
        new RecordSearch<>(kind, documents, plan, true, null, Integer.MAX_VALUE);
    search.forEach(
        (record, found) -> {
          first.add(record, field.of().apply(record));
          return true;
        });
    return new RecordPage<>(first.without(query.offset), search.unreadable(), null);
  }

  /**
   * How many records a query would find without a limit. By one indexed field, a time range, or
   * nothing, it is as its index has it, which may count for some time what has ended; else all that
   * it finds are read.
   */
  public final long count(RecordQuery query) {
    QueryPlan<R> plan = new QueryPlan<>(kind, query);
    if (plan.isByIndex()) {
      String set = plan.searches().get(0).iterator().next();
      return documents.count(set, plan.from(), plan.to());
    }
    long[] count = new long[1];
    new RecordSearch<>(kind, documents, plan, true, null, Integer.MAX_VALUE)
        .forEach((record, found) -> ++count[0] > 0);
    return count[0];
  }
}
