package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is known of keys while the second store is told of them. */
class LastKnownTest {
  private final AtomicLong nowNs = new AtomicLong(1);
  private final LastKnown known =
      new LastKnown(InstantSource.system(), nowNs::incrementAndGet, MirrorBounds.DEFAULT);

  private void tell(String key) {
    assertThat(known.pop()).isEqualTo(key);
    known.popped(key, Objects.requireNonNull(known.unwritten(key)), true);
  }

  @Test
  void shouldKeepTheGreaterSumWhenTheLesserOneIsNotedBehindIt() {
    long beganNs = nowNs.get();
    known.added("n", 6, 1, beganNs);
    tell("n");
    known.added("n", 5, 1, beganNs); // returned first, and was held up
    assertThat(known.get("n").orElseThrow().value()).isEqualTo("6".getBytes(UTF_8));
    known.added("n", 5, 1, nowNs.incrementAndGet()); // began behind it: others have taken some away
    assertThat(known.get("n").orElseThrow().value()).isEqualTo("5".getBytes(UTF_8));
  }

  @Test
  void shouldListAKeyWhileTheSecondStoreIsBeingToldOfIt() {
    known.added("n", 6, 1, nowNs.get());
    String key = Objects.requireNonNull(known.pop());
    assertThat(known.unwrittenKeys("", null, 10)).containsExactly("n");
    known.popped(key, Objects.requireNonNull(known.unwritten(key)), true);
    assertThat(known.unwrittenKeys("", null, 10)).isEmpty();
  }
}
