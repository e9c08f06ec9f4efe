package io.tallystick.http;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.testing.Await;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class RequestThreadsTest {
  private static final int FEW = 16; // threads, as long as none is held up

  private final AtomicBoolean hasMemory = new AtomicBoolean(true);
  private final AtomicInteger refusals = new AtomicInteger(); // of threads

  private RequestThreads threads(int most) {
    return new RequestThreads(
        "test",
        most,
        task -> {
          if (!hasMemory.get()) {
            refusals.incrementAndGet();
            throw new OutOfMemoryError("unable to create native thread");
          }
          return new Thread(task);
        });
  }

  @Test
  void shouldKeepItsRoomWhenThereIsNoMemoryForAThread() throws Exception {
    CountDownLatch taken = new CountDownLatch(1);
    try (RequestThreads threads = threads(1)) {
      hasMemory.set(false);
      assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> threads.execute(() -> {}));
      hasMemory.set(true);

      threads.execute(
          () -> {
            if (!RequestThreads.isToRefuse()) {
              taken.countDown();
            }
          });

      Await.until("it is taken, not refused", () -> taken.getCount() == 0);
    }
  }

  @Test
  void shouldHaveMoreThreadsLaterWhenThereWasNoMemoryForThem() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    try (RequestThreads threads = threads(FEW + 1)) {
      for (int i = 0; i < FEW; i++) {
        threads.execute(() -> hold(running, go));
      }
      Await.until("all are held up", () -> running.get() == FEW);
      hasMemory.set(false);
      threads.execute(() -> hold(running, go));
      Await.until("there is no other thread", () -> refusals.get() > 0);
      hasMemory.set(true);

      Await.until("there is one after all", () -> running.get() == FEW + 1);
    } finally {
      go.countDown();
    }
  }

  private static void hold(AtomicInteger running, CountDownLatch go) {
    running.incrementAndGet();
    try {
      go.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
