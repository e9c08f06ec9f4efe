package io.tallystick.sd.cache;

import io.tallystick.sd.generate.GenerationException;
import io.tallystick.sd.generate.Targets;
import io.tallystick.store.JobQueue;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The lists of targets that a server answers with.
 *
 * <p>What is asked for regularly is in the memory of this process, as it is sent, and compared with
 * the store once in a second at most; the workers of the store make it anew before it is too old.
 * Where the store cannot be used, the last good list is served, with its age, until it is too old.
 *
 * <p>Threading: any. The store is asked by threads of this object alone, which {@link #start}
 * starts and {@link #close} ends: a caller waits for a store that does not answer for a short while
 * where it has a list already, for a few seconds where it has none.
 */
public final class TargetLists implements AutoCloseable {
  private static final long COPY_MS = 1_000;
  private static final long MISS_MS = 100;
  private static final long WAITING_COPY_MS = 20;
  private static final long WITH_LIST_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long WITHOUT_LIST_NS = TimeUnit.SECONDS.toNanos(10);

  private final Targets targets;
  private final CacheSettings settings;
  private final InstantSource clock;
  private final DiscoveryMetrics metrics;
  private final QueryEntries entries;
  private final StoreLooks looks;
  private final Overview overview;

  TargetLists(
      Store store,
      Targets targets,
      CacheSettings settings,
      InstantSource clock,
      DiscoveryMetrics metrics,
      Doorbell doorbell) {
    this.targets = targets;
    this.settings = settings;
    this.clock = clock;
    this.metrics = metrics;
    RefreshRule rule = new RefreshRule(settings);
    this.entries = new QueryEntries(settings.queriesPerPath(), settings.queries(), rule);
    this.looks =
        new StoreLooks(
            store,
            targets,
            rule,
            entries,
            clock,
            () -> UUID.randomUUID().toString(),
            metrics,
            doorbell);
    this.overview = new Overview(targets, looks, entries, clock);
  }

  /**
   * Lists of a store, which the caller closes later than this.
   *
   * @param targets what exists, and what {@link #raw} runs
   * @param doorbell that of the workers of this process; one that nobody listens to otherwise
   */
  public static TargetLists start(
      Store store,
      Targets targets,
      CacheSettings settings,
      InstantSource clock,
      DiscoveryMetrics metrics,
      Doorbell doorbell) {
    TargetLists lists = new TargetLists(store, targets, settings, clock, metrics, doorbell);
    lists.looks.start();
    return lists;
  }

  /**
   * What a query gives now.
   *
   * @param wait for how long to wait where there is no list yet
   * @param interval in which the caller asks, as far as it says so
   */
  public Answer get(TargetQuery query, Duration wait, Optional<Duration> interval)
      throws InterruptedException {
    long nowMs = clock.millis();
    QueryEntry entry = entries.get(query);
    if (entry == null) {
      if (!targets.exists(query.path())) {
        return new Answer.Unknown();
      }
      entry = entries.add(query, nowMs);
      if (entry == null) {
        return entries.tooMany(query);
      }
    }
    entry.ask(nowMs, interval.map(Duration::toMillis).orElse(0L));
    Answer answer = answer(current(entry, entry.view().copy() == null ? MISS_MS : COPY_MS));
    long endNs = System.nanoTime() + wait.toNanos();
    while (answer instanceof Answer.Pending && System.nanoTime() < endNs) {
      TimeUnit.MILLISECONDS.sleep(WAITING_COPY_MS);
      answer = answer(current(entry, WAITING_COPY_MS));
    }
    metrics.looked(operation(answer));
    return answer;
  }

  /** What is known of a query, from a look that is no older than this where the store answers. */
  private View current(QueryEntry entry, long lastMs) throws InterruptedException {
    View view = entry.view();
    if (view.isOf(lastMs, clock.millis())) {
      return view;
    }
    long patienceNs = view.copy() == null ? WITHOUT_LIST_NS : WITH_LIST_NS;
    boolean unused = looks.look(entry).await(patienceNs);
    return entry.view();
  }

  private Answer answer(View view) {
    long nowMs = clock.millis();
    if (!view.exists()) {
      return new Answer.Unknown();
    }
    View.Copy copy = view.copyOf(settings.maxStale().toMillis(), nowMs);
    if (copy != null) {
      Duration age = Duration.ofMillis(Math.max(0, nowMs - copy.status().updatedMs()));
      return new Answer.Listed(copy.list(), age, age.compareTo(settings.fresh()) > 0);
    }
    if (view.error() != null) {
      return new Answer.Failed(view.error());
    }
    if (view.fault() != null) {
      return new Answer.Unavailable(view.fault());
    }
    return view.checkedMs() == View.NEVER_MS
        ? new Answer.Unavailable("store does not answer")
        : new Answer.Pending();
  }

  private static String operation(Answer answer) {
    if (answer instanceof Answer.Listed listed) {
      return listed.stale() ? "stale" : "hit";
    }
    return answer instanceof Answer.Pending ? "miss" : "none";
  }

  /**
   * Forgets the list and the error of a query, and asks for a new list. Empty where {@link #get}
   * would answer that there is no such path, or too many queries of it.
   *
   * @throws StoreException where the store cannot be used
   */
  public Optional<Reload> reload(TargetQuery query) {
    QueryEntry entry = entries.get(query);
    if (entry == null && targets.exists(query.path())) {
      entry = entries.add(query, clock.millis());
    }
    if (entry == null) {
      return Optional.empty();
    }
    entry.ask(clock.millis(), 0);
    return Optional.of(looks.reload(entry));
  }

  /**
   * What the store has of a query, whether it exists or not.
   *
   * @throws StoreException where the store cannot be used
   */
  public QueryState state(TargetQuery query) {
    String key = query.key();
    boolean isPending = looks.ask(store -> store.isPending(key)); // first: its result is seen then
    Optional<ListStatus> status = looks.ask(store -> store.status(key));
    Optional<GenerationError> error = looks.ask(store -> store.error(key));
    long nowMs = clock.millis();
    return new QueryState(
        status.map(known -> Duration.ofMillis(Math.max(0, nowMs - known.updatedMs()))),
        error,
        isPending);
  }

  /**
   * The raw value of one generator, which this process runs now.
   *
   * @throws GenerationException if it failed, or if the path is not one generator, of the type
   *     {@link GenerationException#NO_SUCH_PATH}
   */
  public String raw(TargetQuery query) throws GenerationException, InterruptedException {
    return targets.raw(query.path(), query.arguments());
  }

  /**
   * What the store has of each path that exists, without arguments, and what this process knows of
   * the queries with arguments that it was asked; at most a few seconds old.
   *
   * @throws IOException if the root cannot be read
   */
  public List<PathState> states() throws IOException {
    return overview.states();
  }

  /** How many jobs there are; empty where the store cannot be used. */
  public Optional<JobQueue.Sizes> sizes() {
    return overview.sizes();
  }

  /**
   * Jobs whose workers failed or died too often, the oldest first; none where there is no store.
   */
  public List<JobQueue.DeadLetter> deadLetters(int limit) {
    return overview.deadLetters(limit);
  }

  /** Whether this process has a list of a query that {@link #get} answers with, without waiting. */
  public boolean hasList(TargetQuery query) {
    QueryEntry entry = entries.get(query);
    return entry != null
        && entry.view().copyOf(settings.maxStale().toMillis(), clock.millis()) != null;
  }

  /** Whether the store can be used, as far as is known. */
  public boolean isStoreUp() {
    return looks.isStoreUp();
  }

  /** Whether queries can be answered: by the store, or with lists of this process' own. */
  public boolean isReady() {
    long nowMs = clock.millis();
    long lastMs = settings.maxStale().toMillis();
    return looks.isStoreUp()
        || entries.all().stream().anyMatch(entry -> entry.view().copyOf(lastMs, nowMs) != null);
  }

  /** What is done each second. */
  void tick() {
    looks.tick();
  }

  /** Whether no look at the store is under way. */
  boolean isIdle() {
    return entries.all().stream().noneMatch(QueryEntry::isBeingChecked);
  }

  @Override
  public void close() {
    looks.close();
  }
}
