package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.health.RetryHealth;
import io.tallystick.health.RetryWindow;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How often a call is made, and after which waits. */
class RetryTest {
  private final List<Duration> waits = new ArrayList<>();
  private final RetryWindow window = RetryWindow.create();
  private int attempts;

  @Test
  void shouldReturnWhatAnAttemptReturnsWhenThoseBeforeItFailed() throws Exception {
    assertThat(retry().build().call(failing(2))).isEqualTo("done");
    assertThat(attempts).isEqualTo(3);
    assertThat(waits).hasSize(2);
  }

  @Test
  void shouldMakeOneAttemptWhenItSucceeds() throws Exception {
    assertThat(retry().build().call(failing(0))).isEqualTo("done");
    assertThat(waits).isEmpty();
    assertThat(retry().build().<Object>call(() -> null)).isNull();
  }

  @Test
  void shouldThrowWhatTheThirdAttemptThrewWhenAllFail() {
    assertThatThrownBy(() -> retry().build().call(failing(3)))
        .isInstanceOf(IOException.class)
        .hasMessage("attempt 3");
    assertThat(attempts).isEqualTo(3);
    assertThat(waits).hasSize(2);
  }

  @Test
  void shouldWaitForUpToTwiceAsLongEachTimeAndEightSecondsAtMost() {
    Retry longest = retry().random(() -> Math.nextDown(1.0)).build();
    assertThat(Stream.of(1, 2, 3, 4, 5, 6, 100, Integer.MAX_VALUE).map(longest::delayAfter))
        .extracting(delay -> Math.round(delay.toNanos() / 1e6))
        .containsExactly(500L, 1_000L, 2_000L, 4_000L, 8_000L, 8_000L, 8_000L, 8_000L);
    Retry shortest = retry().random(() -> 0).build();
    assertThat(shortest.delayAfter(5)).isZero();
  }

  @Test
  void shouldSpreadWaitsEvenlyOverTheWholeWhile() {
    Random random = new Random(1);
    Retry retry = retry().random(random::nextDouble).build();
    int[] tenths = new int[10];
    for (int i = 0; i < 10_000; i++) {
      tenths[(int) (retry.delayAfter(1).toNanos() / 50_000_000)]++;
    }
    assertThat(tenths).hasSize(10);
    for (int tenth : tenths) {
      assertThat(tenth).isBetween(850, 1_150);
    }
  }

  @Test
  void shouldTakeNumbersFromZeroToOneWhenNothingIsSaidOfChance() {
    Retry retry = Retry.builder("redis").build();
    for (int i = 0; i < 1_000; i++) {
      assertThat(retry.delayAfter(1)).isBetween(Duration.ZERO, Duration.ofMillis(500));
    }
  }

  @Test
  void shouldWaitWithoutEndWhereAPolicyIsSoLong() {
    Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
    Retry retry = retry().policy(new RetryPolicy(9, forEver, forEver)).random(() -> 1).build();
    assertThat(retry.delayAfter(1)).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
  }

  @Test
  void shouldNotRepeatWhatIsNotWorthIt() {
    for (Exception e :
        List.of(
            new StoreException(Category.PERMANENT, "closed"),
            new StoreException(Category.CORRUPT, "damaged"),
            new CircuitOpenException("redis", Duration.ZERO),
            new InterruptedException())) {
      attempts = 0;
      assertThatThrownBy(() -> retry().build().call(throwing(e))).isSameAs(e);
      assertThat(attempts).as(e.toString()).isEqualTo(1);
    }
    StoreException busy = new StoreException(Category.TRANSIENT, "busy");
    attempts = 0;
    assertThatThrownBy(() -> retry().build().call(throwing(busy))).isSameAs(busy);
    assertThat(attempts).isEqualTo(3);
  }

  @Test
  void shouldThrowWhatWasThrownWhenThePredicateThrows() {
    RuntimeException broken = new IllegalStateException("broken");
    Retry retry =
        retry()
            .retriesOn(
                e -> {
                  throw broken;
                })
            .build();
    assertThatThrownBy(() -> retry.call(failing(3)))
        .hasMessage("attempt 1")
        .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(broken));
  }

  @Test
  void shouldNotRepeatAnError() {
    assertThatThrownBy(
            () ->
                retry()
                    .build()
                    .call(
                        () -> {
                          attempts++;
                          throw new StackOverflowError();
                        }))
        .isInstanceOf(StackOverflowError.class);
    assertThat(attempts).isEqualTo(1);
    assertThat(window.health().failures1h()).isEqualTo(1);
  }

  @Test
  void shouldEndWhenItIsInterruptedWhileItWaits() {
    Retry retry = Retry.builder("redis").random(() -> 1).build(); // waits on the system's clock
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> retry.call(failing(3))).isInstanceOf(InterruptedException.class);
    assertThat(attempts).isEqualTo(1);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void shouldCountEachAttemptForHealthButInterruptedOnes() throws Exception {
    retry().build().call(failing(2));
    assertThatThrownBy(() -> retry().build().call(throwing(new InterruptedException())))
        .isInstanceOf(InterruptedException.class);
    assertThat(window.health()).isEqualTo(new RetryHealth(RetryHealth.State.STABLE, 2, 2 / 3.0, 3));
  }

  @Test
  void shouldNotCountWhatAnOpenCircuitRefusesAsAnAttemptThatFailed() {
    CircuitOpenException refusal = new CircuitOpenException("redis", Duration.ZERO);
    assertThatThrownBy(() -> retry().build().call(throwing(refusal))).isSameAs(refusal);
    assertThat(window.health()).isEqualTo(RetryHealth.NONE);
  }

  private Retry.Builder retry() {
    return Retry.builder("redis").pause(waits::add).window(window);
  }

  private Callable<String> failing(int times) {
    attempts = 0;
    return () -> {
      attempts++;
      if (attempts <= times) {
        throw new IOException("attempt " + attempts);
      }
      return "done";
    };
  }

  private Callable<String> throwing(Exception e) {
    return () -> {
      attempts++;
      throw e;
    };
  }
}
