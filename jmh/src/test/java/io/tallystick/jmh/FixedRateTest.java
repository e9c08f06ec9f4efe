package io.tallystick.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Latencies at a fixed rate. */
class FixedRateTest {
  private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long HELD_UP_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private boolean heldUp;

  @Test
  void shouldCountAsLateAllThatWereDueWhileOneWasHeldUp() {
    FixedRate rate = new FixedRate(PERIOD_NS);
    rate.add("inc", this::holdUpOnce);

    rate.run(1);

    FixedRate.Operation measured = rate.operations().get("inc");
    assertThat(measured.sinceDue().getTotalCount()).isEqualTo(100);
    assertThat(measured.sinceDue().getCountBetweenValues(LATE_NS, Long.MAX_VALUE))
        .isGreaterThanOrEqualTo(44); // those that were due in 450 ms
    assertThat(measured.calls().getMaxValue()).isGreaterThanOrEqualTo(HELD_UP_NS - LATE_NS);
  }

  private void holdUpOnce() {
    long endNs = System.nanoTime() + HELD_UP_NS;
    while (!heldUp && System.nanoTime() < endNs) {
      LockSupport.parkNanos(endNs - System.nanoTime());
    }
    heldUp = true;
  }
}
