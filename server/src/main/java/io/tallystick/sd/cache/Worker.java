package io.tallystick.sd.cache;

import io.tallystick.sd.generate.GenerationException;
import io.tallystick.sd.generate.TargetGroup;
import io.tallystick.sd.generate.Targets;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a thread of the workers does with one job: runs the generators, and keeps what they gave, or
 * why they failed, before the job is acknowledged. So a worker that dies in between leaves a job
 * that is run again, never a path without either.
 *
 * <p>A job that has been taken twice before without a word of its workers is noted as an error
 * first: should it take this one with it, people can see which.
 */
final class Worker {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final int SUSPECT_ATTEMPT = 3;
  private static final long STORE_PAUSE_NS = 100_000_000;

  private final ListStore store;
  private final Targets targets;
  private final WorkerSettings settings;
  private final InstantSource clock;
  private final DiscoveryMetrics metrics;
  private final ScheduledExecutorService keepers;

  Worker(
      ListStore store,
      Targets targets,
      WorkerSettings settings,
      InstantSource clock,
      DiscoveryMetrics metrics,
      ScheduledExecutorService keepers) {
    this.store = store;
    this.targets = targets;
    this.settings = settings;
    this.clock = clock;
    this.metrics = metrics;
    this.keepers = keepers;
  }

  /** Works a job off, unless it is stopped. */
  void run(Job job, Generation generation) {
    try (HeldJob held = HeldJob.hold(store.queue(), job, settings.lease(), generation, keepers)) {
      GenerationJob what = CacheJson.job(job.payload());
      run(held, what, generation);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "not a job: key=" + job.key(), e);
      boolean unused = store.queue().acknowledge(job);
    }
  }

  private void run(HeldJob held, GenerationJob what, Generation generation) {
    if (isDone(what)) {
      held.acknowledge();
      return;
    }
    long startMs = clock.millis();
    note(held.job(), what, startMs);
    try {
      List<TargetGroup> groups = generation.run(targets, what.query());
      if (groups == null || generation.isStopped()) {
        held.release(); // does nothing where the lease was lost
        return;
      }
      succeed(held, what, groups, startMs, generation);
    } catch (GenerationException e) {
      fail(held, what, e, startMs, generation);
    } catch (RuntimeException e) {
      if (e instanceof StoreException) {
        throw e;
      }
      LOG.log(Level.WARNING, "generation failed: path=" + what.query().path(), e);
      fail(held, what, unexpected(what, e), startMs, generation);
    }
  }

  private boolean isDone(GenerationJob what) {
    String key = what.query().key();
    boolean isNewer =
        store.status(key).filter(status -> status.updatedMs() > what.knownMs()).isPresent();
    return isNewer && store.list(key).isPresent(); // which may be lost, or not readable
  }

  private static GenerationException unexpected(GenerationJob what, RuntimeException e) {
    String path = what.query().path();
    return new GenerationException(e.getClass().getSimpleName(), path, String.valueOf(e), "");
  }

  private void note(Job job, GenerationJob what, long nowMs) {
    if (job.attempt() < SUSPECT_ATTEMPT) {
      return;
    }
    GenerationError known = store.error(what.query().key()).orElse(null);
    if (known == null || known.attempt() < job.attempt() - 1) {
      String message =
          "workers were lost while they ran this path, or their leases: attempt=" + job.attempt();
      store.putError(what.query().key(), error(job, what, "WorkerLost", message, "", nowMs, 0));
    }
  }

  private void succeed(
      HeldJob held,
      GenerationJob what,
      List<TargetGroup> groups,
      long startMs,
      Generation generation) {
    int count = groups.stream().mapToInt(group -> group.targets().size()).sum();
    byte[] list = CacheJson.list(groups);
    long nowMs = clock.millis();
    ListStatus status = new ListStatus(nowMs, count, Math.max(0, nowMs - startMs));
    try {
      boolean isKept =
          keep(
              held,
              generation,
              () -> {
                boolean unused = store.put(what.query().key(), list, status, settings.keep());
                held.acknowledge();
              });
      if (isKept) {
        metrics.generated(what.query().path(), count);
        metrics.processed(settings.id(), true);
      }
    } catch (StoreException e) {
      if (e.category() == Category.TRANSIENT) {
        throw e; // it was waited for: the job is left to whoever takes it again
      }
      fail(held, what, refused(what, e), startMs, generation);
    }
  }

  private static GenerationException refused(GenerationJob what, StoreException e) {
    String message = "store does not take the list: " + e.getMessage();
    return new GenerationException("StoreRefused", what.query().path(), message, "");
  }

  private void fail(
      HeldJob held,
      GenerationJob what,
      GenerationException failure,
      long startMs,
      Generation generation) {
    long nowMs = clock.millis();
    GenerationError error =
        error(
            held.job(),
            what,
            failure.type(),
            failure.message(),
            failure.traceback(),
            nowMs,
            Math.max(0, nowMs - startMs));
    boolean isKept =
        keep(
            held,
            generation,
            () -> {
              store.putError(what.query().key(), error);
              if (what.query().key().equals(held.job().key())) {
                held.retry(failure.message());
              } else { // one at once, beside the one that is tried again
                held.acknowledge();
              }
            });
    if (isKept) {
      metrics.processed(settings.id(), false);
    }
  }

  private GenerationError error(
      Job job,
      GenerationJob what,
      String type,
      String message,
      String traceback,
      long nowMs,
      long tookMs) {
    return new GenerationError(
        type,
        message,
        traceback,
        settings.id(),
        what.id(),
        what.query().path(),
        what.query().arguments(),
        nowMs,
        tookMs,
        job.attempt());
  }

  /**
   * Keeps a result if the job is still this worker's. A store that is away is waited for, as long
   * as a lease is; then the job is left to whoever takes it again.
   */
  private boolean keep(HeldJob held, Generation generation, Runnable result) {
    long endNs = System.nanoTime() + settings.lease().toNanos();
    @Nullable StoreException last = null;
    while (last == null || (System.nanoTime() < endNs && !generation.isStopped())) {
      try {
        if (!held.isHeld()) {
          return false;
        }
        result.run();
        return true;
      } catch (StoreException e) {
        if (e.category() != Category.TRANSIENT) {
          throw e;
        }
        last = e;
        LockSupport.parkNanos(STORE_PAUSE_NS);
      }
    }
    throw last;
  }
}
