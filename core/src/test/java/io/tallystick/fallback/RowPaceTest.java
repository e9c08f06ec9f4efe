package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How many threads tell the second store what it is to know. */
class RowPaceTest {
  private static final long TIME_NS = 10_000_000;

  private final AtomicLong nowNs = new AtomicLong(1);
  private final RowPace pace = new RowPace(nowNs::get, TIME_NS);

  /** Tells rows until it is known how long they take. */
  private void tell(long eachNs) {
    pace.begin();
    for (int i = 1; i < RowPace.TRIED; i++) {
      nowNs.addAndGet(eachNs);
      assertThat(pace.isKnownAfterRow()).isFalse();
    }
    nowNs.addAndGet(eachNs);
    assertThat(pace.isKnownAfterRow()).isTrue();
  }

  @Test
  void shouldTakeAsManyThreadsAsHaveTheRowsToldInTime() {
    tell(50_000);
    assertThat(pace.threads(2_000)).isEqualTo(10);
    assertThat(pace.threads(100)).isEqualTo(1);
    assertThat(pace.threads(0)).isEqualTo(1);
    tell(1_000);
    assertThat(pace.threads(2_000)).isEqualTo(1);
  }

  @Test
  void shouldTakeNoMoreThreadsThanRowsWhenOneTakesForEver() {
    tell(Long.MAX_VALUE / 100);
    assertThat(pace.threads(2_000)).isEqualTo(2_000);
  }
}
