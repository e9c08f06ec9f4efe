package io.tallystick.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.CapturedLog;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is logged of health. */
class LoggingSinkTest {
  @Test
  void shouldLogOneLineWhateverAMessageHasInIt() {
    String forged =
        "down\r\nhealth check: name=redis status=HEALTHY\u2028x\u0085y\u001b[2Jz\u202ew";
    try (CapturedLog log = CapturedLog.open();
        LoggingSink sink = new LoggingSink()) {
      sink.emitHealthCheck(
          new CheckReport(
              "red\u2028is", HealthStatus.UNHEALTHY, forged, Duration.ZERO, Instant.EPOCH));
      assertThat(log.messages())
          .containsExactly(
              "health check: name=red is status=UNHEALTHY message=down health check: name=redis"
                  + " status=HEALTHY x y [2Jz w latencyMs=0");
    }
  }

  @Test
  void shouldLogEachChangeOfAStatusOnce() {
    try (CapturedLog log = CapturedLog.open();
        LoggingSink sink = new LoggingSink()) {
      for (HealthStatus status :
          new HealthStatus[] {
            HealthStatus.HEALTHY,
            HealthStatus.HEALTHY,
            HealthStatus.UNHEALTHY,
            HealthStatus.UNHEALTHY,
            HealthStatus.HEALTHY
          }) {
        sink.emitHealthCheck(
            new CheckReport("redis", status, "why", Duration.ofMillis(3), Instant.EPOCH));
      }
      sink.emit("level", 1, Map.of("area", "eu")); // DEBUG, which is not logged by default
      assertThat(log.messages())
          .containsExactly(
              "health check: name=redis status=HEALTHY message=why latencyMs=3",
              "health check: name=redis status=UNHEALTHY message=why latencyMs=3",
              "health check: name=redis status=HEALTHY message=why latencyMs=3");
    }
  }
}
