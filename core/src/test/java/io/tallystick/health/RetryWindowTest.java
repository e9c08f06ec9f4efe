package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.health.RetryHealth.State;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted of the last hour. */
class RetryWindowTest {
  private final AtomicLong nowNs = new AtomicLong(-5);
  private final RetryWindow window = RetryWindow.create(nowNs::get);

  @Test
  void shouldSayNothingWhenNothingIsCounted() {
    assertThat(window.health()).isEqualTo(RetryHealth.NONE);
  }

  @Test
  void shouldForgetAMinuteWhenItIsAnHourAgo() {
    count(3, 1);
    turn(Duration.ofMinutes(1));
    count(1, 0);
    turn(Duration.ofMinutes(58));
    assertThat(window.health()).isEqualTo(new RetryHealth(State.STABLE, 4, 0.8, 5));
    turn(Duration.ofMinutes(1));
    assertThat(window.health()).isEqualTo(new RetryHealth(State.STABLE, 1, 1, 5));
    turn(Duration.ofMinutes(1));
    assertThat(window.health()).isEqualTo(new RetryHealth(State.STABLE, 0, 0, 5));
  }

  @Test
  void shouldGoOnForDaysInTheSameRoom() {
    for (int hour = 0; hour < 100; hour++) {
      count(1, 1);
      turn(Duration.ofMinutes(61));
    }
    count(2, 0);
    assertThat(window.health()).isEqualTo(new RetryHealth(State.STABLE, 2, 1, 202));
  }

  @ParameterizedTest
  @CsvSource({"4, STABLE", "5, ELEVATED", "19, ELEVATED", "20, CRITICAL"})
  void shouldSayHowBadItIs(int failures, State expected) {
    count(failures, 100);
    assertThat(window.health().state()).isEqualTo(expected);
  }

  @Test
  void shouldTakeATimeBeforeItsStart() {
    turn(Duration.ofDays(-1));
    count(1, 0);
    assertThat(window.health().failures1h()).isEqualTo(1);
  }

  @Test
  void shouldLoseNothingWhenAThreadCountsThatHasReadTheClockLongAgo() {
    turn(Duration.ofMinutes(61));
    count(1, 0);
    turn(Duration.ofHours(-1)); // the same place in the window
    count(1, 0);
    turn(Duration.ofHours(1));
    assertThat(window.health().failures1h()).isEqualTo(2);
  }

  @Test
  void shouldLoseNothingWhenManyThreadsCountWhileTheClockGoesOn() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    for (int thread = 0; thread < 4; thread++) {
      threads.execute(
          () -> {
            for (int i = 0; i < 10_000; i++) {
              window.count(i % 2 == 0);
              nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(80)); // 53 minutes in all
            }
          });
    }
    threads.shutdown();
    assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    assertThat(window.health()).isEqualTo(new RetryHealth(State.CRITICAL, 20_000, 0.5, 40_000));
  }

  private void count(int failures, int successes) {
    for (int i = 0; i < failures + successes; i++) {
      window.count(i >= failures);
    }
  }

  private void turn(Duration by) {
    nowNs.addAndGet(by.toNanos());
  }
}
