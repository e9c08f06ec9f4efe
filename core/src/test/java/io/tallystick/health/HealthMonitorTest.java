package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a monitor says of checks and components, and what it refuses. */
class HealthMonitorTest {
  private final Monitors monitors = new Monitors();

  @AfterEach
  void close() throws Exception {
    monitors.close();
  }

  @Test
  void shouldSayWhatEachCheckSays() {
    HealthMonitor monitor = monitors.open(monitors.builder());
    monitor.register("b", () -> HealthResult.degraded("slow"));
    monitor.register("a", HealthResult::healthy);
    monitor.register("d", () -> HealthResult.unhealthy("down"));
    monitor.register("c", () -> HealthResult.unknown("who knows"));
    HealthState state = monitor.run();
    assertThat(state.checks().keySet()).containsExactly("a", "b", "c", "d");
    assertThat(state.checks().get("b"))
        .isEqualTo(
            new CheckReport("b", HealthStatus.DEGRADED, "slow", Duration.ZERO, Monitors.START));
    assertThat(state.checks().values())
        .extracting(CheckReport::status)
        .containsExactly(
            HealthStatus.HEALTHY,
            HealthStatus.DEGRADED,
            HealthStatus.UNKNOWN,
            HealthStatus.UNHEALTHY);
    assertThat(state.system()).isEqualTo(new SystemHealth(HealthStatus.UNHEALTHY, 1, 1, 1, 4));
    assertThat(state.isReady()).isFalse();
  }

  @Test
  void shouldSayThatACheckFailedWhenItThrowsAnything() {
    HealthMonitor monitor = monitors.open(monitors.builder());
    monitor.register("checked", () -> failing(new IOException("no route")));
    monitor.register("error", () -> failing(new StackOverflowError()));
    monitor.register("odd", () -> failing(new OddException(new IllegalStateException("odd"))));
    monitor.register("worse", () -> failing(new OddException(new StackOverflowError())));
    HealthState state = monitor.run();
    assertThat(state.checks().get("checked").message())
        .isEqualTo("Health check failed: IOException: no route");
    assertThat(state.checks().get("error").message())
        .isEqualTo("Health check failed: StackOverflowError");
    assertThat(state.checks().get("odd").message()).isEqualTo("Health check failed: OddException");
    assertThat(state.checks().get("worse").message())
        .isEqualTo("Health check failed: OddException");
    assertThat(state.checks().values())
        .extracting(CheckReport::status)
        .containsOnly(HealthStatus.UNHEALTHY);
  }

  @Test
  @SuppressWarnings("NullAway") // that is what it is about
  void shouldSayThatNothingIsKnownWhenACheckReturnsNull() {
    HealthMonitor monitor = monitors.open(monitors.builder());
    monitor.register("null", () -> null);
    CheckReport report = monitor.run().checks().get("null");
    assertThat(report.status()).isEqualTo(HealthStatus.UNKNOWN);
    assertThat(report.message()).isEqualTo("Health check returned nothing");
  }

