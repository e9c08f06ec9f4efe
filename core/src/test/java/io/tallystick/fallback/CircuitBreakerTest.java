package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.fallback.CircuitBreaker.State;
import io.tallystick.health.CircuitBreakerHealth;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When a breaker lets calls through, and what counts. */
class CircuitBreakerTest {
  private static final Duration OPEN_FOR = Duration.ofSeconds(30);

  private final AtomicLong nowNs = new AtomicLong(Long.MAX_VALUE - 1_000); // about to wrap
  private final CircuitBreaker breaker =
      CircuitBreaker.builder("redis").nanoTime(nowNs::get).build();

  @Test
  void shouldOpenAtTheFifthFailureInARow() throws Exception {
    fail(4);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    fail(1);
    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThatThrownBy(() -> breaker.call(() -> "called"))
        .isInstanceOf(CircuitOpenException.class)
        .hasMessage("circuit is open: name=redis retryAfterMs=30000")
        .extracting(e -> ((CircuitOpenException) e).retryAfter())
        .isEqualTo(OPEN_FOR);
  }

  @Test
  void shouldForgetFailuresAtEachSuccessWhileItIsClosed() throws Exception {
    for (int i = 0; i < 10; i++) {
      fail(4);
      succeed();
    }
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    assertThat(breaker.health().consecutiveFailures()).isZero();
  }

