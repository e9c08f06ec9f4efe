package io.tallystick.store.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that do the same at once. */
final class Threads {
  private static final long PATIENCE_MINUTES = 2;

  private Threads() {}

  /** Runs an action in so many threads that begin at once, and throws what one of them throws. */
  static void run(int threads, Action action) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CyclicBarrier start = new CyclicBarrier(threads);
    Callable<Void> call =
        () -> {
          start.await();
          action.run();
          return null;
        };
    List<Future<Void>> results = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      results.add(executor.submit(call));
    }
    for (Future<Void> result : results) {
      result.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
    }
    executor.shutdown();
  }

  interface Action {
    void run() throws Exception;
  }
}
