package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.store.Ledger;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The store that is opened and closed for replication. */
@Timeout(60)
class ReplicationTargetTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  /** A store whose end is what a test says. */
  private static Store store(Runnable end) {
    MemoryStore memory = MemoryStore.open();
    return (Store)
        Proxy.newProxyInstance(
            ReplicationTargetTest.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                end.run();
                return null;
              }
              return method.invoke(memory, arguments);
            });
  }

  private static ReplicationTarget opened(Runnable end, Duration patience) {
    ReplicationTarget target = ReplicationTarget.of(() -> store(end), patience);
    Ledger unused = target.ledger();
    return target;
  }

  @Test
  void shouldEndWithinItsPatienceWhenTheStoreHangs() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Runnable hanging =
        () -> {
          await(release);
          ended.countDown();
        };
    try (CapturedLog log = CapturedLog.open()) {
      opened(hanging, Duration.ofMillis(50)).close();

      assertThat(log.messages()).singleElement().asString().contains("hangs");
    } finally {
      release.countDown();
    }
    ended.await();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a store", e);
    }
  }

  @Test
  void shouldHaveClosedTheStoreWhenItIsClosed() {
    CountDownLatch ended = new CountDownLatch(1);

    opened(ended::countDown, LONG).close();

    assertThat(ended.getCount()).isZero();
  }

  @Test
  void shouldSayItWhenTheStoreThrows() {
    Runnable failing =
        () -> {
          throw new IllegalStateException("does not close");
        };
    try (CapturedLog log = CapturedLog.open()) {
      opened(failing, LONG).close();

      assertThat(log.messages()).singleElement().asString().contains("not closed as it should");
    }
  }

  @Test
  void shouldCloseTheStoreWhenItIsClosedWhileThatIsOpened() throws Exception {
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    Supplier<Store> slow =
        () -> {
          opening.countDown();
          await(closed);
          return store(ended::countDown);
        };
    ReplicationTarget target = ReplicationTarget.of(slow, LONG);
    Thread user =
        new Thread(
            () ->
                assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(target::ledger)
                    .withMessageContaining("while it was opened"));
    user.start();
    opening.await();

    target.close();
    closed.countDown();

    Await.until("closed", () -> ended.getCount() == 0);
    user.join();
  }
}