  @Test
  void shouldLetOneProbeThroughWhenItsTimeHasCome() throws Exception {
    open();
    turn(OPEN_FOR.minusNanos(1));
    assertThat(breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
    turn(Duration.ofNanos(1));
    assertThat(breaker.retryAfter()).isZero();
    long probe = breaker.tryAcquire();
    assertThat(probe).isNotEqualTo(CircuitBreaker.REFUSED);
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    assertThat(breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
    breaker.onSuccess(probe);
    assertThat(breaker.tryAcquire()).isNotEqualTo(CircuitBreaker.REFUSED);
    assertThat(breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
  }

  @Test
  void shouldSayWhenAProbeThatIsOutIsGivenUp() throws Exception {
    open();
    turn(OPEN_FOR);
    long probe = breaker.tryAcquire();
    turn(Duration.ofSeconds(10));
    assertThat(breaker.retryAfter()).isEqualTo(Duration.ofSeconds(20));
    assertThatThrownBy(() -> breaker.call(() -> "called"))
        .isInstanceOf(CircuitOpenException.class)
        .extracting(e -> ((CircuitOpenException) e).retryAfter())
        .isEqualTo(Duration.ofSeconds(20));
    breaker.onSuccess(probe);
    assertThat(breaker.retryAfter()).isZero();
  }

  @Test
  void shouldCloseAtTheSecondSuccessfulProbe() throws Exception {
    open();
    turn(OPEN_FOR);
    succeed();
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    succeed();
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
    fail(4);
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void shouldOpenAgainForTheWholeTimeWhenAProbeFails() throws Exception {
    open();
    turn(OPEN_FOR);
    succeed();
    fail(1);
    assertThat(breaker.state()).isEqualTo(State.OPEN);
    assertThat(breaker.retryAfter()).isEqualTo(OPEN_FOR);
    turn(OPEN_FOR);
    succeed(); // the one before does not count any more
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
  }

  @Test
  void shouldLetAnotherProbeThroughWhenOneNeverComesBack() throws Exception {
    open();
    turn(OPEN_FOR);
    long hung = breaker.tryAcquire();
    turn(OPEN_FOR.minusNanos(1));
    assertThat(breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
    turn(Duration.ofNanos(1));
    long probe = breaker.tryAcquire();
    assertThat(probe).isNotEqualTo(CircuitBreaker.REFUSED);
    breaker.onFailure(hung); // comes back late, and says nothing of the present
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    assertThat(breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
    breaker.onSuccess(probe);
    succeed();
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void shouldNotCountResultsOfCallsThatBeganBeforeItOpened() throws Exception {
    long slow = breaker.tryAcquire();
    long slower = breaker.tryAcquire();
    open();
    turn(OPEN_FOR);
    long probe = breaker.tryAcquire();
    breaker.onSuccess(slow);
    breaker.onSuccess(slow);
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    breaker.onFailure(slower);
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    breaker.onSuccess(probe);
    succeed();
    for (int i = 0; i < 5; i++) {
      breaker.onFailure(slower);
    }
    assertThat(breaker.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void shouldLetTheNextProbeThroughWhenOneIsGivenBack() throws Exception {
    open();
    turn(OPEN_FOR);
    long probe = breaker.tryAcquire();
    breaker.release(probe);
    long next = breaker.tryAcquire();
    assertThat(next).isNotEqualTo(CircuitBreaker.REFUSED);
    breaker.release(probe); // again, and too late
    assertThat(breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
  }

  @Test
  void shouldCountNeitherSuccessNorFailureWhenACallIsInterrupted() throws Exception {
    open();
    turn(OPEN_FOR);
    assertThatThrownBy(
            () ->
                breaker.call(
                    () -> {
                      throw new InterruptedException();
                    }))
        .isInstanceOf(InterruptedException.class);
    assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    assertThat(breaker.tryAcquire()).isNotEqualTo(CircuitBreaker.REFUSED);
    assertThat(breaker.health().failuresTotal()).isEqualTo(5);
    assertThat(breaker.health().successesTotal()).isZero();
  }

  @Test
  void shouldCountWhatIsNoFailureAsASuccess() throws Exception {
    CircuitBreaker choosy =
        CircuitBreaker.builder("redis").failsOn(e -> e instanceof IOException).build();
    for (int i = 0; i < 10; i++) {
      assertThatIllegalArgumentException().isThrownBy(() -> choosy.call(this::refuse));
    }
    assertThat(choosy.state()).isEqualTo(State.CLOSED);
    assertThat(choosy.health().successesTotal()).isEqualTo(10);
  }

  @Test
  void shouldCountAFailureAndThrowWhatWasThrownWhenThePredicateThrows() {
    RuntimeException broken = new IllegalStateException("broken");
    CircuitBreaker odd =
        CircuitBreaker.builder("redis")
            .failsOn(
                e -> {
                  throw broken;
                })
            .build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> odd.call(this::refuse))
        .satisfies(e -> assertThat(e.getSuppressed()).containsExactly(broken));
    assertThat(odd.health().failuresTotal()).isEqualTo(1);
  }

  @Test
  void shouldCountAnErrorAsAFailureAndAnEmptyAnswerAsASuccess() throws Exception {
    assertThatThrownBy(
            () ->
                breaker.call(
                    () -> {
                      throw new StackOverflowError();
                    }))
        .isInstanceOf(StackOverflowError.class);
    assertThat(breaker.<Object>call(() -> null)).isNull();
    assertThat(breaker.health().failuresTotal()).isEqualTo(1);
    assertThat(breaker.health().successesTotal()).isEqualTo(1);
  }

  @Test
  void shouldSayItsStateToHealth() throws Exception {
    succeed();
    open();
    turn(OPEN_FOR);
    fail(1);
    turn(Duration.ofSeconds(5));
    assertThat(breaker.health())
        .isEqualTo(new CircuitBreakerHealth(true, "OPEN", OPEN_FOR.plusSeconds(5), 6, 1, 2, 6));
    turn(OPEN_FOR);
    succeed();
    assertThat(breaker.health().state()).isEqualTo("HALF_OPEN");
    assertThat(breaker.health().openDuration()).isEqualTo(OPEN_FOR.multipliedBy(2).plusSeconds(5));
    succeed();
    assertThat(breaker.health())
        .isEqualTo(new CircuitBreakerHealth(true, "CLOSED", Duration.ZERO, 6, 3, 2, 0));
  }

  @Test
  void shouldLetExactlyOneProbeThroughWhenManyThreadsAskAtOnce() throws Exception {
    int threads = 4;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CyclicBarrier barrier = new CyclicBarrier(threads);
    try {
      for (int round = 0; round < 300; round++) {
        open();
        turn(OPEN_FOR);
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
          tasks.add(
              () -> {
                barrier.await(30, TimeUnit.SECONDS);
                return breaker.tryAcquire();
              });
        }
        int through = 0;
        for (Future<Long> permit : executor.invokeAll(tasks)) {
          if (permit.get() != CircuitBreaker.REFUSED) {
            through++;
            breaker.onSuccess(permit.get());
          }
        }
        assertThat(through).as("round " + round).isEqualTo(1);
        succeed();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void shouldRefuseSettingsThatMeanNothing() {
    CircuitBreaker.Builder builder = CircuitBreaker.builder("redis");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.failureThreshold(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.successThreshold(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.openFor(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.openFor(Duration.ofSeconds(Long.MAX_VALUE)));
    assertThatCode(() -> builder.failureThreshold(1).successThreshold(1).build())
        .doesNotThrowAnyException();
  }

  private void open() throws Exception {
    fail(5);
    assertThat(breaker.state()).isEqualTo(State.OPEN);
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThatThrownBy(
              () ->
                  breaker.call(
                      () -> {
                        throw new IOException("away");
                      }))
          .isInstanceOf(IOException.class);
    }
  }

  private void succeed() throws Exception {
    assertThat(breaker.call(() -> "there")).isEqualTo("there");
  }

  private String refuse() {
    throw new IllegalArgumentException("bad key");
  }

  private void turn(Duration by) {
    nowNs.addAndGet(by.toNanos());
  }
}
