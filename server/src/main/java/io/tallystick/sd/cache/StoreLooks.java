package io.tallystick.sd.cache;

import io.tallystick.sd.generate.Targets;
import io.tallystick.store.JobQueue;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what the store has of queries, and asks for generations that are due.
 *
 * <p>A look reads what is known of a list, and the list itself where it is another one than the
 * copy. One look of a query is under way at a time. A thread of its own has a look at each query
 * that is due, once in a second, whoever asks. Threading: any.
 */
final class StoreLooks implements AutoCloseable {
  private static final int THREADS = 4;
  private static final long TICK_MS = 1_000;
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final ListStore store;
  private final StoreGate gate;
  private final Targets targets;
  private final RefreshRule rule;
  private final QueryEntries entries;
  private final InstantSource clock;
  private final Supplier<String> ids;
  private final DiscoveryMetrics metrics;
  private final Doorbell doorbell;
  private final DeadLetters deadLetters;
  private final EncodedLists lists = new EncodedLists();
  private final ExecutorService threads;
  private final ScheduledExecutorService ticks;

  StoreLooks(
      Store store,
      Targets targets,
      RefreshRule rule,
      QueryEntries entries,
      InstantSource clock,
      Supplier<String> ids,
      DiscoveryMetrics metrics,
      Doorbell doorbell) {
    this.store = new ListStore(store);
    this.gate = new StoreGate(store);
    this.targets = targets;
    this.rule = rule;
    this.entries = entries;
    this.clock = clock;
    this.ids = ids;
    this.metrics = metrics;
    this.doorbell = doorbell;
    this.deadLetters = new DeadLetters(this.store);
    this.threads = Executors.newFixedThreadPool(THREADS, task -> daemon(task, "sd-store"));
    this.ticks = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "sd-refresh"));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  void start() {
    var unused =
        ticks.scheduleWithFixedDelay(this::tickSafely, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  private void tickSafely() {
    try {
      tick();
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "store failed meanwhile", e); // the gate has said so
    } catch (RuntimeException | OutOfMemoryError e) { // or there would be no next tick
      LOG.log(Level.WARNING, "refresh failed", e);
    }
  }

  /** What is done each second. */
  void tick() {
    gate.probe();
    long nowMs = clock.millis();
    for (QueryEntry entry : entries.all()) {
      if (rule.isForgotten(entry, nowMs)) {
        entries.remove(entry.query());
      } else if (rule.isDue(entry, entry.view().copy(), nowMs)) {
        var unused = look(entry);
      }
    }
    if (gate.isOpen()) {
      // A store with a second one has no sizes while that is away, and is used all the same.
      Optional<JobQueue.Sizes> sizes = tryAsk(of -> of.queue().sizes());
      sizes.ifPresent(metrics::queued);
      sizes.ifPresent(known -> deadLetters.tidy(nowMs, known.dead(), gate));
    }
  }

  /** The look at a query that is under way, or one that begins now. */
  QueryEntry.Check look(QueryEntry entry) {
    return entry.check(() -> threads.execute(() -> lookSafely(entry)));
  }

  private void lookSafely(QueryEntry entry) {
    try {
      look(entry, clock.millis());
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "cannot look at a list: key=" + entry.key(), e);
    } finally {
      entry.checked();
    }
  }

  private void look(QueryEntry entry, long nowMs) {
    View before = entry.view();
    if (!targets.exists(entry.query().path())) {
      entry.see(new View(null, null, false, null, nowMs));
      entries.remove(entry.query());
      return;
    }
    try {
      View.Copy copy = newest(entry.key(), before.copy(), nowMs);
      boolean isDue = rule.isDue(entry, copy, nowMs);
      GenerationError error = isDue ? ask(of -> of.error(entry.key())).orElse(null) : null;
      entry.see(new View(copy, error, true, null, nowMs));
      if (isDue && rule.mayOffer(entry, copy, nowMs) && rule.isOver(error, nowMs)) {
        offer(entry, copy == null ? 0 : copy.status().updatedMs(), nowMs, false);
      }
    } catch (StoreException e) {
      View known = entry.view();
      entry.see(new View(known.copy(), known.error(), true, String.valueOf(e.getMessage()), nowMs));
    }
  }

  /** The list of the store, if it is a newer one, or another one than one made in the future. */
  private View.@Nullable Copy newest(String key, View.@Nullable Copy before, long nowMs) {
    Optional<ListStatus> status = ask(of -> of.status(key));
    if (status.isEmpty() || (before != null && !isNewer(status.get(), before.status(), nowMs))) {
      return before;
    }
    Optional<CacheJson.Value> value = ask(of -> of.list(key));
    if (value.isEmpty()) {
      return before;
    }
    byte[] json = value.get().list();
    EncodedList list = before != null && before.list().has(json) ? before.list() : lists.of(json);
    return new View.Copy(list, status.get());
  }

  private static boolean isNewer(ListStatus stored, ListStatus own, long nowMs) {
    return own.isAhead(nowMs)
        ? stored.updatedMs() != own.updatedMs()
        : stored.updatedMs() > own.updatedMs();
  }

  private void offer(QueryEntry entry, long knownMs, long nowMs, boolean atOnce) {
    GenerationJob job = new GenerationJob(entry.query(), ids.get(), knownMs);
    boolean isNew = gate.change(() -> atOnce ? store.offerAtOnce(job) : store.offer(job));
    entry.offered(nowMs);
    if (isNew) {
      doorbell.ring();
    }
  }

  Reload reload(QueryEntry entry) {
    String key = entry.key();
    Reload done = gate.change(() -> new Reload(store.deleteList(key), store.deleteError(key)));
    entry.see(View.NONE);
    offer(entry, 0, clock.millis(), done.errorCacheCleared());
    return done;
  }

  /** Asks the store what changes nothing, on the caller's thread. */
  <T> T ask(Function<ListStore, T> question) {
    return gate.ask(() -> question.apply(store));
  }

  /** As {@link #ask}; empty where the store can be used, and has no answer to this alone. */
  <T> Optional<T> tryAsk(Function<ListStore, T> question) {
    return gate.tryAsk(() -> question.apply(store));
  }

  boolean isStoreUp() {
    return gate.isOpen();
  }

  @Override
  public void close() {
    ticks.shutdownNow();
    threads.shutdownNow();
  }
}
