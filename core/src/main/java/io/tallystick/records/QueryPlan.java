package io.tallystick.records;

import io.tallystick.records.RecordQuery.Filter;
import io.tallystick.store.Documents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the records of a query are found: in which sets, between which places, and what of them is
 * looked at to be sure.
 */
final class QueryPlan<R> {
  /** More values of one field than these are no index, and all records are looked at. */
  private static final int MOST_VALUES = 50;

  private final Kind<R> kind;
  private final List<Check<R>> checks = new ArrayList<>();
  private final Set<String> common = new TreeSet<>();
  private List<String> oneOf = List.of();
  private long from = -Documents.MOST_PLACE;
  private long to = Documents.MOST_PLACE;

  /** A filter whose value is compared as those of its field are. */
  private record Check<R>(Field<R> field, Operator operator, Object wanted) {
    boolean holds(R record) {
      return operator.holds(field.of().apply(record), wanted);
    }
  }

  /**
   * @throws IllegalArgumentException where the query asks for what records of the kind have not
   */
  QueryPlan(Kind<R> kind, RecordQuery query) {
    this.kind = kind;
    for (Filter filter : query.filters) {
      add(filter);
    }
    if (query.from != null) {
      add(new Filter(kind.timeField(), Operator.AT_LEAST, query.from));
    }
    if (query.to != null) {
      add(new Filter(kind.timeField(), Operator.AT_MOST, query.to));
    }
    if (common.isEmpty() && oneOf.isEmpty()) {
      common.add(kind.all());
    }
  }

  private void add(Filter filter) {
    Field<R> field = kind.field(filter.field());
    Object wanted = filter.value();
    if (wanted instanceof Collection<?> list) {
      List<Object> all = new ArrayList<>();
      list.forEach(each -> all.add(field.toComparable(each)));
      wanted = all;
    } else if (filter.operator() != Operator.CONTAINS) {
      wanted = field.toComparable(wanted);
    }
    checks.add(new Check<>(field, filter.operator(), wanted));
    if (field.isIndexed()) {
      index(field, filter.operator(), wanted);
    } else if (field.name().equals(kind.timeField()) && wanted instanceof Instant time) {
      bound(filter.operator(), Times.place(time));
    }
  }

  private void index(Field<R> field, Operator operator, Object wanted) {
    if (operator == Operator.EQUAL) {
      common.add(kind.set(field.name(), wanted));
      return;
    }
    Set<String> sets = new LinkedHashSet<>();
    if (operator == Operator.IN) {
      ((Collection<?>) wanted).forEach(each -> sets.add(kind.set(field.name(), each)));
    } else if (wanted instanceof Severity) {
      for (Severity each : Severity.values()) {
        if (operator.holds(each, wanted)) {
          sets.add(kind.set(field.name(), each));
        }
      }
    }
    boolean isFewer = oneOf.isEmpty() || sets.size() < oneOf.size();
    if (!sets.isEmpty() && sets.size() <= MOST_VALUES && isFewer) {
      oneOf = List.copyOf(sets);
    }
  }

  private void bound(Operator operator, long place) {
    switch (operator) {
      case EQUAL -> {
        from = Math.max(from, place);
        to = Math.min(to, place);
      }
      case AT_LEAST, GREATER -> from = Math.max(from, place);
      case AT_MOST, LESS -> to = Math.min(to, place);
      default -> {} // looks at all
    }
  }

  /** Sets of which each has a part of what is found: that which all sets of one of them have. */
  List<Set<String>> searches() {
    if (oneOf.isEmpty()) {
      return List.of(common);
    }
    List<Set<String>> searches = new ArrayList<>();
    for (String set : oneOf) {
      Set<String> sets = new TreeSet<>(common);
      sets.add(set);
      searches.add(sets);
    }
    return searches;
  }

  long from() {
    return from;
  }

  long to() {
    return to;
  }

  /** Whether what is found in the sets needs no look, so that it can be counted there. */
  boolean isByIndex() {
    return oneOf.isEmpty() && common.size() == 1 && checks.stream().allMatch(this::isOfSet);
  }

  private boolean isOfSet(Check<R> check) {
    if (check.field().isIndexed()) {
      return check.operator() == Operator.EQUAL;
    }
    boolean isBound = check.operator() == Operator.AT_LEAST || check.operator() == Operator.AT_MOST;
    return isBound && check.field().name().equals(kind.timeField());
  }

  boolean matches(R record) {
    return checks.stream().allMatch(check -> check.holds(record));
  }
}
