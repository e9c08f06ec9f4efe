package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What sinks get of a run, whatever they do. */
class SinkCallsTest {
  private final Monitors monitors = new Monitors();

  @AfterEach
  void close() throws Exception {
    monitors.close();
  }

  @Test
  void shouldSendEachResultToEachSinkAndUnknownWhenACheckHasGone() throws Exception {
    RecordingSink first = new RecordingSink();
    RecordingSink second = new RecordingSink();
    HealthMonitor monitor = monitors.open(monitors.builder().sink(first).sink(second));
    monitor.register("redis.1", HealthResult::healthy);
    HealthState unused = monitor.run();
    for (RecordingSink sink : List.of(first, second)) {
      Await.until("it was sent", () -> sink.values.containsKey("health_system_status"));
      assertThat(sink.values)
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "health_check_redis_1_status", 1.0,
                  "health_check_redis_1_latency_ms", 0.0,
                  "health_system_status", 1.0));
    }
    assertThat(monitor.unregister("redis.1")).isTrue();
    assertThat(monitor.unregister("redis.1")).isFalse();
    Await.until(
        "it is unknown",
        () -> {
          HealthState unusedToo = monitor.run(); // the last call may be about to return
          return first.values.get("health_check_redis_1_status").equals(-1.0);
        });
  }

  @Test
  void shouldSayThatACheckHasGoneWhenTheSinkWasBusyThen() throws Exception {
    RecordingSink sink = new RecordingSink();
    HealthMonitor monitor =
        monitors.open(
            monitors
                .builder()
                .sink(
                    (name, value, labels) -> {
                      sink.emit(name, value, labels);
                      HealthResult unused = monitors.hang();
                    }));
    monitor.register("redis", HealthResult::healthy);
    HealthState unused = monitor.run();
    Await.until("it hangs", () -> sink.values.containsKey("health_check_redis_status"));
    assertThat(monitor.unregister("redis")).isTrue();
    unused = monitor.run();
    monitors.letGo();
    Await.until(
        "it is unknown",
        () -> {
          HealthState unusedToo = monitor.run();
          return sink.values.get("health_check_redis_status").equals(-1.0);
        });
  }

  @Test
  void shouldTellSinksWhenChecksHangOnAllThreads() throws Exception {
    RecordingSink sink = new RecordingSink();
    HealthMonitor monitor = monitors.open(monitors.ticking().maxThreads(1).sink(sink));
    monitor.register("hangs", ((HealthCheck) monitors::hang).within(Duration.ofMillis(50)));
    Await.until(
        "it is told",
        () -> {
          HealthState unused = monitor.run();
          return Double.valueOf(0).equals(sink.values.get("health_check_hangs_status"));
        });
  }

  @Test
  void shouldGoOnWhenASinkThrowsOrHangs() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    RecordingSink sink = new RecordingSink();
    HealthMonitor monitor =
        monitors.open(
            monitors
                .builder()
                .sink(
                    (name, value, labels) -> {
                      throw new IllegalStateException("broken");
                    })
                .sink(
                    (name, value, labels) -> {
                      calls.incrementAndGet();
                      HealthResult unused = monitors.hang();
                    })
                .sink(sink));
    try (CapturedLog log = CapturedLog.open()) {
      for (int run = 0; run < 5; run++) {
        sink.values.clear();
        Await.until(
            "it was sent",
            () -> {
              HealthState unused = monitor.run(); // the last call may be about to return
              return sink.values.containsKey("health_system_status");
            });
      }
      for (String said : List.of("sink failed; said once", "sink hangs, and gets nothing")) {
        Await.until(
            said, () -> log.messages().stream().anyMatch(message -> message.startsWith(said)));
      }
    }
    assertThat(calls).hasValue(1);
  }

  private static final class RecordingSink implements HealthSink {
    private final Map<String, Double> values = new ConcurrentHashMap<>();

    @Override
    public void emit(String name, double value, Map<String, String> labels) {
      values.put(name, value);
    }
  }
}
