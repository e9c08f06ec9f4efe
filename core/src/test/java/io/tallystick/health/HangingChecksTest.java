package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** That checks which hang keep neither others nor the next run waiting. */
class HangingChecksTest {
  private static final Duration SHORT = Duration.ofMillis(250);

  private final Monitors monitors = new Monitors();
  private final HealthCheck hanging = monitors::hang;

  @AfterEach
  void close() throws Exception {
    monitors.close();
  }

  @Test
  void shouldSayThatACheckTimedOutAndAllElseWhenItHangs() throws Exception {
    HealthMonitor monitor = monitors.open(monitors.ticking());
    AtomicInteger calls = new AtomicInteger();
    monitor.register(
        "hangs",
        within(
            () -> {
              calls.incrementAndGet();
              return monitors.hang();
            }));
    monitor.register("works", HealthResult::healthy);
    for (int run = 0; run < 3; run++) {
      HealthState state = monitor.run();
      assertThat(state.checks().get("hangs").status()).isEqualTo(HealthStatus.UNHEALTHY);
      assertThat(state.checks().get("hangs").message())
          .isEqualTo("Health check timed out after 0.25s");
      assertThat(state.checks().get("works").status()).isEqualTo(HealthStatus.HEALTHY);
    }
    assertThat(calls).hasValue(1);
    monitors.letGo();
    Await.until(
        "the check is called again",
        () -> monitor.run().checks().get("hangs").status() == HealthStatus.HEALTHY);
    assertThat(calls.get()).isGreaterThan(1);
  }

  @Test
  void shouldInterruptACheckOnceWhenItsTimeIsOver() throws Exception {
    HealthMonitor monitor = monitors.open(monitors.ticking());
    monitor.register("hangs", hanging.within(SHORT));
    HealthState unused = monitor.run();
    Await.until("it is interrupted", () -> monitors.interruptions() == 1);
    unused = monitor.run();
    assertThat(monitors.interruptions()).isEqualTo(1);
  }

