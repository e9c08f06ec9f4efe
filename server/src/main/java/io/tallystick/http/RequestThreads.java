package io.tallystick.http;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A thread for each request, up to a bound; beyond it a few that only refuse, which ask {@link
 * #isToRefuse}; beyond these, requests are rejected.
 *
 * <p>Threading: any.
 */
final class RequestThreads implements Executor, AutoCloseable {
  /** How many requests at a time are refused, or wait for that. */
  static final int MOST_REFUSALS = 256;

  private static final int REFUSING_THREADS = 8;
  private static final long IDLE_SECONDS = 10;

  private final AtomicInteger number = new AtomicInteger();
  private final ThreadPoolExecutor answering;
  private final ThreadPoolExecutor refusing;

  RequestThreads(String name, int requests) {
    answering =
        new ThreadPoolExecutor(
            0,
            requests,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> daemon(new Thread(null, task, nextName(name), 0, false)));
    BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>(MOST_REFUSALS - REFUSING_THREADS);
    refusing =
        new ThreadPoolExecutor(
            REFUSING_THREADS,
            REFUSING_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            waiting,
            task -> daemon(new RefusingThread(task, nextName(name))));
    refusing.allowCoreThreadTimeOut(true);
  }

  /** A thread whose requests have no room. */
  private static final class RefusingThread extends Thread {
    RefusingThread(Runnable task, String name) {
      super(null, task, name, 0, false);
    }
  }

  private String nextName(String prefix) {
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
    try {
      answering.execute(request);
    } catch (RejectedExecutionException e) {
      refusing.execute(request);
    }
  }

  @Override
  public void close() {
    answering.shutdownNow();
    refusing.shutdownNow();
  }
}
