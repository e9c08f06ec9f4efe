package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Await;
import io.tallystick.testing.CapturedLog;
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
    unused = monitor.run();
    Await.until(
        "it is unknown", () -> first.values.get("health_check_redis_1_status").equals(-1.0));
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
        HealthState unused = monitor.run();
        Await.until("it was sent", () -> sink.values.containsKey("health_system_status"));
      }
      Await.until("both are said", () -> log.messages().size() == 2);
      assertThat(log.messages())
          .anyMatch(message -> message.startsWith("sink failed; said once: sink="))
          .anyMatch(message -> message.startsWith("sink hangs, and gets nothing until it returns"));
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
