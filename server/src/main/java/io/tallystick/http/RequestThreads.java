package io.tallystick.http;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads that requests are answered by, as many as are needed.
 *
 * <p>A few take requests in turn, as more threads than cores would only make all of them wait for
 * each other. A request that none of them has taken for a while shows that they are held up, by
 * clients that are slow or by a store: then there are more, one for each request that waits.
 * Requests beyond the bound are given to threads that only refuse, which ask {@link #isToRefuse};
 * beyond these, requests are rejected.
 *
 * <p>Threading: any.
 */
final class RequestThreads implements Executor, AutoCloseable {
  /** How many requests at a time are refused, or wait for that. */
  static final int MOST_REFUSALS = 256;

  private static final int FEW = 16;
  private static final int REFUSING_THREADS = 8;
  private static final long LOOK_MS = 50;
  private static final long IDLE_SECONDS = 10;

  private final int most;
  private final AtomicInteger number = new AtomicInteger();
  private final AtomicInteger present = new AtomicInteger(); // requests that run, or wait to
  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
  private final AtomicBoolean isLooking = new AtomicBoolean();
  private final ThreadPoolExecutor answering;
  private final ThreadPoolExecutor refusing;
  private final ScheduledThreadPoolExecutor looks;

  RequestThreads(String name, int most) {
    this(name, most, task -> new Thread(null, task, "", 0, false));
  }

  RequestThreads(String name, int most, ThreadFactory answerers) {
    this.most = most;
    answering = pool(Math.min(FEW, most), waiting, task -> named(answerers.newThread(task), name));
    BlockingQueue<Runnable> refused = new LinkedBlockingQueue<>(MOST_REFUSALS - REFUSING_THREADS);
    refusing = pool(REFUSING_THREADS, refused, task -> new RefusingThread(task, next(name)));
    looks = new ScheduledThreadPoolExecutor(1, task -> daemon(new Thread(task, name + "-looks")));
  }

  private static ThreadPoolExecutor pool(
      int threads, BlockingQueue<Runnable> queue, ThreadFactory factory) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            queue,
            task -> daemon(factory.newThread(task)));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** A thread whose requests have no room. */
  private static final class RefusingThread extends Thread {
    RefusingThread(Runnable task, String name) {
      super(null, task, name, 0, false);
    }
  }

  private Thread named(Thread thread, String prefix) {
    thread.setName(next(prefix));
    return thread;
  }

  private String next(String prefix) {
    return prefix + "-" + number.incrementAndGet();
  }

  private static Thread daemon(Thread thread) {
    thread.setDaemon(true);
    return thread;
  }

  /** Whether the request that this thread has is one too many. */
  static boolean isToRefuse() {
    return Thread.currentThread() instanceof RefusingThread;
  }

  @Override
  public void execute(Runnable request) {
    if (present.incrementAndGet() > most) {
      present.decrementAndGet();
      refusing.execute(request);
      return;
    }
    boolean isTaken = false;
    try {
      answering.execute(() -> run(request));
      isTaken = true;
    } finally {
      if (!isTaken) { // there is no memory for a thread, as one case
        present.decrementAndGet();
      }
    }
    if (!waiting.isEmpty() && isLooking.compareAndSet(false, true)) {
      lookLater(waiting.peek());
    }
  }

  private void run(Runnable request) {
    try {
      request.run();
    } finally {
      present.decrementAndGet();
    }
  }

  private void lookLater(@Nullable Runnable first) {
    var unused = looks.schedule(() -> look(first), LOOK_MS, TimeUnit.MILLISECONDS);
  }

  /** Looks whether the request still waits that was the first one at the last look. */
  private void look(@Nullable Runnable first) {
    try {
      adapt(first);
    } finally { // also where no thread can be started: the next look tries again
      isLooking.set(false);
      if (!waiting.isEmpty() && isLooking.compareAndSet(false, true)) {
        lookLater(waiting.peek());
      }
    }
  }

  private void adapt(@Nullable Runnable first) {
    Runnable now = waiting.peek();
    if (now != null && now == first) {
      int more = Math.max(answering.getCorePoolSize(), Math.min(most, present.get()));
      answering.setMaximumPoolSize(Math.max(more, answering.getMaximumPoolSize()));
      answering.setCorePoolSize(more);
      boolean unused = answering.prestartCoreThread(); // should that have failed the last time
    }
    if (now == null && answering.getCorePoolSize() > FEW) {
      answering.setCorePoolSize(Math.min(FEW, most));
    }
  }

  @Override
  public void close() {
    looks.shutdownNow();
    answering.shutdownNow();
    refusing.shutdownNow();
  }
}