  @Test
  void shouldCallNoOtherCheckInterruptedWhenOneWas() {
    HealthMonitor monitor = monitors.open(monitors.ticking().maxThreads(1));
    monitor.register(
        "a",
        within(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
              return HealthResult.healthy(); // and leaves its thread interrupted
            }));
    monitor.register(
        "b",
        () ->
            Thread.currentThread().isInterrupted()
                ? HealthResult.unhealthy("interrupted")
                : HealthResult.healthy());
    assertThat(monitor.run().checks().get("b").message()).isEmpty();
  }

  @Test
  void shouldWaitForAllThatHangTogetherWhenTheyAreTenOfAHundred() {
    HealthMonitor monitor = monitors.open(monitors.ticking());
    for (int i = 0; i < 100; i++) {
      monitor.register("check-" + i, i % 10 == 0 ? hanging : HealthResult::healthy);
    }
    long startNs = System.nanoTime();
    HealthState state = monitor.run();
    assertThat(Duration.ofNanos(System.nanoTime() - startNs)) // 50 seconds, one after the other
        .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(20));
    assertThat(state.system()).isEqualTo(new SystemHealth(HealthStatus.UNHEALTHY, 90, 0, 10, 100));
    assertThat(state.checks().get("check-0").message())
        .isEqualTo("Health check timed out after 5s");
    assertThat(state.checks().get("check-0").latency()).isGreaterThan(Duration.ofSeconds(4));
    assertThat(Monitors.threads()).isLessThanOrEqualTo(64);
  }

  @Test
  void shouldUseItsThreadsAgainWhenChecksReturn() {
    HealthMonitor monitor = monitors.open(monitors.builder());
    monitor.register("works", HealthResult::healthy);
    for (int run = 0; run < 100; run++) {
      assertThat(monitor.run().checks().get("works").status()).isEqualTo(HealthStatus.HEALTHY);
    }
    assertThat(Monitors.threads()).isLessThan(32); // of 64 that there may be
  }

  @Test
  void shouldSayThatACheckTimedOutWhenItReturnedTooLate() {
    HealthMonitor monitor = monitors.open(monitors.builder());
    monitor.register(
        "late",
        () -> {
          monitors.nowNs().addAndGet(Duration.ofSeconds(6).toNanos());
          return HealthResult.healthy();
        });
    assertThat(monitor.run().checks().get("late").message())
        .isEqualTo("Health check timed out after 5s");
  }

  @Test
  void shouldInterruptEachAtItsOwnLimitWhateverTheirNames() {
    HealthMonitor monitor = monitors.open(monitors.ticking());
    CountDownLatch interrupted = new CountDownLatch(1);
    monitor.register(
        "a",
        ((HealthCheck)
                () ->
                    interrupted.await(1, TimeUnit.MINUTES)
                        ? HealthResult.healthy()
                        : HealthResult.degraded("b was not interrupted"))
            .within(Duration.ofSeconds(8)));
    monitor.register(
        "b",
        within(
            () -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return HealthResult.healthy();
            }));
    assertThat(monitor.run().checks().get("a")).returns(HealthStatus.HEALTHY, CheckReport::status);
  }

  @Test
  void shouldBoundItsThreadsAndWhatWaitsForThemWhenAllHang() throws Exception {
    HealthMonitor monitor = monitors.open(monitors.ticking().maxThreads(4));
    for (int i = 0; i < 4; i++) {
      monitor.register("hangs-" + i, hanging.within(SHORT));
    }
    monitor.register("works", within(HealthResult::healthy));
    for (int run = 0; run < 3; run++) {
      HealthState state = monitor.run();
      assertThat(state.checks().get("works").status()).isEqualTo(HealthStatus.UNKNOWN);
      assertThat(state.checks().get("works").message())
          .isEqualTo("Health check was not started within 0.25s: threads=4, all busy");
      assertThat(Monitors.threads()).isEqualTo(4);
    }
    monitors.letGo();
    Await.until(
        "threads are free again",
        () -> monitor.run().checks().get("works").status() == HealthStatus.HEALTHY);
  }

  @Test
  void shouldNotCollectThreadsWhenHangingChecksAreRegisteredAgainAndAgain() {
    HealthMonitor monitor = monitors.open(monitors.ticking().maxThreads(3));
    for (int i = 0; i < 6; i++) {
      monitor.register("hangs", hanging.within(Duration.ofMillis(20)));
      HealthState unused = monitor.run();
      assertThat(monitor.unregister("hangs")).isTrue();
    }
    assertThat(Monitors.threads()).isLessThanOrEqualTo(3);
  }

  @Test
  void shouldTakeTheResultsOfARunThatIsGoingOn() throws Exception {
    HealthMonitor monitor = monitors.open(monitors.builder());
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch called = new CountDownLatch(1);
    monitor.register(
        "slow",
        () -> {
          calls.incrementAndGet();
          called.countDown();
          return monitors.hang();
        });
    ExecutorService callers = Executors.newFixedThreadPool(3);
    try {
      List<Future<HealthState>> states = new ArrayList<>();
      states.add(callers.submit(monitor::run));
      assertThat(called.await(30, TimeUnit.SECONDS)).isTrue();
      Thread[] waiting = new Thread[2];
      for (int i = 0; i < 2; i++) {
        int number = i;
        states.add(
            callers.submit(
                () -> {
                  waiting[number] = Thread.currentThread();
                  return monitor.run();
                }));
      }
      Await.until("both wait", () -> isWaiting(waiting[0]) && isWaiting(waiting[1]));
      monitors.letGo();
      for (Future<HealthState> state : states) {
        assertThat(state.get(30, TimeUnit.SECONDS).checks().get("slow").status())
            .isEqualTo(HealthStatus.HEALTHY);
      }
      assertThat(calls).hasValue(1);
    } finally {
      callers.shutdownNow();
    }
  }

  private static boolean isWaiting(Thread thread) {
    return thread != null && thread.getState() == Thread.State.WAITING;
  }

  private static HealthCheck within(HealthCheck check) {
    return check.within(SHORT);
  }
}
