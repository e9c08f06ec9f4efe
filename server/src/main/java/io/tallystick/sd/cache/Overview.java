package io.tallystick.sd.cache;

import io.tallystick.sd.generate.Targets;
import io.tallystick.store.JobQueue;
import io.tallystick.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What people are shown of all queries, made once in a few seconds at most. Threading: any; one
 * makes it, and those who come meanwhile wait for it.
 */
final class Overview {
  private static final long KEPT_MS = 2_000;

  private final Targets targets;
  private final StoreLooks looks;
  private final QueryEntries entries;
  private final InstantSource clock;
  private List<PathState> states = List.of();
  private long madeMs = View.NEVER_MS;

  Overview(Targets targets, StoreLooks looks, QueryEntries entries, InstantSource clock) {
    this.targets = targets;
    this.looks = looks;
    this.entries = entries;
    this.clock = clock;
  }

  synchronized List<PathState> states() throws IOException {
    long nowMs = clock.millis();
    if (madeMs == View.NEVER_MS || nowMs < madeMs || nowMs - madeMs >= KEPT_MS) {
      states = made(nowMs);
      madeMs = nowMs;
    }
    return states;
  }

  private List<PathState> made(long nowMs) throws IOException {
    List<PathState> made = new ArrayList<>();
    for (String path : targets.paths()) {
      made.add(state(TargetQuery.of(path), nowMs));
    }
    for (QueryEntry entry : entries.all()) {
      if (!entry.query().arguments().isEmpty()) {
        made.add(known(entry, nowMs));
      }
    }
    made.sort(Comparator.comparing(state -> state.query().fullPath()));
    return List.copyOf(made);
  }

  /** Without a call to the store: there may be a thousand of these for each path. */
  private static PathState known(QueryEntry entry, long nowMs) {
    View view = entry.view();
    Optional<GenerationError> error = Optional.ofNullable(view.error());
    return state(entry.query(), newer(null, view.copy()), error, nowMs);
  }

  private PathState state(TargetQuery query, long nowMs) {
    QueryEntry entry = entries.get(query);
    View.Copy copy = entry == null ? null : entry.view().copy();
    try {
      String key = query.key();
      Optional<ListStatus> status = looks.ask(store -> store.status(key));
      return state(query, newer(status.orElse(null), copy), looks.ask(s -> s.error(key)), nowMs);
    } catch (StoreException e) {
      GenerationError error = entry == null ? null : entry.view().error();
      return state(query, newer(null, copy), Optional.ofNullable(error), nowMs);
    }
  }

  private static @Nullable ListStatus newer(@Nullable ListStatus stored, View.@Nullable Copy own) {
    if (own == null || (stored != null && stored.updatedMs() >= own.status().updatedMs())) {
      return stored;
    }
    return own.status();
  }

  private static PathState state(
      TargetQuery query, @Nullable ListStatus status, Optional<GenerationError> error, long nowMs) {
    Optional<ListStatus> known = Optional.ofNullable(status);
    return new PathState(
        query,
        known.map(ListStatus::targets),
        known.map(of -> Duration.ofMillis(Math.max(0, nowMs - of.updatedMs()))),
        known.map(of -> Duration.ofMillis(of.processingMs())),
        error);
  }

  Optional<JobQueue.Sizes> sizes() {
    try {
      return looks.tryAsk(store -> store.queue().sizes());
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  List<JobQueue.DeadLetter> deadLetters(int limit) {
    try {
      return looks.tryAsk(store -> store.queue().deadLetters(limit)).orElseGet(List::of);
    } catch (StoreException e) {
      return List.of();
    }
  }
}
