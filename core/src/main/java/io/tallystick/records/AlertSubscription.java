package io.tallystick.records;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A thread that shows changes of alerts as they come, until it is closed. */
public final class AlertSubscription implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final int MOST_AT_ONCE = 500;

  private final AlertFeed feed;
  private final Duration pause;
  private final Consumer<AlertChange> action;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile long position;
  private volatile long missed;

  private AlertSubscription(AlertFeed feed, Duration pause, Consumer<AlertChange> action) {
    this.feed = feed;
    this.pause = pause;
    this.action = action;
    this.position = feed.position();
    this.thread = new Thread(this::run, "tallystick-alert-feed");
  }

  static AlertSubscription start(AlertFeed feed, Duration pause, Consumer<AlertChange> action) {
    if (pause.isNegative() || pause.isZero()) {
      throw new IllegalArgumentException("pause is not above zero: pause=" + pause);
    }
    AlertSubscription subscription = new AlertSubscription(feed, pause, action);
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
    boolean fails = false;
    while (closing.getCount() > 0) {
      try {
        List<AlertChange> changes = feed.read(MOST_AT_ONCE);
        changes.forEach(this::show);
        missed = feed.missed();
        fails = false;
        if (!changes.isEmpty()) {
          continue;
        }
      } catch (StoreException e) {
        if (!fails) {
          LOG.log(System.Logger.Level.WARNING, "changes of alerts cannot be read", e);
        }
        fails = true;
        if (e.category() == Category.PERMANENT) {
          return; // closed
        }
      }
      if (isClosedAfterPause()) {
        return;
      }
    }
  }

  private void show(AlertChange change) {
    if (closing.getCount() == 0) {
      return;
    }
    try {
      action.accept(change);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "change was not taken: number=" + change.number(), e);
    }
    position = change.number();
  }

  private boolean isClosedAfterPause() {
    try {
      return closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** Shows no more once the change that is being shown has been. */
  @Override
  public void close() {
    closing.countDown();
    if (Thread.currentThread() == thread) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
