package io.tallystick.replication;

import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Log;
import io.tallystick.shm.ReplicationLock;
import io.tallystick.store.Ledger;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a replicator's thread does: stands by until it has the lock, and then publishes once in an
 * interval until it is told to stop, and then once more. Nothing that is thrown ends it.
 */
final class ReplicationLoop implements Runnable {
  private static final int MOST_INTERVALS_OF_FAILURE = 10;
  private static final long NEVER = Long.MIN_VALUE;

  private final Publisher.Settings settings;
  private final Supplier<? extends Ledger> ledger;
  private final Duration deadGaugeRetention;
  private final long intervalNs;
  private final JobDirectories jobs;
  private final boolean ends;
  private final CountDownLatch stop = new CountDownLatch(1);
  private @Nullable Scraper scraper; // as the next three, of the thread alone
  private @Nullable Publisher publisher;
  private @Nullable FailureCategory failing;
  private int failures;
  private volatile boolean elected;
  private volatile long electedMs = NEVER;
  private volatile long currentMs = NEVER; // when the ledger's values were those of the directory

  /**
   * @param jobs those of the host, of which it ends what is left
   * @param ends whether the directory is one of them
   */
  ReplicationLoop(
      Publisher.Settings settings,
      Supplier<? extends Ledger> ledger,
      Duration deadGaugeRetention,
      Duration interval,
      JobDirectories jobs,
      boolean ends) {
    this.settings = settings;
    this.ledger = ledger;
    this.deadGaugeRetention = deadGaugeRetention;
    this.intervalNs = interval.toNanos();
    this.jobs = jobs;
    this.ends = ends;
  }

  boolean isElected() {
    return elected;
  }

  /** As {@link Replicator#lastSuccessMs}. */
  OptionalLong lastSuccessMs() {
    long since = currentMs;
    return since == NEVER || !elected ? OptionalLong.empty() : OptionalLong.of(since);
  }

  /** As {@link Replicator#lagMs}. */
  OptionalLong lagMs() {
    long since = Math.max(currentMs, electedMs);
    return since == NEVER || !elected
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, settings.clock().millis() - since));
  }

  /** Has it publish once more and end. */
  void stop() {
    stop.countDown();
  }

  @Override
  public void run() {
    try {
      ReplicationLock lock = tryTake();
      while (lock == null && !await(System.nanoTime() + intervalNs)) {
        lock = tryTake();
      }
      if (lock == null) {
        lock = tryTake(); // whoever had it may have closed meanwhile
      }
      if (lock != null) {
        lead(lock);
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  private @Nullable ReplicationLock tryTake() {
    try {
      return ReplicationLock.tryTake(settings.directory());
    } catch (IOException | RuntimeException e) {
      failed(e);
      return null;
    }
  }

  private void lead(ReplicationLock lock) throws IOException {
    try (lock) {
      electedMs = settings.clock().millis();
      elected = true;
      boolean isLast = false;
      long dueNs = System.nanoTime();
      while (!isLast) {
        isLast = await(dueNs);
        turn(isLast);
        dueNs = nextDueNs(dueNs);
      }
    } finally {
      elected = false;
      Scraper opened = scraper;
      if (opened != null) {
        tell(opened::close);
      }
    }
  }

  /** Waits until then, or until a store has interrupted the thread; whether it is closed. */
  private boolean await(long untilNs) {
    try {
      return stop.await(untilNs - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return stop.getCount() == 0; // nobody ends it but close()
    }
  }

  /** The next cycle's time. Those that were missed are left out; after failures it is later. */
  private long nextDueNs(long dueNs) {
    long behindNs = System.nanoTime() - dueNs;
    long missed = Math.max(0, behindNs / intervalNs);
    if (missed > 0 && failures == 0) {
      tell(() -> settings.listener().skipped(missed));
    }
    int doublings = Math.min(Math.max(0, failures - 1), Integer.SIZE / 2);
    long intervals = Math.min(1L << doublings, MOST_INTERVALS_OF_FAILURE);
    return dueNs + (missed + intervals) * intervalNs;
  }

  private void turn(boolean isLast) {
    try {
      long startMs = settings.clock().millis();
      Publisher present = publisher();
      Ledger target = ledger.get();
      try {
        publish(present, target, isLast);
      } catch (Throwable e) {
        if (FailureCategory.of(e) != FailureCategory.TRANSIENT) {
          lookAfterInSpiteOf(e, present, target, isLast);
        }
        throw e;
      }
      currentMs = startMs;
      lookAfter(present, target, isLast);
      succeeded();
    } catch (Throwable e) { // not all of it is our code
      failed(e);
    }
  }

  private void publish(Publisher present, Ledger target, boolean isLast) throws IOException {
    if (isLast && ends) {
      present.end(target);
      JobDirectories.delete(settings.directory());
    } else {
      present.cycle(target);
    }
  }

  /** Has other sources retired that are due, and other directories ended. */
  private void lookAfter(Publisher present, Ledger target, boolean isLast) throws IOException {
    if (present.inspect(target) || isLast) {
      jobs.endLeft(target, settings);
    }
  }

  /** What is wrong with this directory's source, and stays so, is not to keep the others. */
  private void lookAfterInSpiteOf(
      Throwable failure, Publisher present, Ledger target, boolean isLast) {
    try {
      lookAfter(present, target, isLast);
    } catch (Throwable e) {
      if (e != failure) { // a store may throw the same again
        failure.addSuppressed(e);
      }
    }
  }

  private Publisher publisher() throws IOException {
    Publisher present = publisher;
    if (present == null) {
      Scraper opened = scraper;
      if (opened == null) {
        opened = Scraper.of(settings.directory(), null, deadGaugeRetention, settings.clock());
        scraper = opened;
      }
      present = Publisher.open(settings, opened);
      publisher = present;
    }
    return present;
  }

  private void succeeded() {
    failures = 0;
    if (failing != null) {
      failing = null;
      tell(() -> Log.logger().log(System.Logger.Level.INFO, "replication goes on: " + what()));
    }
  }

  private void failed(Throwable failure) {
    failures++;
    FailureCategory category = FailureCategory.of(failure);
    tell(() -> settings.listener().failed(category));
    if (category != failing) {
      failing = category;
      String message = "replication fails, it is tried again: " + what() + " category=" + category;
      tell(() -> Log.logger().log(System.Logger.Level.WARNING, message, failure));
    }
  }

  /** Which replication it is, for the log. */
  String what() {
    return "directory=" + settings.directory().path() + " name=" + settings.name();
  }

  /** Calls code that is not ours: what it throws is its own affair. */
  static void tell(Runnable news) {
    try {
      news.run();
    } catch (RuntimeException | Error e) {
      return; // replication goes on
    }
  }
}