  @Test
  void shouldCallACheckWithTheClassLoaderOfWhoeverRegisteredIt() throws Exception {
    HealthMonitor monitor = monitors.open(monitors.builder());
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader own = new URLClassLoader(new URL[0])) {
      Thread.currentThread().setContextClassLoader(own);
      AtomicReference<ClassLoader> seen = new AtomicReference<>();
      monitor.register(
          "loader",
          () -> {
            seen.set(Thread.currentThread().getContextClassLoader());
            return HealthResult.healthy();
          });
      Thread.currentThread().setContextClassLoader(before);
      HealthState unused = monitor.run();
      assertThat(seen).hasValue(own);
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  @Test
  void shouldFinishARunAndStayInterruptedWhenItsCallerIs() {
    HealthMonitor monitor = monitors.open(monitors.builder());
    monitor.register("works", HealthResult::healthy);
    Thread.currentThread().interrupt();
    HealthState state = monitor.run();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(state.checks().get("works").status()).isEqualTo(HealthStatus.HEALTHY);
  }

  @Test
  void shouldTakeTheWorseOfAReportAndTheCheckOfItsName() {
    HealthMonitor monitor = monitors.open(monitors.builder());
    monitor.register("redis", HealthResult::healthy);
    monitor.register("disk", () -> HealthResult.unhealthy("full"));
    assertThat(monitor.components().report("redis", HealthResult.degraded("slow"))).isTrue();
    assertThat(monitor.components().report("disk", HealthResult.healthy())).isTrue();
    assertThat(monitor.components().report("model", HealthResult.healthy("loaded"))).isTrue();
    HealthState state = monitor.run();
    assertThat(state.components().keySet()).containsExactly("disk", "model", "redis");
    assertThat(state.components().get("redis").message()).isEqualTo("slow");
    assertThat(state.components().get("disk").message()).isEqualTo("full");
    assertThat(state.system()).isEqualTo(new SystemHealth(HealthStatus.UNHEALTHY, 1, 1, 1, 3));
    monitor.components().forget("redis");
    assertThat(monitor.state().components().get("redis").status()).isEqualTo(HealthStatus.HEALTHY);
  }

  @Test
  void shouldRefuseMoreComponentsThanItsBound() {
    Components components = new Components(monitors.clock());
    for (int i = 0; i < Components.MOST; i++) {
      assertThat(components.report("c" + i, HealthResult.healthy())).isTrue();
    }
    assertThat(components.report("more", HealthResult.healthy())).isFalse();
    assertThat(components.report("c0", HealthResult.degraded("slow"))).isTrue();
  }

  @Test
  void shouldCopyComponentsWhileOthersForgetThem() throws Exception {
    Components components = new Components(monitors.clock());
    AtomicBoolean isDone = new AtomicBoolean();
    Thread other =
        new Thread(
            () -> {
              for (int i = 0; !isDone.get(); i = (i + 1) % 50) {
                components.report("c" + i, HealthResult.healthy());
                components.forget("c" + (i + 25) % 50);
              }
            });
    other.start();
    try {
      for (int i = 0; i < 20_000; i++) {
        assertThat(components.with(Map.of()).size()).isLessThanOrEqualTo(50);
      }
    } finally {
      isDone.set(true);
      other.join();
    }
  }

  @Test
  void shouldSayWhatItIsToldOfBreakerRetriesAndMode() {
    CircuitBreakerHealth breaker =
        new CircuitBreakerHealth(true, "OPEN", Duration.ofSeconds(3), 5, 1, 1, 5);
    FallbackHealth fallback = new FallbackHealth("HEURISTIC", List.of("PRIMARY -> HEURISTIC"));
    RetryWindow window = RetryWindow.create(monitors.nowNs()::get);
    for (int i = 0; i < 5; i++) {
      window.count(false);
    }
    HealthMonitor monitor =
        monitors.open(
            monitors
                .builder()
                .circuitBreaker(() -> breaker)
                .fallback(() -> fallback)
                .retries(window));
    monitors.nowNs().addAndGet(Duration.ofSeconds(7).toNanos());
    monitors.clock().turn(Duration.ofSeconds(7));
    HealthState state = monitor.state();
    assertThat(state.circuitBreaker()).isEqualTo(breaker);
    assertThat(state.fallback()).isEqualTo(fallback);
    assertThat(state.retry()).isEqualTo(new RetryHealth(RetryHealth.State.ELEVATED, 5, 1, 5));
    assertThat(state.timestamp()).isEqualTo(Monitors.START.plusSeconds(7));
    assertThat(state.uptime()).isEqualTo(Duration.ofSeconds(7));
    assertThat(state.isReady()).isFalse();
  }

  @Test
  @SuppressWarnings("NullAway") // that is what it is about
  void shouldSayThatThereIsNothingWhenItIsToldNothing() {
    HealthMonitor monitor =
        monitors.open(
            monitors
                .builder()
                .circuitBreaker(
                    () -> {
                      throw new StackOverflowError();
                    })
                .fallback(() -> null));
    HealthState state = monitor.state();
    assertThat(state.circuitBreaker()).isEqualTo(CircuitBreakerHealth.NONE);
    assertThat(state.fallback()).isEqualTo(FallbackHealth.UNKNOWN);
    assertThat(state.retry()).isEqualTo(RetryHealth.NONE);
    assertThat(state.resources().available()).isFalse();
    assertThat(state.system()).isEqualTo(new SystemHealth(HealthStatus.HEALTHY, 0, 0, 0, 0));
    assertThat(state.isReady()).isFalse();
  }

  @Test
  void shouldNotBeReadyWhenNoRunHasEnded() {
    HealthMonitor monitor = monitors.open(monitors.builder());
    assertThat(monitor.state().isReady()).isFalse();
    assertThat(monitor.state().checkedAt()).isEmpty();
    HealthState state = monitor.run();
    assertThat(state.isReady()).isTrue();
    assertThat(state.checkedAt()).contains(Monitors.START);
  }

  @Test
  @SuppressWarnings("NullAway") // that is what it is about
  void shouldNotBeReadyWhenNobodyCanSayTheMode() {
    HealthMonitor throwing =
        monitors.open(
            monitors
                .builder()
                .fallback(
                    () -> {
                      throw new IllegalStateException("no mode");
                    }));
    assertThat(throwing.run().isReady()).isFalse();
    assertThat(throwing.state().fallback()).isEqualTo(FallbackHealth.UNKNOWN);
    HealthMonitor silent = monitors.open(monitors.builder().fallback(() -> null));
    assertThat(silent.run().isReady()).isFalse();
  }

  @Test
  void shouldShowEachStateToWhoeverDecidesByItBeforeTheRunReturns() {
    AtomicReference<String> mode = new AtomicReference<>("PRIMARY");
    HealthMonitor monitor =
        monitors.open(
            monitors
                .builder()
                .fallback(() -> new FallbackHealth(mode.get(), List.of()))
                .afterRun(
                    state -> mode.set(state.system().failedComponents() > 1 ? "SAFE" : "PRIMARY")));
    monitor.register("a", () -> HealthResult.unhealthy("down"));
    assertThat(monitor.run().fallback().mode()).isEqualTo("PRIMARY");
    monitor.register("b", () -> HealthResult.unhealthy("down"));
    assertThat(monitor.run().fallback().mode()).isEqualTo("SAFE");
  }

  @Test
  void shouldNotDecideByChecksThatItsOwnEndInterrupted() throws Exception {
    AtomicReference<HealthState> decided = new AtomicReference<>();
    HealthMonitor monitor = monitors.open(monitors.ticking().afterRun(decided::set));
    CountDownLatch called = new CountDownLatch(1);
    monitor.register(
        "slow",
        () -> {
          called.countDown();
          new CountDownLatch(1).await();
          return HealthResult.healthy();
        });
    CompletableFuture<HealthState> run = CompletableFuture.supplyAsync(monitor::run);
    assertThat(called.await(30, TimeUnit.SECONDS)).isTrue();
    monitor.close();
    assertThat(run.get(30, TimeUnit.SECONDS).checks()).isEmpty();
    assertThat(monitor.run().isReady()).isFalse(); // nor by those that got no thread
    assertThat(decided).hasNullValue();
  }

  @Test
  @Timeout(60)
  void shouldRunOnWhenWhatFollowsARunHangs() {
    AtomicInteger shown = new AtomicInteger();
    try (CapturedLog log = CapturedLog.open()) {
      HealthMonitor monitor =
          monitors.open(
              monitors
                  .ticking()
                  .afterRun(
                      state -> {
                        shown.incrementAndGet();
                        HealthResult unused = monitors.hang();
                      }));
      assertThat(monitor.run().isReady()).isTrue();
      monitor.register("redis", () -> HealthResult.unhealthy("down"));
      assertThat(monitor.run().isReady()).isFalse();
      assertThat(shown).hasValue(1);
      assertThat(log.messages())
          .containsExactly("what follows a run of checks hangs, and sees none; said once");
    }
  }

  @Test
  void shouldReturnFromRunsAndSayOnceThatWhatFollowsThemThrows() {
    try (CapturedLog log = CapturedLog.open()) {
      HealthMonitor monitor =
          monitors.open(
              monitors
                  .builder()
                  .afterRun(
                      state -> {
                        throw new StackOverflowError();
                      }));
      assertThat(monitor.run().isReady()).isTrue();
      assertThat(monitor.run().isReady()).isTrue();
      assertThat(log.messages()).containsExactly("what follows a run of checks failed; said once");
    }
  }

  @Test
  void shouldRunAgainAndAgainUntilItIsClosed() throws Exception {
    HealthMonitor monitor = monitors.open(monitors.builder());
    AtomicInteger calls = new AtomicInteger();
    monitor.register(
        "counts",
        () -> {
          calls.incrementAndGet();
          return HealthResult.healthy();
        });
    monitor.start(Duration.ofMillis(1));
    assertThatIllegalStateException().isThrownBy(() -> monitor.start(Duration.ofMillis(1)));
    Await.until("it ran three times", () -> calls.get() >= 3);
    monitor.close();
    monitor.close();
    Await.until("its threads are gone", () -> Monitors.threads() == 0);
    int before = calls.get();
    assertThat(monitor.run().checks()).containsOnlyKeys("counts"); // as it was
    assertThat(calls).hasValue(before);
    assertThatIllegalStateException().isThrownBy(() -> monitor.start(Duration.ofMillis(1)));
  }

  @Test
  void shouldRefuseNamesAndLimitsThatMeanNothing() {
    HealthMonitor monitor = monitors.open(monitors.builder());
    monitor.register("a", HealthResult::healthy);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> monitor.register("a", HealthResult::healthy))
        .withMessage("check is registered already: check=a");
    for (String name : List.of("", " ", "a\nb", "x".repeat(201))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> monitor.register(name, HealthResult::healthy));
    }
    HealthCheck check = HealthResult::healthy;
    for (Duration limit : List.of(Duration.ZERO, Duration.ofDays(2), Duration.ofSeconds(-1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> monitor.register("b", check.within(limit)));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> monitor.start(Duration.ofSeconds(Long.MAX_VALUE)));
    assertThatIllegalArgumentException().isThrownBy(() -> HealthMonitor.builder().maxThreads(0));
  }

  @Test
  void shouldCutAMessageThatIsVeryLong() {
    assertThat(HealthResult.healthy("x".repeat(5_000)).message()).hasSize(1_001);
  }

  private static HealthResult failing(Throwable failure) throws Exception {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (Exception) failure;
  }

  private static final class OddException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Throwable thrown;

    OddException(Throwable thrown) {
      this.thrown = thrown;
    }

    @Override
    public String getMessage() {
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) thrown;
    }
  }
}
