package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What becomes of a call that got no thread. */
class TimedCallTest {
  @Test
  void shouldNotBeMadeWhenNobodyWaitsForItAnyMore() {
    AtomicLong nowNs = new AtomicLong();
    AtomicBoolean isMade = new AtomicBoolean();
    TimedCall<Boolean> call =
        new TimedCall<>(() -> isMade.getAndSet(true), Duration.ofSeconds(1), nowNs::get, null);
    assertThat(call.isPending()).isTrue();
    nowNs.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(call.await().isStarted()).isFalse();
    assertThat(call.isPending()).isFalse();
    call.run(); // by a thread that took it just before it was withdrawn
    assertThat(isMade).isFalse();
    assertThat(call.isPending()).isFalse();
  }

  @Test
  void shouldNotBeMadeWhenItGetsItsThreadTooLate() {
    AtomicLong nowNs = new AtomicLong();
    AtomicBoolean isMade = new AtomicBoolean();
    TimedCall<Boolean> call =
        new TimedCall<>(() -> isMade.getAndSet(true), Duration.ofSeconds(1), nowNs::get, null);
    nowNs.addAndGet(Duration.ofSeconds(1).toNanos());
    call.run(); // while whoever made it still waits for another one
    assertThat(isMade).isFalse();
    assertThat(call.await().isStarted()).isFalse();
    assertThat(call.isPending()).isFalse();
  }

  @Test
  void shouldBeMadeInALaterRunWhenThereWasNoThreadInOne() {
    RegisteredCheck check =
        new RegisteredCheck("a", HealthResult::healthy, HealthCheck.DEFAULT_TIME_LIMIT);
    InstantSource clock = InstantSource.system();
    CallThreads none = new CallThreads(1);
    none.close();
    check.start(none, System::nanoTime);
    assertThat(check.await(none, clock).message()).isEqualTo("Health check could not be started");
    try (CallThreads threads = new CallThreads(1)) {
      check.start(threads, System::nanoTime);
      assertThat(check.await(threads, clock).status()).isEqualTo(HealthStatus.HEALTHY);
    }
  }
}
