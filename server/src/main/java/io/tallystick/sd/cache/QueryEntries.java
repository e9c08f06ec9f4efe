package io.tallystick.sd.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The queries that a process knows: at most so many of each path and of all paths. Those without
 * arguments are kept besides: none of them is counted, and none is kept out.
 *
 * <p>Where all paths have too many, those that nobody has asked for since the longest time give
 * way, some at a time; those that are kept warm do not. Nothing is lost by that but a look at the
 * store, should they be asked for again.
 *
 * <p>Threading: any.
 */
final class QueryEntries {
  private static final int SHARE = 16; // of them that gives way at a time
  private static final long LOOK_AGAIN_MS = 1_000;

  private final int queriesPerPath;
  private final int queries;
  private final RefreshRule rule;
  private final Map<String, Map<TargetQuery, QueryEntry>> byPath = new ConcurrentHashMap<>();
  private final AtomicInteger kept =
      new AtomicInteger(); // with arguments, and those about to be added
  private long lookedInVainMs = View.NEVER_MS;

  QueryEntries(int queriesPerPath, int queries, RefreshRule rule) {
    this.queriesPerPath = queriesPerPath;
    this.queries = queries;
    this.rule = rule;
  }

  @Nullable QueryEntry get(TargetQuery query) {
    Map<TargetQuery, QueryEntry> ofPath = byPath.get(query.path());
    return ofPath == null ? null : ofPath.get(query);
  }

  /** Adds a query that may be there by now; null where there are {@link #tooMany}. */
  @Nullable QueryEntry add(TargetQuery query, long nowMs) {
    boolean counts = counts(query);
    if (counts && (isFull(query.path()) || !reserve(nowMs))) {
      return get(query);
    }
    QueryEntry mine = new QueryEntry(query, query.key(), nowMs);
    QueryEntry present = put(mine);
    if (counts && present != mine) {
      kept.decrementAndGet();
    }
    return present;
  }

  private static boolean counts(TargetQuery query) {
    return !query.arguments().isEmpty();
  }

  private boolean isFull(String path) {
    Map<TargetQuery, QueryEntry> ofPath = byPath.get(path);
    return ofPath != null && isFull(path, ofPath);
  }

  /** Whether there are as many with arguments as there may be. */
  private boolean isFull(String path, Map<TargetQuery, QueryEntry> ofPath) {
    int without = ofPath.containsKey(TargetQuery.of(path)) ? 1 : 0;
    return ofPath.size() - without >= queriesPerPath;
  }

  /** The one that is there by now, or this one; null where its path has too many. */
  private @Nullable QueryEntry put(QueryEntry entry) {
    TargetQuery query = entry.query();
    QueryEntry[] result = new QueryEntry[1];
    byPath.compute(
        query.path(),
        (path, present) -> {
          Map<TargetQuery, QueryEntry> ofPath =
              present == null ? new ConcurrentHashMap<>() : present;
          result[0] = ofPath.get(query);
          if (result[0] == null && (!counts(query) || !isFull(path, ofPath))) {
            result[0] = entry;
            ofPath.put(query, entry);
          }
          return ofPath;
        });
    return result[0];
  }

  /** Takes the place of one more query; false where there is none, and none gives way. */
  private boolean reserve(long nowMs) {
    if (kept.incrementAndGet() <= queries) {
      return true;
    }
    kept.decrementAndGet();
    makeRoom(nowMs);
    if (kept.incrementAndGet() <= queries) {
      return true;
    }
    kept.decrementAndGet();
    return false;
  }

  /** Looks at all of them, at most once in a second where that was in vain. */
  private synchronized void makeRoom(long nowMs) {
    boolean wasJustInVain =
        lookedInVainMs != View.NEVER_MS && Math.abs(nowMs - lookedInVainMs) < LOOK_AGAIN_MS;
    if (kept.get() < queries || wasJustInVain) {
      return;
    }
    List<Idle> idle = new ArrayList<>();
    for (QueryEntry entry : all()) {
      if (counts(entry.query()) && !rule.isAskedFor(entry, nowMs)) {
        idle.add(new Idle(entry.query(), entry.askedMs()));
      }
    }
    idle.sort(Comparator.comparingLong(Idle::askedMs));
    idle.stream().limit(Math.max(1, queries / SHARE)).forEach(each -> remove(each.query()));
    lookedInVainMs = idle.isEmpty() ? nowMs : View.NEVER_MS;
  }

  /** One that may give way, and when it was asked for last; which goes on changing. */
  private record Idle(TargetQuery query, long askedMs) {}

  /** Which limit it is that a query does not fit into. */
  Answer.TooMany tooMany(TargetQuery query) {
    boolean isOfPath = isFull(query.path());
    return new Answer.TooMany(isOfPath ? queriesPerPath : queries, !isOfPath);
  }

  void remove(TargetQuery query) {
    byPath.computeIfPresent(
        query.path(),
        (path, ofPath) -> {
          if (ofPath.remove(query) != null && counts(query)) {
            kept.decrementAndGet();
          }
          return ofPath.isEmpty() ? null : ofPath;
        });
  }

  List<QueryEntry> all() {
    List<QueryEntry> all = new ArrayList<>();
    byPath.values().forEach(ofPath -> all.addAll(ofPath.values()));
    return all;
  }
}
