package io.tallystick.records;

import static io.tallystick.records.Field.Type.TEXT;
import static io.tallystick.records.Field.Type.TIME;

import java.time.Instant;

/** How states of agents are kept. */
final class AgentKind extends Kind<AgentState> {
  static final AgentKind AGENTS = new AgentKind();

  private AgentKind() {
    super("agent", "last_heartbeat");
    add("id", TEXT, false, AgentState::id);
    add("agent_id", TEXT, false, AgentState::agentId);
    add("status", TEXT, true, AgentState::status);
    addMap("metrics", AgentState::metrics);
    add("last_heartbeat", TIME, false, AgentState::lastHeartbeat);
    add("created_at", TIME, false, AgentState::createdAt);
    add("updated_at", TIME, false, AgentState::updatedAt);
  }

  @Override
  String id(AgentState agent) {
    return agent.agentId();
  }

  @Override
  Instant time(AgentState agent) {
    return agent.lastHeartbeat();
  }

  @Override
  AgentState decode(Fields fields) {
    String agentId = fields.text("agent_id");
    String id = fields.text("id", agentId);
    String status = fields.text("status", "");
    var metrics = fields.map("metrics");
    Instant heartbeat = fields.timeOf("last_heartbeat", "updated_at", "created_at");
    Instant created = fields.timeOf("created_at", "last_heartbeat", "updated_at");
    Instant updated = fields.timeOf("updated_at", "last_heartbeat", "created_at");
    return new AgentState(
        id, agentId, status, metrics, heartbeat, created, updated, fields.others());
  }

  @Override
  byte[] encode(AgentState agent) {
    JsonWriter writer = writer();
    writer.name("id").string(agent.id());
    writer.name("agent_id").string(agent.agentId());
    writer.name("status").string(agent.status());
    writer.name("metrics").value(agent.metrics());
    writer.name("last_heartbeat").time(agent.lastHeartbeat());
    writer.name("created_at").time(agent.createdAt());
    writer.name("updated_at").time(agent.updatedAt());
    return end(writer, agent.others());
  }
}
