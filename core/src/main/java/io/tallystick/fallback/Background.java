package io.tallystick.fallback;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A daemon thread that does something again and again, with a pause in between. */
final class Background implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Background.class.getName());
  private static final long PATIENCE_MS = 5_000;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private final Duration pause;
  private final Runnable work;

  private Background(String name, Duration pause, Runnable work) {
    this.pause = pause;
    this.work = work;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  static Background start(String name, Duration pause, Runnable work) {
    Background background = new Background(name, pause, work);
    background.thread.start();
    return background;
  }

  private void run() {
    try {
      while (!closed.await(pause.toMillis(), MILLISECONDS)) {
        try {
          work.run();
        } catch (RuntimeException | Error e) { // what it is depends on others' stores
          LOG.log(System.Logger.Level.WARNING, "work of a fallback store failed: " + e, e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends it, and waits a while for what it does. */
  @Override
  public void close() {
    closed.countDown();
    boolean interrupted = false;
    try {
      thread.join(PATIENCE_MS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
