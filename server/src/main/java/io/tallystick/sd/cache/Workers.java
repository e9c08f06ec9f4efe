package io.tallystick.sd.cache;

import io.tallystick.sd.generate.Targets;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a process that work off the queue of a store.
 *
 * <p>One of those that have nothing to do looks for a job, a hundred times a second or, where there
 * was one within the second, five hundred times; and at once where this process has queued one. So
 * the store is not asked more often the more threads there are. A store that is away is tried again
 * each second.
 */
public final class Workers implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final Duration LOOK_EVERY = Duration.ofMillis(10);
  private static final Duration LOOK_EVERY_AWAKE = Duration.ofMillis(2);
  private static final long AWAKE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration STORE_PAUSE = Duration.ofSeconds(1);
  private static final int KEEPERS = 3; // of leases, and one that looks for orphans
  private static final long ORPHANS_SECONDS = 10;
  private static final long STOP_MS = 7_000; // for processes to be killed, and a slow store

  private final ListStore store;
  private final WorkerSettings settings;
  private final Doorbell doorbell;
  private final Worker worker;
  private final ScheduledExecutorService keepers;
  private final List<Thread> threads = new ArrayList<>();
  private final Set<Generation> running = ConcurrentHashMap.newKeySet();
  private final ReentrantLock looking = new ReentrantLock();
  private long lastJobNs = System.nanoTime(); // of whoever looks
  private volatile boolean isClosing;
  private volatile boolean isStopping;
  private volatile boolean isStoreUp = true;

  private Workers(
      Store store,
      Targets targets,
      WorkerSettings settings,
      InstantSource clock,
      DiscoveryMetrics metrics,
      Doorbell doorbell) {
    this.store = new ListStore(store);
    this.settings = settings;
    this.doorbell = doorbell;
    this.keepers = Executors.newScheduledThreadPool(KEEPERS, task -> daemon(task, "sd-lease"));
    this.worker = new Worker(this.store, targets, settings, clock, metrics, keepers);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Starts workers on a store, which the caller closes later than them.
   *
   * @param doorbell that of the server of this process; one that nobody rings otherwise
   */
  public static Workers start(
      Store store,
      Targets targets,
      WorkerSettings settings,
      InstantSource clock,
      DiscoveryMetrics metrics,
      Doorbell doorbell) {
    Workers workers = new Workers(store, targets, settings, clock, metrics, doorbell);
    var unused =
        workers.keepers.scheduleWithFixedDelay(
            targets::endOrphans, 0, ORPHANS_SECONDS, TimeUnit.SECONDS);
    for (int i = 0; i < settings.threads(); i++) {
      Thread thread = daemon(workers::work, "sd-worker-" + i);
      workers.threads.add(thread);
      thread.start();
    }
    return workers;
  }

  private void work() {
    while (!isClosing) {
      try {
        Job job = next();
        if (job != null) {
          run(job);
        }
        storeAnswered();
      } catch (StoreException e) {
        storeFailed(e);
        pause(STORE_PAUSE);
      } catch (RuntimeException | OutOfMemoryError e) {
        LOG.log(Level.WARNING, "worker failed", e);
        pause(STORE_PAUSE);
      }
    }
  }

  /** The next job; null where the workers are closed, or interrupted. */
  private @Nullable Job next() {
    try {
      looking.lockInterruptibly();
      try {
        while (!isClosing) {
          long heard = doorbell.rings();
          Optional<Job> job = store.queue().take(settings.lease());
          if (job.isPresent()) {
            lastJobNs = System.nanoTime();
            return job.get();
          }
          storeAnswered();
          boolean isAwake = System.nanoTime() - lastJobNs < AWAKE_NS;
          doorbell.await(heard, isAwake ? LOOK_EVERY_AWAKE : LOOK_EVERY);
        }
      } finally {
        looking.unlock();
      }
    } catch (InterruptedException e) {
      return null; // of close(), which is seen next
    }
    return null;
  }

  private void run(Job job) {
    Generation generation = new Generation();
    running.add(generation);
    if (isStopping) {
      generation.stop();
    }
    try {
      worker.run(job, generation);
    } finally {
      running.remove(generation);
    }
  }

  private void storeAnswered() {
    if (!isStoreUp) {
      isStoreUp = true;
      LOG.log(Level.INFO, "store can be used again");
    }
  }

  private void storeFailed(StoreException e) {
    if (isStoreUp) {
      isStoreUp = false;
      LOG.log(Level.WARNING, "store cannot be used, workers wait: {0}", e.getMessage());
    }
  }

  private void pause(Duration time) {
    try {
      doorbell.await(doorbell.rings(), time);
    } catch (InterruptedException e) {
      return; // of close(), which is seen next
    }
  }

  /** Whether the store could be used when it was asked last. */
  public boolean isStoreUp() {
    return isStoreUp;
  }

  /**
   * Takes no more jobs, lets those that run go on for the grace, then stops them and hands them
   * back, to be taken by others at once. Returns when all have ended, or hang.
   */
  @Override
  public void close() {
    isClosing = true;
    doorbell.ring();
    boolean interrupted = !join(settings.grace().toMillis());
    isStopping = true;
    running.forEach(Generation::stop);
    interrupted |= !join(STOP_MS);
    keepers.shutdownNow();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the threads; false where it was interrupted. */
  private boolean join(long patienceMs) {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
    try {
      for (Thread thread : threads) {
        long leftMs = (endNs - System.nanoTime()) / 1_000_000;
        thread.join(Math.max(1, leftMs));
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
