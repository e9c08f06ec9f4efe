package io.tallystick.records;

import io.tallystick.store.Documents.Watch;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A thread that shows changes of alerts as they come, until it is closed.
 *
 * <p>What it shows is what an {@link AlertFeed} reads, by number. A {@link Watch} only has it read
 * sooner than it would by itself: a wake-up that is lost, or comes twice, changes nothing else.
 */
public final class AlertSubscription implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final int MOST_AT_ONCE = 500;
  private static final long SHORTEST_HALT_NS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_REST_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

  private final AlertFeed feed;
  private final Watch watch;
  private final Duration pause;
  private final Consumer<AlertChange> action;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Semaphore showing = new Semaphore(1);
  private final Thread thread;
  private volatile long position;
  private volatile long missed;

  private AlertSubscription(
      AlertFeed feed, Watch watch, Duration pause, Consumer<AlertChange> action) {
    this.feed = feed;
    this.watch = watch;
    this.pause = pause;
    this.action = action;
    this.position = feed.position();
    this.thread = new Thread(this::run, "tallystick-alert-feed");
  }

  static AlertSubscription start(
      AlertFeed feed, Watch watch, Duration pause, Consumer<AlertChange> action) {
    AlertSubscription subscription = new AlertSubscription(feed, watch, pause, action);
    subscription.thread.setDaemon(true);
    subscription.thread.start();
    return subscription;
  }

  /** The number of the last change that was shown: where another subscription may go on. */
  public long position() {
    return position;
  }

  /** How many changes had ended before they were read. */
  public long missed() {
    return missed;
  }

  private void run() {
    try (watch) {
      follow();
    }
  }

  private void follow() {
    long pauseNs = TimeUnit.NANOSECONDS.convert(pause);
    long haltNs = SHORTEST_HALT_NS;
    long woken = 0; // a number that was waited for once is not waited for again
    boolean fails = false;
    while (isOpen()) {
      try {
        long before = feed.position();
        List<AlertChange> changes = feed.read(MOST_AT_ONCE);
        changes.forEach(this::show);
        missed = feed.missed();
        fails = false;
        if (!changes.isEmpty() || (feed.position() > before && !feed.isHalted())) {
          haltNs = SHORTEST_HALT_NS; // there may be more, also behind changes that have ended
        } else if (feed.isHalted()) { // of which nobody says when it is over
          rest(Math.min(haltNs, pauseNs));
          haltNs = Math.min(2 * haltNs, LONGEST_REST_NS);
        } else {
          woken = watch.await(Math.max(woken, feed.position()), pause);
        }
      } catch (StoreException e) {
        if (!fails && isOpen()) {
          LOG.log(System.Logger.Level.WARNING, "changes of alerts cannot be read", e);
        }
        fails = true;
        if (e.category() == Category.PERMANENT) {
          return; // closed
        }
        rest(Math.min(LONGEST_REST_NS, pauseNs));
      }
    }
  }

  private boolean isOpen() {
    return closing.getCount() > 0 && !Thread.currentThread().isInterrupted();
  }

  private void show(AlertChange change) {
    showing.acquireUninterruptibly();
    try {
      if (!isOpen()) {
        return;
      }
      action.accept(change);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "change was not taken: number=" + change.number(), e);
    } finally {
      showing.release();
    }
    position = change.number();
  }

  private void rest(long ns) {
    try {
      boolean unused = closing.await(ns, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // which ends it
    }
  }

  /**
   * Shows no more once the change that is being shown has been. The thread ends within a second; it
   * outlives this only where a read goes on for longer, as of a store that does not answer.
   */
  @Override
  public void close() {
    closing.countDown();
    watch.close();
    if (Thread.currentThread() == thread) {
      return;
    }
    showing.acquireUninterruptibly(); // once what is being shown has been
    showing.release();
    boolean interrupted = false;
    long endNs = System.nanoTime() + PATIENCE_NS;
    for (long leftNs = PATIENCE_NS; thread.isAlive() && leftNs > 0; ) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, leftNs);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      leftNs = endNs - System.nanoTime();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
