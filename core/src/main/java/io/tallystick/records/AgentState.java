package io.tallystick.records;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says of itself. Its time, which queries go by, is its last heartbeat.
 *
 * @param id of this state; records are under {@code agentId}
 * @param status any text
 * @param metrics as JSON has it
 * @param others fields that are not known here, kept as they are
 */
public record AgentState(
    String id,
    String agentId,
    String status,
    Map<String, @Nullable Object> metrics,
    Instant lastHeartbeat,
    Instant createdAt,
    Instant updatedAt,
    Map<String, @Nullable Object> others) {
  /**
   * Copies what can be changed.
   *
   * @throws IllegalArgumentException where something in a map is not of JSON
   */
  public AgentState {
    metrics = JsonValues.copy(metrics);
    lastHeartbeat = Times.ofRecord(lastHeartbeat);
    createdAt = Times.ofRecord(createdAt);
    updatedAt = Times.ofRecord(updatedAt);
    others = JsonValues.copy(others);
  }

  /** The state of an agent at a time. */
  public static AgentState of(String agentId, String status, Instant heartbeat) {
    return new AgentState(
        agentId, agentId, status, Map.of(), heartbeat, heartbeat, heartbeat, Map.of());
  }

  /** The same with these metrics. */
  public AgentState withMetrics(Map<String, @Nullable Object> other) {
    return new AgentState(id, agentId, status, other, lastHeartbeat, createdAt, updatedAt, others);
  }
}
