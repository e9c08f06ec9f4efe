package io.tallystick.sd.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The queries that a process knows: at most so many of each path, and besides the one without
 * arguments, which the others do not keep out. Threading: any.
 */
final class QueryEntries {
  private final int queriesPerPath;
  private final Map<String, Map<TargetQuery, QueryEntry>> byPath = new ConcurrentHashMap<>();

  QueryEntries(int queriesPerPath) {
    this.queriesPerPath = queriesPerPath;
  }

  @Nullable QueryEntry get(TargetQuery query) {
    Map<TargetQuery, QueryEntry> ofPath = byPath.get(query.path());
    return ofPath == null ? null : ofPath.get(query);
  }

  /** Adds a query that may be there by now; null where the path has too many. */
  @Nullable QueryEntry add(TargetQuery query, long nowMs) {
    QueryEntry[] added = new QueryEntry[1];
    byPath.compute(
        query.path(),
        (path, present) -> {
          Map<TargetQuery, QueryEntry> ofPath =
              present == null ? new ConcurrentHashMap<>() : present;
          QueryEntry entry = ofPath.get(query);
          boolean isPlain = query.arguments().isEmpty();
          if (entry == null && (isPlain || ofPath.size() < queriesPerPath)) {
            entry = new QueryEntry(query, query.key(), nowMs);
            ofPath.put(query, entry);
          }
          added[0] = entry;
          return ofPath;
        });
    return added[0];
  }

  void remove(TargetQuery query) {
    byPath.computeIfPresent(
        query.path(),
        (path, ofPath) -> {
          ofPath.remove(query);
          return ofPath.isEmpty() ? null : ofPath;
        });
  }

  List<QueryEntry> all() {
    List<QueryEntry> all = new ArrayList<>();
    byPath.values().forEach(ofPath -> all.addAll(ofPath.values()));
    return all;
  }
}
