package io.tallystick;

import io.tallystick.merge.Retirement;
import io.tallystick.mirror.Mirrors;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Log;
import io.tallystick.shm.ProcessFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The end of an instance, once: by whoever closes it first, or by the end of the JVM.
 *
 * <p>Threading: {@link #close} any; the other methods before anybody else has the instance.
 */
final class Closing {
  private static final long MOST_SECONDS_OF_END = 10;

  private final ProcessFile file;
  private final Scraper scraper;
  private final Retirement retirement;
  final Agent agent;
  private final Mirrors mirrors;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ShutdownHook hook = new ShutdownHook(this::endWithJvm);
  private @Nullable Replication replication;

  Closing(ProcessFile file, Scraper scraper, Retirement retirement, Agent agent, Mirrors mirrors) {
    this.file = file;
    this.scraper = scraper;
    this.retirement = retirement;
    this.agent = agent;
    this.mirrors = mirrors;
  }

  /** Has a replication end with the instance. */
  void addReplication(Replication added) {
    replication = added;
  }

  /** Has the instance end with the JVM, where nobody closes it before. */
  void addShutdownHook() {
    hook.add();
  }

  /** As {@link Tallystick#close}. */
  void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    mirrors.close();
    agent.close();
    try {
      try {
        scraper.close();
      } finally {
        file.close();
      }
      retirement.run();
    } catch (IOException | UncheckedIOException e) {
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "values were not folded; the directory's next process does it: directory="
                  + scraper.directory(),
              e);
    } finally {
      if (replication != null) {
        replication.close(); // by now the process counts as dead
      }
      ended.countDown();
      hook.remove();
    }
  }

  /** Closes it, or waits for whoever does: not for ever, since that may be who ends the JVM. */
  private void endWithJvm() {
    close();
    try {
      boolean unused = ended.await(MOST_SECONDS_OF_END, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the JVM ends
    }
  }
}
