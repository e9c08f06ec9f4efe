package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.entry;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.mirror.Expositions;
import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Metrics with callbacks, compared with client_java's; rounds are made by the test. */
@Timeout(60)
final class CallbackTest {
  private TempDirectory directory;
  private Tallystick tallystick;
  private CapturedLog log;
  private List<Thread> foreignThreads = List.of();

  @BeforeEach
  void open() throws IOException {
    foreignThreads = mirrorThreads();
    log = CapturedLog.open();
    directory = TempDirectory.create();
    tallystick = open("a", Duration.ofDays(1));
  }

  private Tallystick open(String name, Duration interval) {
    return Tallystick.builder()
        .directory(directory.path())
        .instanceName(name)
        .mirrorInterval(interval)
        .maxSeriesPerMetric(10)
        .open();
  }

  @AfterEach
  void close() throws IOException {
    tallystick.close();
    directory.close();
    log.close();
  }

  private Map<String, Double> shown() throws IOException {
    return Samples.ofApplications(tallystick.scraper());
  }

  private double failures() throws IOException {
    RegistrarAccess.turn(tallystick);
    return Samples.of(tallystick.scraper()).get("tallystick_callback_failures");
  }

  // ---- as client_java ----

  @Test
  void shouldShowWhatClientJavaShowsWhenMetricsHaveCallbacks() throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    io.prometheus.metrics.core.metrics.CounterWithCallback.builder()
        .name("cache.hits_total")
        .help("Hits.")
        .labelNames("cache")
        .constLabels(Labels.of("app", "shop", "zone", "b"))
        .callback(CallbackTest::sayHits)
        .register(registry);
    io.prometheus.metrics.core.metrics.GaugeWithCallback.builder()
        .name("heat")
        .unit(Unit.CELSIUS)
        .callback(callback -> callback.call(-0.0))
        .register(registry);
    io.prometheus.metrics.core.metrics.SummaryWithCallback.builder()
        .name("gc")
        .unit(Unit.SECONDS)
        .labelNames("b", "a")
        .callback(callback -> callback.call(3, 1.5, Quantiles.EMPTY, "y", "x"))
        .register(registry);
    CounterWithCallback.builder()
        .name("cache.hits_total")
        .help("Hits.")
        .labelNames("cache")
        .constLabels(Labels.of("app", "shop", "zone", "b"))
        .callback(CallbackTest::sayHits)
        .register(tallystick);
    GaugeWithCallback.builder()
        .name("heat")
        .unit(Unit.CELSIUS)
        .multiprocessMode(MultiprocessMode.MOSTRECENT)
        .callback(callback -> callback.call(-0.0))
        .register(tallystick);
    SummaryWithCallback.builder()
        .name("gc")
        .unit(Unit.SECONDS)
        .labelNames("b", "a")
        .callback(callback -> callback.call(3, 1.5, Quantiles.EMPTY, "y", "x"))
        .register(tallystick);
    RegistrarAccess.mirror(tallystick);
    Expositions.assertShowsAlsoWhenDead(tallystick, registry.scrape());
  }

  /** Of client_java's callback, which ours is one of. */
  private static void sayHits(
      io.prometheus.metrics.core.metrics.CounterWithCallback.Callback callback) {
    callback.call(7, "users");
    callback.call(0.5, "orders");
  }

  @Test
  void shouldRefuseWhatClientJavaRefusesWhenItIsRegistered() {
    assertSameFailure(
        () ->
            io.prometheus.metrics.core.metrics.CounterWithCallback.builder()
                .name("a_total")
                .register(new PrometheusRegistry()),
        () -> CounterWithCallback.builder().name("a_total").register(tallystick));
    assertSameFailure(
        () ->
            io.prometheus.metrics.core.metrics.GaugeWithCallback.builder()
                .callback(null)
                .name("a")
                .register(new PrometheusRegistry()),
        () -> GaugeWithCallback.builder().callback(null).name("a").register(tallystick));
    assertSameFailure(
        () ->
            io.prometheus.metrics.core.metrics.SummaryWithCallback.builder()
                .name("a")
                .labelNames("quantile"),
        () -> SummaryWithCallback.builder().name("a").labelNames("quantile"));
    assertSameFailure(
        () ->
            io.prometheus.metrics.core.metrics.GaugeWithCallback.builder()
                .callback(callback -> {})
                .register(new PrometheusRegistry()),
        () -> GaugeWithCallback.builder().callback(callback -> {}).register(tallystick));
  }

  private static void assertSameFailure(Runnable theirs, Runnable ours) {
    Throwable expected = catchThrowable(theirs::run);
    assertThat(expected).as("client_java accepts this").isNotNull();
    assertThatThrownBy(ours::run)
        .isInstanceOf(expected.getClass())
        .hasMessage(expected.getMessage());
  }

  @Test
  void shouldRefuseANameWhenAnotherMetricHasIt() {
    Counter.builder().name("jobs_total").register(tallystick);
    assertThatThrownBy(
            () ->
                CounterWithCallback.builder()
                    .name("jobs_total")
                    .callback(callback -> {})
                    .register(tallystick))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldFailAsClientJavaDoesWhenACallbackSaysTheWrongLabels() throws IOException {
    CounterWithCallback.builder()
        .name("jobs_total")
        .labelNames("kind")
        .callback(callback -> callback.call(1))
        .register(tallystick);
    CounterWithCallback.builder()
        .name("runs_total")
        .callback(callback -> callback.call(-1))
        .register(tallystick);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).isEmpty();
    assertThat(failures()).isEqualTo(2);
    assertThat(log.failures())
        .extracting(Throwable::getMessage)
        .contains(
            "CounterWithCallback was created with 1 label names, but the callback was called with 0"
                + " label values.");
  }

  // ---- values ----

  @Test
  void shouldShowTheLatestValuesWhenThereWereRounds() throws IOException {
    AtomicInteger value = new AtomicInteger();
    gauge("heat", callback -> callback.call(value.incrementAndGet()));
    assertThat(shown()).as("nothing is called by a scrape").isEmpty();
    RegistrarAccess.mirror(tallystick);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("heat", 2.0));
  }

  private void gauge(String name, Consumer<GaugeWithCallback.Callback> callback) {
    GaugeWithCallback unused =
        GaugeWithCallback.builder()
            .name(name)
            .multiprocessMode(MultiprocessMode.MAX)
            .callback(callback)
            .register(tallystick);
  }

  @Test
  void shouldCallByItselfWhenTheIntervalIsOver() throws Exception {
    try (Tallystick other = open("b", Duration.ofMillis(10))) {
      Semaphore calls = new Semaphore(0);
      GaugeWithCallback.builder()
          .name("heat")
          .callback(
              callback -> {
                calls.release();
                callback.call(calls.availablePermits());
              })
          .register(other);
      calls.acquire(3);
      Await.until("it is shown", () -> shown().containsKey("heat{pid=\"b\"}"));
    }
  }

  @Test
  void shouldCallOnceMoreWhenTheInstanceIsClosed() throws IOException {
    CounterWithCallback.builder()
        .name("jobs_total")
        .callback(callback -> callback.call(9))
        .register(tallystick);
    tallystick.close();
    try (Tallystick other = open("b", Duration.ofDays(1))) {
      assertThat(Samples.ofApplications(other.scraper())).containsOnly(entry("jobs_total", 9.0));
    }
  }

  @Test
  void shouldRemoveASeriesWhenTheCallbackDoesNotSayItAnyMore() throws IOException {
    List<String> rooms = new ArrayList<>(List.of("a", "b", "c"));
    GaugeWithCallback.builder()
        .name("heat")
        .labelNames("room")
        .multiprocessMode(MultiprocessMode.MAX)
        .callback(callback -> rooms.forEach(room -> callback.call(1, room)))
        .register(tallystick);
    RegistrarAccess.mirror(tallystick);
    rooms.remove("b");
    RegistrarAccess.mirror(tallystick);
    assertThat(shown().keySet()).containsExactly("heat{room=\"a\"}", "heat{room=\"c\"}");
  }

  @Test
  void shouldNotLowerATotalWhenTheCallbackStartsAgain() throws IOException {
    double[] value = {10};
    CounterWithCallback.builder()
        .name("jobs_total")
        .callback(callback -> callback.call(value[0]))
        .register(tallystick);
    SummaryWithCallback.builder()
        .name("sizes")
        .callback(callback -> callback.call((long) value[0], value[0] / 4, Quantiles.EMPTY))
        .register(tallystick);
    RegistrarAccess.mirror(tallystick);
    value[0] = 2;
    RegistrarAccess.mirror(tallystick);
    assertThat(shown())
        .containsOnly(
            entry("jobs_total", 12.0), entry("sizes_count", 12.0), entry("sizes_sum", 3.0));
  }

  @Test
  void shouldSumOverProcessesWhenTheyHaveTheSameCallback() throws IOException {
    try (Tallystick other = open("b", Duration.ofDays(1))) {
      for (Tallystick each : List.of(tallystick, other)) {
        CounterWithCallback.builder()
            .name("jobs_total")
            .callback(callback -> callback.call(5))
            .register(each);
        RegistrarAccess.mirror(each);
      }
      assertThat(shown()).containsOnly(entry("jobs_total", 10.0));
    }
  }

  @Test
  void shouldLeaveOutSeriesWhenTheCallbackSaysTooMany() throws IOException {
    GaugeWithCallback.builder()
        .name("heat")
        .labelNames("room")
        .multiprocessMode(MultiprocessMode.MAX)
        .callback(
            callback -> {
              for (int i = 0; i < 15; i++) {
                callback.call(i, String.valueOf(i));
              }
            })
        .register(tallystick);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).hasSize(10);
    RegistrarAccess.turn(tallystick);
    assertThat(Samples.of(tallystick.scraper())).containsEntry("tallystick_unmirrored_series", 5.0);
  }

  @Test
  void shouldHaveTheClassLoaderOfWhoRegisteredItWhenACallbackIsCalled() throws IOException {
    ClassLoader loader = new ClassLoader() {};
    List<ClassLoader> seen = new ArrayList<>();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      gauge("heat", callback -> seen.add(Thread.currentThread().getContextClassLoader()));
    } finally {
      thread.setContextClassLoader(before);
    }
    RegistrarAccess.mirror(tallystick);
    assertThat(seen).containsExactly(loader);
  }

  // ---- what throws or hangs ----

  @Test
  void shouldKeepItsValuesAndGoOnWithTheOthersWhenACallbackThrows() throws IOException {
    AtomicInteger rounds = new AtomicInteger();
    gauge(
        "bad",
        callback -> {
          callback.call(rounds.incrementAndGet());
          if (rounds.get() > 1) {
            throw new IllegalStateException("on purpose");
          }
        });
    gauge("good", callback -> callback.call(rounds.get()));
    for (int i = 0; i < 4; i++) {
      RegistrarAccess.mirror(tallystick);
    }
    assertThat(shown().get("bad")).isEqualTo(1);
    assertThat(shown().get("good")).isGreaterThanOrEqualTo(3);
    assertThat(failures()).isEqualTo(3);
    assertThat(log.messages())
        .containsExactly("callback failed, its series keep their values: metric=bad");
  }

  @Test
  void shouldGoOnWithTheOthersWhenACallbackThrowsWhatNobodyMayThrow() throws IOException {
    gauge(
        "bad",
        callback -> {
          throw new StackOverflowError("on purpose");
        });
    gauge(
        "worse",
        callback -> {
          sneak(new IOException("on purpose"), new RuntimeException());
        });
    gauge(
        "interrupted",
        callback -> {
          Thread.currentThread().interrupt();
          callback.call(1);
        });
    gauge("good", callback -> callback.call(Thread.currentThread().isInterrupted() ? 0 : 1));
    RegistrarAccess.mirror(tallystick);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).containsOnly(entry("good", 1.0), entry("interrupted", 1.0));
    assertThat(failures()).isEqualTo(4);
  }

  /** As languages without checked exceptions do. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable checked, E unusedType) throws E {
    throw (E) checked;
  }

  @Test
  void shouldGoOnWithTheOthersWhenACallbackHangs() throws Exception {
    Trap trap = new Trap();
    AtomicInteger value = new AtomicInteger(1);
    gauge("bad", callback -> callback.call(trap.pass(value.get())));
    gauge("good", callback -> callback.call(value.get()));
    RegistrarAccess.mirror(tallystick);
    trap.set();
    value.set(2);
    roundThatHangs(trap);
    assertThat(shown()).containsOnly(entry("bad", 1.0), entry("good", 2.0));
    value.set(3);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown()).as("later rounds").containsOnly(entry("bad", 1.0), entry("good", 3.0));
    assertThat(failures()).isEqualTo(1);
    assertThat(log.messages())
        .containsExactly(
            "callback hangs, its series keep their values until it returns: metric=bad");
    trap.open();
    Await.until("its late value is shown", () -> shown().get("bad") == 2);
    Await.until(
        "it takes part again",
        () -> {
          RegistrarAccess.mirror(tallystick);
          return shown().get("bad") == 3;
        });
  }

  @Test
  void shouldLeaveOnlySoManyThreadsBehindWhenManyCallbacksHang() throws Exception {
    Trap trap = new Trap();
    AtomicInteger value = new AtomicInteger(1);
    for (int i = 0; i < 10; i++) {
      gauge("bad" + i, callback -> callback.call(trap.pass(value.get())));
    }
    RegistrarAccess.mirror(tallystick);
    trap.set();
    value.set(2);
    Thread round = new Thread(() -> RegistrarAccess.mirror(tallystick));
    round.start();
    for (int i = 0; i < 4; i++) {
      trap.awaitCaught();
      RegistrarAccess.leaveHanging(tallystick);
    }
    Await.until("there are no more", () -> mirrorThreads().size() == 4);
    trap.open();
    round.join();
    Await.until("only one is left", () -> mirrorThreads().size() == 1);
    RegistrarAccess.mirror(tallystick);
    assertThat(shown().values()).hasSize(10).containsOnly(2.0);
  }

  private List<Thread> mirrorThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("tallystick-mirror"))
        .filter(thread -> !foreignThreads.contains(thread))
        .toList();
  }

  private void roundThatHangs(Trap trap) throws Exception {
    Thread round = new Thread(() -> RegistrarAccess.mirror(tallystick));
    round.start();
    trap.awaitCaught();
    RegistrarAccess.leaveHanging(tallystick);
    round.join();
  }

  @Test
  void shouldNotSayThatACallbackHangsWhenTheProcessStoodStillMeanwhile() throws Exception {
    Trap trap = new Trap();
    gauge("slow", callback -> callback.call(trap.pass(1)));
    trap.set();
    Thread round = new Thread(() -> RegistrarAccess.mirror(tallystick));
    round.start();
    trap.awaitCaught();
    boolean left = tallystick.mirrors().watch(System.nanoTime() + Duration.ofDays(2).toNanos());
    trap.open();
    round.join();
    assertThat(left).isFalse();
    assertThat(failures()).isZero();
  }

  @Test
  void shouldEndWithoutACallbackWhenTheInstanceIsClosedByOne() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    gauge(
        "heat",
        callback -> {
          tallystick.close();
          closed.countDown();
        });
    Throwable unused = catchThrowable(() -> RegistrarAccess.mirror(tallystick)); // may have no end
    closed.await();
  }

  /** Where callbacks hang while it is set. */
  private static final class Trap {
    private final Semaphore caught = new Semaphore(0);
    private volatile CountDownLatch opened = new CountDownLatch(0);

    void set() {
      opened = new CountDownLatch(1);
    }

    double pass(double value) {
      if (opened.getCount() > 0) {
        caught.release();
        while (opened.getCount() > 0) {
          LockSupport.parkNanos(1_000_000);
        }
      }
      return value;
    }

    void awaitCaught() throws InterruptedException {
      caught.acquire();
    }

    void open() {
      opened.countDown();
    }
  }
}
