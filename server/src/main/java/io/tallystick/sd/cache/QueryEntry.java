package io.tallystick.sd.cache;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One query in one process: what is known of it, when it was asked for, and the one look at the
 * store that may be under way.
 *
 * <p>Threading: any. Each field is read and written on its own; what is a little older does no
 * harm.
 */
final class QueryEntry {
  private final TargetQuery query;
  private final String key;
  private final AtomicReference<@Nullable Check> check = new AtomicReference<>();
  private volatile View view = View.NONE;
  private volatile long askedMs;
  private volatile long intervalMs;
  private volatile long awaitedMs = View.NEVER_MS;
  private volatile long offeredMs = View.NEVER_MS;

  QueryEntry(TargetQuery query, String key, long nowMs) {
    this.query = query;
    this.key = key;
    this.askedMs = nowMs;
  }

  TargetQuery query() {
    return query;
  }

  String key() {
    return key;
  }

  View view() {
    return view;
  }

  void see(View seen) {
    view = seen;
  }

  /** Notes that it is asked for, by one who comes again after this time; 0 where it is unknown. */
  void ask(long nowMs, long interval) {
    askedMs = nowMs;
    intervalMs = interval;
    awaitedMs = Math.max(awaitedMs, nowMs + 2 * interval);
  }

  long askedMs() {
    return askedMs;
  }

  /** The interval of whoever asked last; 0 where it is unknown. */
  long intervalMs() {
    return intervalMs;
  }

  /** Until when somebody who said in which interval is still to come again, twice. */
  long awaitedMs() {
    return awaitedMs;
  }

  /** When a generation was asked for last; {@link View#NEVER_MS} where it was not. */
  long offeredMs() {
    return offeredMs;
  }

  void offered(long nowMs) {
    offeredMs = nowMs;
  }

  /** The look at the store that is under way, or one that begins now and that the caller starts. */
  Check check(Runnable start) {
    Check mine = new Check(System.nanoTime());
    Check present = check.compareAndExchange(null, mine);
    if (present != null) {
      return present;
    }
    try {
      start.run();
    } catch (RuntimeException e) {
      checked(); // nothing was begun
      throw e;
    }
    return mine;
  }

  boolean isBeingChecked() {
    return check.get() != null;
  }

  /** Ends the look at the store. */
  void checked() {
    Check ended = check.getAndSet(null);
    if (ended != null) {
      ended.done.complete(null);
    }
  }

  /** A look at the store. */
  static final class Check {
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private final long startNs;

    private Check(long startNs) {
      this.startNs = startNs;
    }

    /** Waits for its end, until it has taken so long; false where it has not ended. */
    boolean await(long patienceNs) throws InterruptedException {
      long leftNs = patienceNs - (System.nanoTime() - startNs);
      try {
        done.get(Math.max(0, leftNs), TimeUnit.NANOSECONDS);
        return true;
      } catch (TimeoutException e) {
        return false;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e); // it is only completed
      }
    }
  }
}
