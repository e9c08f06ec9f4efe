package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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
}
