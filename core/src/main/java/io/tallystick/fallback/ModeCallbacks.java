package io.tallystick.fallback;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an application wants to be told of changes of the mode.
 *
 * <p>Threading: any. Callbacks are called one after the other, in the order in which they were
 * registered, for one change after the other, by a thread that is there while there is something to
 * be told. One that throws, or has not returned after its time, does not keep the next from being
 * called. At most a hundred changes wait to be told, and at most sixteen callbacks hang.
 */
final class ModeCallbacks {
  private static final System.Logger LOG = System.getLogger(ModeCallbacks.class.getName());

  private static final int MOST_UNTOLD = 100;
  private static final int MOST_HANGING = 16;

  private final long patienceMs;
  private final List<Registered> registered = new CopyOnWriteArrayList<>();
  private final AtomicInteger running = new AtomicInteger();
  private final ThreadPoolExecutor teller =
      new ThreadPoolExecutor(
          1,
          1,
          1,
          SECONDS,
          new ArrayBlockingQueue<>(MOST_UNTOLD),
          work -> thread("tallystick-fallback-tell", work),
          ModeCallbacks::tellNewest);

  /**
   * @param patienceMs for how long a callback is waited for
   */
  ModeCallbacks(long patienceMs) {
    this.patienceMs = patienceMs;
    teller.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Callbacks are slower than changes: the oldest change is not told. */
  private static void tellNewest(Runnable newest, ThreadPoolExecutor teller) {
    LOG.log(System.Logger.Level.WARNING, "callbacks are slow, and are not told of each transition");
    Runnable unused = teller.getQueue().poll();
    if (!teller.getQueue().offer(newest)) {
      LOG.log(System.Logger.Level.WARNING, "a transition is told to no callback");
    }
  }

  /**
   * Registers a callback.
   *
   * @param mode the mode to be entered; null for each
   */
  void add(@Nullable FallbackMode mode, Consumer<ModeTransition> callback) {
    registered.add(new Registered(mode, callback));
  }

  /** Whether nothing is left to be told. */
  boolean isIdle() {
    return teller.getQueue().isEmpty() && teller.getActiveCount() == 0;
  }

  /** Has a change told. */
  void tell(ModeTransition transition) {
    List<Registered> all =
        registered.stream()
            .filter(each -> each.mode == null || each.mode == transition.to())
            .toList();
    if (!all.isEmpty()) {
      teller.execute(() -> all.forEach(each -> tell(each.callback, transition)));
    }
  }

  private void tell(Consumer<ModeTransition> callback, ModeTransition transition) {
    if (running.get() >= MOST_HANGING) {
      LOG.log(
          System.Logger.Level.WARNING,
          "callback is not called, since others have not returned: transition=" + transition);
      return;
    }
    running.incrementAndGet();
    CountDownLatch returned = new CountDownLatch(1);
    Runnable call =
        () -> {
          try {
            callback.accept(transition);
          } catch (RuntimeException | Error e) { // it is not our code
            LOG.log(System.Logger.Level.WARNING, "callback failed: transition=" + transition, e);
          } finally {
            running.decrementAndGet();
            returned.countDown();
          }
        };
    thread("tallystick-fallback-callback", call).start();
    try {
      if (!returned.await(patienceMs, TimeUnit.MILLISECONDS)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "callback has not returned, and is waited for no longer: transition=" + transition);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private record Registered(@Nullable FallbackMode mode, Consumer<ModeTransition> callback) {}
}
