package io.tallystick.server.health;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tallystick.health.CheckReport;
import io.tallystick.health.CircuitBreakerHealth;
import io.tallystick.health.ComponentHealth;
import io.tallystick.health.FallbackHealth;
import io.tallystick.health.HealthState;
import io.tallystick.health.Resources;
import io.tallystick.health.RetryHealth;
import io.tallystick.health.SystemHealth;
import io.tallystick.health.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Writes states as JSON, each field always there and in the same place. */
final class StateJson {
  private final JsonGenerator json;

  private StateJson(JsonGenerator json) {
    this.json = json;
  }

  /** Everything that is known. */
  static void writeAll(HealthState state, JsonGenerator json) throws IOException {
    StateJson writer = new StateJson(json);
    json.writeStartObject();
    writer.timestamp(state);
    writer.system(state.system());
    writer.circuitBreaker(state.circuitBreaker());
    writer.retry(state.retry());
    writer.resources(state.resources());
    writer.fallback(state.fallback());
    writer.components(state.components());
    writer.checks("health_checks", state.checks());
    json.writeNumberField("uptime_seconds", seconds(state.uptime()));
    json.writeEndObject();
  }

  /** What each check found. */
  static void writeChecks(HealthState state, JsonGenerator json) throws IOException {
    StateJson writer = new StateJson(json);
    json.writeStartObject();
    writer.timestamp(state);
    writer.checks("checks", state.checks());
    json.writeEndObject();
  }

  /** Whether work can be sent, and why not. */
  static void writeReadiness(HealthState state, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeBooleanField("ready", state.isReady());
    json.writeBooleanField("checked", state.checkedAt().isPresent());
    json.writeStringField("mode", state.fallback().mode());
    json.writeNumberField("failed_components", state.system().failedComponents());
    json.writeEndObject();
  }

  /** The mode, and what it is decided by. */
  static void writeCascade(HealthState state, JsonGenerator json) throws IOException {
    StateJson writer = new StateJson(json);
    json.writeStartObject();
    writer.timestamp(state);
    writer.system(state.system());
    writer.fallback(state.fallback());
    json.writeEndObject();
  }

  private void timestamp(HealthState state) throws IOException {
    json.writeStringField("timestamp", state.timestamp().toString());
  }

  private void system(SystemHealth system) throws IOException {
    json.writeObjectFieldStart("system");
    json.writeStringField("status", system.status().name());
    json.writeNumberField("healthy_components", system.healthyComponents());
    json.writeNumberField("degraded_components", system.degradedComponents());
    json.writeNumberField("failed_components", system.failedComponents());
    json.writeNumberField("total_components", system.totalComponents());
    json.writeEndObject();
  }

  private void circuitBreaker(CircuitBreakerHealth breaker) throws IOException {
    json.writeObjectFieldStart("circuit_breaker");
    json.writeBooleanField("available", breaker.available());
    json.writeStringField("state", breaker.state());
    json.writeNumberField("open_duration_seconds", seconds(breaker.openDuration()));
    json.writeNumberField("failures_total", breaker.failuresTotal());
    json.writeNumberField("successes_total", breaker.successesTotal());
    json.writeNumberField("trips_total", breaker.tripsTotal());
    json.writeNumberField("consecutive_failures", breaker.consecutiveFailures());
    json.writeEndObject();
  }

  private void retry(RetryHealth retry) throws IOException {
    json.writeObjectFieldStart("retry");
    json.writeStringField("state", retry.state().name());
    json.writeNumberField("failures_1h", retry.failures1h());
    json.writeNumberField("failure_rate", retry.failureRate());
    json.writeNumberField("total_attempts", retry.totalAttempts());
    json.writeEndObject();
  }

  private void resources(Resources resources) throws IOException {
    json.writeObjectFieldStart("resources");
    json.writeObjectFieldStart("status");
    json.writeStringField("cpu", resources.cpu().status().name());
    json.writeStringField("memory", resources.memory().status().name());
    json.writeStringField("disk", resources.disk().status().name());
    json.writeStringField("overall", resources.overall().name());
    json.writeEndObject();
    json.writeObjectFieldStart("current_metrics");
    percent("cpu_percent", resources.cpu());
    percent("memory_percent", resources.memory());
    percent("disk_percent", resources.disk());
    json.writeEndObject();
    json.writeBooleanField("available", resources.available());
    json.writeEndObject();
  }

  private void percent(String name, Usage usage) throws IOException {
    if (usage.percent().isPresent()) {
      json.writeNumberField(name, Math.round(usage.percent().getAsDouble() * 10) / 10.0);
    } else {
      json.writeNullField(name);
    }
  }

  private void fallback(FallbackHealth fallback) throws IOException {
    json.writeObjectFieldStart("fallback");
    json.writeStringField("mode", fallback.mode());
    json.writeArrayFieldStart("cascade_log");
    for (String transition : fallback.cascadeLog()) {
      json.writeString(transition);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void components(Map<String, ComponentHealth> components) throws IOException {
    json.writeObjectFieldStart("components");
    for (Map.Entry<String, ComponentHealth> component : components.entrySet()) {
      json.writeObjectFieldStart(component.getKey());
      json.writeStringField("status", component.getValue().status().name());
      json.writeStringField("message", component.getValue().message());
      json.writeStringField("updated_at", component.getValue().updatedAt().toString());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void checks(String name, Map<String, CheckReport> checks) throws IOException {
    json.writeObjectFieldStart(name);
    for (CheckReport check : checks.values()) {
      json.writeObjectFieldStart(check.name());
      json.writeStringField("status", check.status().name());
      json.writeStringField("message", check.message());
      json.writeNumberField("latency_ms", check.latency().toNanos() / 1e6);
      json.writeStringField("checked_at", check.checkedAt().toString());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }
}
