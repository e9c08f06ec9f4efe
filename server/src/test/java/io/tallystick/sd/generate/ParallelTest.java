package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ParallelTest {
  private final ThreadPoolExecutor pool =
      new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());

  @AfterEach
  void close() {
    pool.shutdownNow();
  }

  @Test
  void shouldFailWhenThePoolIsClosedBeforeATaskHasBegun() throws Exception {
    pool.execute(
        new FutureTask<>(
            () -> {
              new CountDownLatch(1).await();
              return "";
            }));
    FutureTask<Throwable> caller =
        new FutureTask<>(() -> catchThrowable(() -> Parallel.run(List.of(() -> "never"), pool)));
    Thread thread = new Thread(caller);
    thread.setDaemon(true);
    thread.start();
    while (pool.getQueue().isEmpty()) {
      Thread.onSpinWait();
    }

    pool.shutdownNow();

    assertThat(caller.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void shouldGiveWhatTheTasksGaveWhenThePoolIsClosedOnceTheyHaveEnded() throws Exception {
    assertThat(
            Parallel.run(
                List.of(
                    () -> {
                      pool.shutdown();
                      return "whole";
                    }),
                pool))
        .containsExactly("whole");
  }
}
