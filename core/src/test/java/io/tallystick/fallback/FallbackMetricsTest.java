package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.Tallystick;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What breakers and retries count in a directory. */
class FallbackMetricsTest {
  @Test
  void shouldShowTheStateAndTheCallsOfEachBreaker() throws Exception {
    AtomicLong nowNs = new AtomicLong();
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = open(directory)) {
      FallbackMetrics metrics = FallbackMetrics.register(tallystick);
      CircuitBreaker redis =
          CircuitBreaker.builder("redis").nanoTime(nowNs::get).metrics(metrics).build();
      CircuitBreaker.builder("http").metrics(metrics).build();
      redis.onSuccess(redis.tryAcquire());
      for (int i = 0; i < 5; i++) {
        redis.onFailure(redis.tryAcquire());
      }
      long refused = redis.tryAcquire();
      assertThat(refused).isEqualTo(CircuitBreaker.REFUSED);
      assertThat(Samples.of(tallystick.scraper()))
          .containsAllEntriesOf(
              Map.of(
                  state("http", "CLOSED"),
                  1.0,
                  state("redis", "CLOSED"),
                  0.0,
                  state("redis", "OPEN"),
                  1.0,
                  state("redis", "HALF_OPEN"),
                  0.0,
                  calls("success"),
                  1.0,
                  calls("failure"),
                  5.0,
                  calls("refused"),
                  1.0,
                  "tallystick_circuit_breaker_trips_total{breaker=\"redis\"}",
                  1.0,
                  "tallystick_circuit_breaker_trips_total{breaker=\"http\"}",
                  0.0));

      nowNs.addAndGet(Duration.ofSeconds(30).toNanos());
      redis.onSuccess(redis.tryAcquire());
      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry(state("redis", "OPEN"), 0.0)
          .containsEntry(state("redis", "HALF_OPEN"), 1.0);
      redis.onSuccess(redis.tryAcquire());
      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry(state("redis", "HALF_OPEN"), 0.0)
          .containsEntry(state("redis", "CLOSED"), 1.0);
    }
  }

  @Test
  void shouldRefuseASecondBreakerOfANameUntilTheFirstIsClosed() throws Exception {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = open(directory)) {
      FallbackMetrics metrics = FallbackMetrics.register(tallystick);
      CircuitBreaker first =
          CircuitBreaker.builder("redis").failureThreshold(1).metrics(metrics).build();
      first.onFailure(first.tryAcquire());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CircuitBreaker.builder("redis").metrics(metrics).build())
          .withMessage("circuit breaker has a name that another one counts under: name=redis");
      first.close();
      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry(state("redis", "OPEN"), 0.0)
          .containsEntry(state("redis", "CLOSED"), 0.0);
      CircuitBreaker second = CircuitBreaker.builder("redis").metrics(metrics).build();
      first.close(); // again, and not the second one
      first.onSuccess(first.tryAcquire());
      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry(state("redis", "CLOSED"), 1.0)
          .containsEntry(calls("failure"), 1.0)
          .containsEntry(calls("success"), 0.0);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> CircuitBreaker.builder("redis").metrics(metrics).build());
      second.close();
    }
  }

  @Test
  void shouldShowTheAttemptsOfEachRetry() throws Exception {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = open(directory)) {
      FallbackMetrics metrics = FallbackMetrics.register(tallystick);
      Retry retry = Retry.builder("redis").pause(time -> {}).metrics(metrics).build();
      retry.call(() -> "done");
      assertThatThrownBy(
              () ->
                  retry.call(
                      () -> {
                        throw new IOException("away");
                      }))
          .isInstanceOf(IOException.class);
      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry("tallystick_retry_attempts_total{result=\"success\",retry=\"redis\"}", 1.0)
          .containsEntry("tallystick_retry_attempts_total{result=\"failure\",retry=\"redis\"}", 3.0)
          .containsEntry("tallystick_retry_exhausted_total{retry=\"redis\"}", 1.0);
    }
  }

  private static Tallystick open(TempDirectory directory) {
    return Tallystick.builder().directory(directory.path()).instanceName("a").open();
  }

  private static String state(String breaker, String state) {
    return "tallystick_circuit_breaker_state{breaker=\""
        + breaker
        + "\",pid=\"a\",state=\""
        + state
        + "\"}";
  }

  private static String calls(String result) {
    return "tallystick_circuit_breaker_calls_total{breaker=\"redis\",result=\"" + result + "\"}";
  }
}
