package io.tallystick.records;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of records of one kind: filters, all of which hold, a time range, an order and a
 * page. Without an order the newest come first. Immutable.
 */
public final class RecordQuery {
  /** How many records a page has where nothing else is said. */
  public static final int DEFAULT_LIMIT = 100;

  private static final RecordQuery ALL =
      new RecordQuery(List.of(), null, null, null, true, DEFAULT_LIMIT, 0, null);

  final List<Filter> filters;
  final @Nullable Instant from;
  final @Nullable Instant to;
  final @Nullable String sort;
  final boolean descending;
  final int limit;
  final int offset;
  final @Nullable String after;

  private RecordQuery(
      List<Filter> filters,
      @Nullable Instant from,
      @Nullable Instant to,
      @Nullable String sort,
      boolean descending,
      int limit,
      int offset,
      @Nullable String after) {
    this.filters = filters;
    this.from = from;
    this.to = to;
    this.sort = sort;
    this.descending = descending;
    this.limit = limit;
    this.offset = offset;
    this.after = after;
  }

  /**
   * A field compared with a value; of {@link Operator#IN} and {@link Operator#NOT_IN} the value is
   * a collection.
   */
  record Filter(String field, Operator operator, Object value) {}

  /** The newest records of all. */
  public static RecordQuery all() {
    return ALL;
  }

  /** Those whose field has this value. */
  public RecordQuery where(String field, Object value) {
    return where(field, Operator.EQUAL, value);
  }

  /**
   * Those whose field compares so with a value. Fields are those of the record's JSON; {@code
   * labels.x} and the like are what a map of it has. Fields that index records are {@code name},
   * {@code type}, {@code status}, {@code severity} and {@code source}, where they are equal to a
   * value or to one of several; a query reads what is found by these and by the time range.
   *
   * @throws IllegalArgumentException where a list of values is missing
   */
  public RecordQuery where(String field, Operator operator, Object value) {
    boolean takesList = operator == Operator.IN || operator == Operator.NOT_IN;
    if (takesList && !(value instanceof Collection<?>)) {
      throw new IllegalArgumentException(
          "operator needs a list: field=" + field + " operator=" + operator.text());
    }
    List<Filter> all = new ArrayList<>(filters);
    all.add(new Filter(field, operator, value instanceof Collection<?> c ? List.copyOf(c) : value));
    return new RecordQuery(List.copyOf(all), from, to, sort, descending, limit, offset, after);
  }

  /** Those whose time is this or later: of a metric its update, of an alert its start. */
  public RecordQuery from(Instant time) {
    return new RecordQuery(filters, time, to, sort, descending, limit, offset, after);
  }

  /** Those whose time is this or earlier. */
  public RecordQuery to(Instant time) {
    return new RecordQuery(filters, from, time, sort, descending, limit, offset, after);
  }

  /** The oldest first. */
  public RecordQuery oldestFirst() {
    return new RecordQuery(filters, from, to, null, false, limit, offset, after);
  }

  /**
   * By a field, those without it last, and those of one value the newest first. Unless it is the
   * time of the records, all that are found are read, and a query refuses an offset and a limit
   * that are more than 10,000 together.
   */
  public RecordQuery sortedBy(String field, boolean greatestFirst) {
    return new RecordQuery(filters, from, to, field, greatestFirst, limit, offset, after);
  }

  /**
   * So many at most; 0 for none.
   *
   * @throws IllegalArgumentException where it is negative
   */
  public RecordQuery limit(int records) {
    requireNotNegative("limit", records);
    return new RecordQuery(filters, from, to, sort, descending, records, offset, after);
  }

  /**
   * Without so many that would come first. What is saved meanwhile shifts such pages.
   *
   * @throws IllegalArgumentException where it is negative
   */
  public RecordQuery offset(int records) {
    requireNotNegative("offset", records);
    return new RecordQuery(filters, from, to, sort, descending, limit, records, after);
  }

  private static void requireNotNegative(String what, int number) {
    if (number < 0) {
      throw new IllegalArgumentException(what + " is negative: " + what + "=" + number);
    }
  }

  /** Those behind a page, as {@link RecordPage#next} says. Such pages do not shift. */
  public RecordQuery after(String cursor) {
    return new RecordQuery(filters, from, to, sort, descending, limit, offset, cursor);
  }
}
