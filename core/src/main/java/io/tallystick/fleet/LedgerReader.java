package io.tallystick.fleet;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a ledger on a thread of its own: one reading at a time, which all share who ask for one
 * while it runs.
 *
 * <p>Nobody waits for longer than the patience that it has. A reading that takes longer goes on,
 * and is the only one until it ends. Threading: any.
 */
final class LedgerReader<T> implements AutoCloseable {
  private final Supplier<T> reading;
  private final Duration patience;
  private final ReentrantLock lock = new ReentrantLock();
  private final ExecutorService thread = Executors.newSingleThreadExecutor(LedgerReader::daemon);
  private @Nullable CompletableFuture<T> latest; // guarded by the lock

  LedgerReader(Supplier<T> reading, Duration patience) {
    this.reading = reading;
    this.patience = patience;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(null, task, "tallystick-ledger-reader", 0, false);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * What a reading gives that ends after this call began.
   *
   * @throws StoreException where it fails, or does not end in time
   */
  T read() {
    try {
      return join().get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      throw new StoreException(Category.PERMANENT, "reader is closed", e);
    } catch (TimeoutException e) {
      throw new StoreException(Category.TRANSIENT, "no answer in time: patience=" + patience, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(Category.TRANSIENT, "interrupted while waiting for an answer", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StoreException refusal) {
        throw refusal;
      }
      throw new StoreException(Category.TRANSIENT, "store failed: " + e.getCause(), e);
    }
  }

  private CompletableFuture<T> join() {
    lock.lock();
    try {
      CompletableFuture<T> present = latest;
      if (present == null || present.isDone()) {
        present = CompletableFuture.supplyAsync(reading, thread);
        latest = present;
      }
      return present;
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts a reading that runs. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
