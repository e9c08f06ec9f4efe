package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.Tallystick;
import io.tallystick.fallback.Detectors.Detection;
import io.tallystick.health.CircuitBreakerHealth;
import io.tallystick.health.FallbackHealth;
import io.tallystick.health.HealthState;
import io.tallystick.health.HealthStatus;
import io.tallystick.health.Resources;
import io.tallystick.health.RetryHealth;
import io.tallystick.health.SystemHealth;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.StoreException;
import io.tallystick.testing.Await;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The mode of an application. */
class FallbackControllerTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  private final TurnedClock clock = TurnedClock.at(START);
  private final MemoryStore memory = MemoryStore.open(Long.MAX_VALUE, clock);
  private final FaultyStore store = new FaultyStore(memory);
  private final FallbackController controller = open();

  private FallbackController open() {
    return FallbackController.builder().store(store).clock(clock).withoutThread().open();
  }

  private static HealthState state(int failed, String circuit, long failures) {
    return new HealthState(
        START,
        new SystemHealth(HealthStatus.HEALTHY, 1, 0, failed, failed + 1),
        new CircuitBreakerHealth(true, circuit, Duration.ofSeconds(12), 5, 0, 1, 5),
        new RetryHealth(RetryHealth.State.STABLE, failures, 0, failures),
        Resources.UNKNOWN,
        FallbackHealth.PRIMARY,
        new TreeMap<>(),
        new TreeMap<>(),
        Optional.empty(),
        Duration.ZERO);
  }

  private static final HealthState WELL = state(0, "CLOSED", 50);

  @Test
  void shouldGoWhereTheRulesSayAndNameEachReason() {
    assertThat(controller.cascade(WELL)).isEqualTo(FallbackMode.PRIMARY);
    assertThat(controller.cascade(state(1, "HALF_OPEN", 50))).isEqualTo(FallbackMode.PRIMARY);
    assertThat(controller.cascade(state(0, "open", 0))).isEqualTo(FallbackMode.HEURISTIC);
    assertThat(controller.cascade(state(2, "OPEN", 51))).isEqualTo(FallbackMode.SAFE);
    assertThat(controller.cascade(state(1, "CLOSED", 51))).isEqualTo(FallbackMode.HEURISTIC);
    assertThat(controller.cascade(WELL)).isEqualTo(FallbackMode.PRIMARY);
    assertThat(controller.transitions(9))
        .extracting(ModeTransition::reason)
        .containsExactly(
            "circuit_open(12s)",
            "multiple_failures(2); circuit_open(12s); high_retry_failures(51)",
            "high_retry_failures(51)",
            "recovered");
    assertThat(controller.figures().totalTransitions()).isEqualTo(4);
    assertThat(controller.health().isPrimary()).isTrue();
    assertThat(controller.health().cascadeLog()).hasSize(4);
  }

  @Test
  void shouldStoreEachTransitionForADay() {
    controller.setMode(" heuristic", "by \"hand\"");
    controller.refresh();
    String key = "fallback:transition:" + START;
    assertThat(memory.keyValues().get(key).map(json -> new String(json, UTF_8)))
        .hasValue(
            "{\"timestamp\":\"2030-01-01T00:00:00Z\",\"from\":\"PRIMARY\",\"to\":\"HEURISTIC\","
                + "\"reason\":\"pinned: by \\\"hand\\\"\"}");
    assertThat(memory.keyValues().timeToLive(key)).hasValue(Duration.ofDays(1));
    controller.release();
    assertThat(open().transitions(1))
        .singleElement()
        .satisfies(last -> assertThat(last.reason()).isEqualTo("pinned: by \"hand\""));
    assertThat(controller.transitions(5)).hasSize(2); // of one time
    memory.keyValues().put("fallback:transition:x", "{\"timestamp\":1}".getBytes(UTF_8));
    assertThat(controller.transitions(5)).hasSize(2);
  }

  @Test
  void shouldStayInAPinnedModeUntilReleased() {
    controller.setMode("sAfE", "drill");
    assertThat(controller.cascade(WELL)).isEqualTo(FallbackMode.SAFE);
    controller.cascade(state(0, "OPEN", 0));
    controller.release();
    assertThat(controller.mode()).isEqualTo(FallbackMode.HEURISTIC);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> controller.setMode("turbo", ""))
        .withMessageContaining("turbo");
  }

  @Test
  void shouldHoldAllWhoShareTheStoreInAMode() {
    FallbackController other = open();
    other.setMode("HEURISTIC", "mine");
    controller.pinAll(FallbackMode.SAFE, "incident");
    other.refresh();
    assertThat(other.mode()).isEqualTo(FallbackMode.SAFE);
    store.goAway();
    assertThatThrownBy(other::refresh).isInstanceOf(StoreException.class);
    assertThat(other.mode()).isEqualTo(FallbackMode.SAFE); // what was said last holds
    store.comeBack();
    controller.releaseAll();
    other.refresh();
    assertThat(other.mode()).isEqualTo(FallbackMode.HEURISTIC);
    assertThat(controller.mode()).isEqualTo(FallbackMode.PRIMARY);
  }

  @Test
  void shouldDecideAndStoreLaterWhenTheStoreIsAway() {
    store.goAway();
    assertThat(controller.cascade(state(2, "CLOSED", 0))).isEqualTo(FallbackMode.SAFE);
    assertThat(controller.transitions(1)).hasSize(1);
    store.comeBack();
    controller.refresh();
    assertThat(open().transitions(1)).hasSize(1);
  }

  @Test
  void shouldCallAllCallbacksOfAModeInOrderWhenOneThrowsOrHangs() throws Exception {
    ConcurrentLinkedQueue<String> called = new ConcurrentLinkedQueue<>();
    CountDownLatch never = new CountDownLatch(1);
    ModeCallbacks callbacks = new ModeCallbacks(50);
    callbacks.add(FallbackMode.SAFE, transition -> called.add("other"));
    callbacks.add(FallbackMode.HEURISTIC, transition -> called.add("first"));
    callbacks.add(
        FallbackMode.HEURISTIC,
        transition -> {
          throw new IllegalStateException("test");
        });
    callbacks.add(
        null,
        transition -> {
          called.add("hangs");
          awaitForever(never);
        });
    callbacks.add(FallbackMode.HEURISTIC, transition -> called.add("last " + transition.reason()));
    callbacks.tell(new ModeTransition(START, FallbackMode.PRIMARY, FallbackMode.HEURISTIC, "why"));
    Await.until("callbacks", () -> called.size() == 3);
    assertThat(called).containsExactly("first", "hangs", "last why");
    never.countDown();
  }

  private static void awaitForever(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldTellTheApplicationWhichModeItHasEntered() throws Exception {
    List<ModeTransition> told = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    controller.onEnter(
        FallbackMode.SAFE,
        transition -> {
          told.add(transition);
          controller.release(); // it may call back
          done.countDown();
        });
    controller.pin(FallbackMode.SAFE, "drill");
    done.await();
    assertThat(told).extracting(ModeTransition::to).containsExactly(FallbackMode.SAFE);
    assertThat(controller.mode()).isEqualTo(FallbackMode.PRIMARY);
  }

  @Test
  void shouldAskTheDetectorOfTheMode() {
    Detectors<Integer, String> both =
        new Detectors<>(controller, n -> "model " + n, n -> n > 1 ? "rule" : null);
    Detectors<Integer, String> none = new Detectors<>(controller, null, null);
    assertThat(both.detect(1)).isEqualTo(found(FallbackMode.PRIMARY, "model 1"));
    assertThat(none.detect(1).reason()).isEqualTo("primary_unavailable");
    controller.setMode("HEURISTIC", "");
    assertThat(both.detect(2)).isEqualTo(found(FallbackMode.HEURISTIC, "rule"));
    assertThat(both.detect(1).found()).isEmpty();
    assertThat(none.detect(1).reason()).isEqualTo("heuristic_unavailable");
    controller.setMode("SAFE", "");
    assertThat(both.detect(1))
        .isEqualTo(new Detection<>(FallbackMode.SAFE, Optional.empty(), "no_action"));
  }

  private static Detection<String> found(FallbackMode mode, String what) {
    return new Detection<>(mode, Optional.of(what), "");
  }

  @Test
  void shouldFollowTheModeOfAFallbackStore() throws Exception {
    FaultyStore first = new FaultyStore(MemoryStore.open());
    try (FallbackStore followed = FallbackStore.builder(first, MemoryStore.open()).open();
        FallbackController follower = FallbackController.builder().follow(followed).open()) {
      first.goAway();
      followed.keyValues().put("a", new byte[0]);
      Await.until("follows", () -> follower.mode() == FallbackMode.HEURISTIC);
      assertThat(follower.cascade(WELL)).isEqualTo(FallbackMode.HEURISTIC);
      assertThat(follower.cascade(state(2, "CLOSED", 0))).isEqualTo(FallbackMode.SAFE);
      assertThat(follower.transitions(1))
          .extracting(ModeTransition::reason)
          .containsExactly("multiple_failures(2); store_heuristic");
      follower.cascade(WELL);
      first.comeBack();
      Await.until("follows", () -> follower.mode() == FallbackMode.PRIMARY);
    }
  }

  @Test
  void shouldShowTheModesAndTheJournalAsMetrics() throws Exception {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).instanceName("a").open()) {
      FallbackMetrics metrics = FallbackMetrics.register(tallystick);
      FaultyStore first = new FaultyStore(MemoryStore.open());
      FallbackController counted = FallbackController.builder().metrics(metrics).open();
      try (FallbackStore fallback =
          FallbackStore.builder(first, MemoryStore.open())
              .metrics(metrics)
              .withoutThreads(System::nanoTime)
              .open()) {
        counted.pin(FallbackMode.SAFE, "");
        first.goAway();
        fallback.keyValues().put("a", new byte[0]);
        fallback.upkeep().follow();
        assertThat(Samples.of(tallystick.scraper()))
            .containsEntry(mode("application", "SAFE"), 1.0)
            .containsEntry(mode("application", "PRIMARY"), 0.0)
            .containsEntry(mode("store", "HEURISTIC"), 1.0)
            .containsEntry(
                "tallystick_fallback_transitions_total{mode=\"HEURISTIC\",name=\"store\"}", 1.0)
            .containsEntry("tallystick_fallback_journal_entries{name=\"store\"}", 2.0)
            .containsEntry("tallystick_fallback_retries_total{name=\"store\"}", 5.0)
            .containsEntry("tallystick_circuit_breaker_trips_total{breaker=\"store-first\"}", 1.0);
      }
    }
  }

  private static String mode(String name, String mode) {
    return "tallystick_fallback_mode{name=\""
        + name
        + "\",tallystick_fallback_mode=\""
        + mode
        + "\"}";
  }

  @Test
  void shouldHoldAPinOfAllWhileTheStoreShowsThisHostsWritesAlone() {
    FaultyStore first = new FaultyStore(MemoryStore.open());
    try (FallbackStore shared = FallbackStore.builder(first, MemoryStore.open()).open();
        FallbackController held =
            FallbackController.builder().store(shared).withoutThread().open()) {
      shared.keyValues().put("fallback:pinned", new byte[0]);
      first
          .store()
          .keyValues() // by another host
          .put("fallback:pinned", "{\"mode\":\"SAFE\",\"reason\":\"x\"}".getBytes(UTF_8));
      held.refresh();
      assertThat(held.mode()).isEqualTo(FallbackMode.SAFE);
      shared.keyValues().delete("other");
      first.goAway();
      held.refresh();
      assertThat(shared.mode()).isEqualTo(FallbackMode.HEURISTIC);
      held.refresh();
      assertThat(held.mode()).isEqualTo(FallbackMode.SAFE);
    }
  }

  @Test
  void shouldFollowAStoreAtOnceWhenACallbackOfOthersHangs() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    FaultyStore first = new FaultyStore(MemoryStore.open());
    try (FallbackStore followed =
        FallbackStore.builder(first, MemoryStore.open()).withoutThreads(System::nanoTime).open()) {
      followed.onTransition(transition -> awaitForever(hangs));
      FallbackController follower = FallbackController.builder().follow(followed).open();
      first.goAway();
      followed.keyValues().put("a", new byte[0]);
      assertThat(follower.mode()).isEqualTo(FallbackMode.HEURISTIC);
      follower.close();
      first.comeBack();
      Await.until(
          "is back",
          () -> {
            followed.upkeep().recover();
            return followed.mode() == FallbackMode.PRIMARY;
          });
      assertThat(follower.mode()).isEqualTo(FallbackMode.HEURISTIC); // it is closed
    } finally {
      hangs.countDown();
    }
  }

  @Test
  void shouldBoundWhatHangsAndWhatWaits() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    ModeCallbacks callbacks = new ModeCallbacks(1);
    ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
    callbacks.add(
        null,
        transition -> {
          threads.add(Thread.currentThread());
          awaitForever(hangs);
        });
    try {
      for (int i = 0; i < 5_000; i++) {
        callbacks.tell(new ModeTransition(START, FallbackMode.PRIMARY, FallbackMode.SAFE, "" + i));
      }
      Await.until("they hang", () -> threads.size() >= 16);
      callbacks.tell(new ModeTransition(START, FallbackMode.PRIMARY, FallbackMode.SAFE, "last"));
      Await.until("all is told", callbacks::isIdle);
      assertThat(threads).hasSize(16);
    } finally {
      hangs.countDown();
    }
  }

  @Test
  void shouldRefuseALimitBelowZero() {
    assertThatIllegalArgumentException().isThrownBy(() -> controller.transitions(-1));
  }
}
