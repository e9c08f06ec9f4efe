package io.tallystick.sd.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs some tasks on a pool, all of them or none: the first failure stops the others.
 *
 * <p>Threading: the caller waits, also for those that it stopped, so that no process of theirs is
 * left when it goes on.
 */
final class Parallel<T> {
  private static final long STOP_SECONDS = 10;
  private static final long LOOK_MS = 500; // for whether the pool was closed

  private final List<Run<T>> runs = new ArrayList<>();
  private final BlockingQueue<Run<T>> done = new LinkedBlockingQueue<>();

  private Parallel(List<? extends Callable<T>> tasks) {
    tasks.forEach(task -> runs.add(new Run<>(task, done)));
  }

  /**
   * What the tasks gave, in their order.
   *
   * @throws ExecutionException with what the first of them threw that failed, or with a {@link
   *     RejectedExecutionException} if the pool is closed
   */
  static <T> List<T> run(List<? extends Callable<T>> tasks, Executor pool)
      throws ExecutionException, InterruptedException {
    return new Parallel<T>(tasks).run(pool);
  }

  private List<T> run(Executor pool) throws ExecutionException, InterruptedException {
    boolean whole = false;
    try {
      for (Run<T> each : runs) {
        pool.execute(each);
      }
      for (int i = 0; i < runs.size(); i++) {
        T unused = nextDone(pool).result();
      }
      List<T> results = new ArrayList<>(runs.size());
      for (Run<T> each : runs) {
        results.add(each.result());
      }
      whole = true;
      return results;
    } catch (RejectedExecutionException e) {
      throw new ExecutionException(e);
    } finally {
      if (!whole) {
        stop();
      }
    }
  }

  /**
   * The next one that has ended. A pool that was closed meanwhile may have dropped what had not
   * begun, and tells nobody.
   */
  private Run<T> nextDone(Executor pool) throws InterruptedException {
    while (true) {
      boolean isClosed = pool instanceof ExecutorService service && service.isTerminated();
      Run<T> next = done.poll(isClosed ? 0 : LOOK_MS, TimeUnit.MILLISECONDS);
      if (next != null) {
        return next;
      }
      if (isClosed) {
        throw new RejectedExecutionException("pool was closed");
      }
    }
  }

  private void stop() {
    runs.forEach(Run::stop);
    boolean interrupted = Thread.interrupted();
    try {
      for (Run<T> each : runs) {
        each.awaitEnd();
      }
    } catch (InterruptedException e) {
      interrupted = true; // asked twice: at once
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** One task. */
  private static final class Run<T> implements Runnable {
    private final FutureTask<T> task;
    private final BlockingQueue<Run<T>> done;
    private final AtomicBoolean claimed = new AtomicBoolean(); // by a thread of the pool, or stop()
    private final CountDownLatch ended = new CountDownLatch(1);

    Run(Callable<T> task, BlockingQueue<Run<T>> done) {
      this.task = new FutureTask<>(task);
      this.done = done;
    }

    @Override
    public void run() {
      if (!claimed.compareAndSet(false, true)) {
        return;
      }
      try {
        task.run();
      } finally {
        ended.countDown();
        done.add(this);
      }
    }

    T result() throws ExecutionException, InterruptedException {
      return task.get();
    }

    void stop() {
      boolean unused = task.cancel(true);
      if (claimed.compareAndSet(false, true)) {
        ended.countDown();
      }
    }

    void awaitEnd() throws InterruptedException {
      boolean unused = ended.await(STOP_SECONDS, TimeUnit.SECONDS);
    }
  }
}
