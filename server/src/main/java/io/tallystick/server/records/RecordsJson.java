package io.tallystick.server.records;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tallystick.records.AgentState;
import io.tallystick.records.Alert;
import io.tallystick.records.AlertChange;
import io.tallystick.records.HistoryPoint;
import io.tallystick.records.MetricRecord;
import io.tallystick.records.RecordJson;
import io.tallystick.records.RecordPage;
import io.tallystick.records.Sample;
import io.tallystick.records.SamplePage;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON that every reader takes: with the fields that they are kept with, and numbers
 * that JSON does not have as texts.
 */
public final class RecordsJson {
  private RecordsJson() {}

  /** Writes a record. */
  public interface Writer<R> {
    void write(R record, JsonGenerator json) throws IOException;
  }

  /** Writes a page: {@code {"records": […], "unreadable": […], "next": …}}. */
  public static <R> void writePage(RecordPage<R> page, Writer<R> writer, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("records");
    for (R record : page.records()) {
      writer.write(record, json);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("unreadable");
    for (RecordPage.Unreadable each : page.unreadable()) {
      json.writeStartObject();
      json.writeStringField("key", each.key());
      json.writeStringField("reason", each.reason());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringField("next", page.next());
    json.writeEndObject();
  }

  /** Writes a metric. */
  public static void write(MetricRecord metric, JsonGenerator json) throws IOException {
    json.writeStartObject();
    writeFields(metric, json);
    json.writeEndObject();
  }

  /**
   * Writes a page of a metric's samples, with {@code more_values}, and {@code first_position} where
   * the samples of the first one's time are parted.
   */
  static void write(SamplePage page, JsonGenerator json) throws IOException {
    json.writeStartObject();
    writeFields(page.metric(), json);
    json.writeBooleanField("more_values", page.hasMore());
    if (page.position() > 0) {
      json.writeNumberField("first_position", page.position());
    }
    json.writeEndObject();
  }

  private static void writeFields(MetricRecord metric, JsonGenerator json) throws IOException {
    json.writeStringField("id", metric.id());
    json.writeStringField("name", metric.name());
    json.writeStringField("type", metric.type());
    json.writeArrayFieldStart("values");
    for (Sample sample : metric.values()) {
      json.writeStartObject();
      writeTime("timestamp", sample.timestamp(), json);
      json.writeNumberField("value", sample.value());
      writeField("tags", sample.tags(), json);
      json.writeEndObject();
    }
    json.writeEndArray();
    writeField("metadata", metric.metadata(), json);
    writeTime("created_at", metric.createdAt(), json);
    writeTime("updated_at", metric.updatedAt(), json);
    writeOthers(metric.others(), json);
  }

  /** Writes an alert. */
  public static void write(Alert alert, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", alert.id());
    json.writeStringField("name", alert.name());
    json.writeStringField("description", alert.description());
    json.writeStringField("severity", alert.severity().text());
    json.writeStringField("status", alert.status().text());
    json.writeStringField("source", alert.source());
    writeTime("start_time", alert.startTime(), json);
    writeTime("end_time", alert.endTime(), json);
    writeField("labels", alert.labels(), json);
    writeField("annotations", alert.annotations(), json);
    writeTime("created_at", alert.createdAt(), json);
    writeTime("updated_at", alert.updatedAt(), json);
    writeOthers(alert.others(), json);
    json.writeEndObject();
  }

  /** Writes a state of an agent. */
  public static void write(AgentState agent, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", agent.id());
    json.writeStringField("agent_id", agent.agentId());
    json.writeStringField("status", agent.status());
    writeField("metrics", agent.metrics(), json);
    writeTime("last_heartbeat", agent.lastHeartbeat(), json);
    writeTime("created_at", agent.createdAt(), json);
    writeTime("updated_at", agent.updatedAt(), json);
    writeOthers(agent.others(), json);
    json.writeEndObject();
  }

  /** Writes a history. */
  public static void write(List<HistoryPoint> points, JsonGenerator json) throws IOException {
    json.writeStartArray();
    for (HistoryPoint point : points) {
      json.writeStartObject();
      writeTime("timestamp", point.time(), json);
      json.writeNumberField("value", point.value());
      json.writeNumberField("count", point.count());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Writes a change of an alert. */
  public static void write(AlertChange change, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("number", change.number());
    json.writeStringField("alert_id", change.alertId());
    json.writeStringField("change", change.what().name().toLowerCase(Locale.ROOT));
    json.writeStringField("by", change.who());
    writeTime("at", change.at(), json);
    json.writeFieldName("alert");
    Alert alert = change.alert();
    if (alert == null) {
      json.writeNull();
    } else {
      write(alert, json);
    }
    json.writeEndObject();
  }

  private static void writeTime(String name, @Nullable Instant time, JsonGenerator json)
      throws IOException {
    json.writeStringField(name, time == null ? null : RecordJson.text(time));
  }

  private static void writeOthers(Map<String, @Nullable Object> others, JsonGenerator json)
      throws IOException {
    for (Map.Entry<String, @Nullable Object> other : others.entrySet()) {
      writeField(other.getKey(), other.getValue(), json);
    }
  }

  private static void writeField(String name, @Nullable Object value, JsonGenerator json)
      throws IOException {
    json.writeFieldName(name);
    writeValue(value, json);
  }

  private static void writeValue(@Nullable Object value, JsonGenerator json) throws IOException {
    if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> each : map.entrySet()) {
        writeField(String.valueOf(each.getKey()), each.getValue(), json);
      }
      json.writeEndObject();
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object each : list) {
        writeValue(each, json);
      }
      json.writeEndArray();
    } else if (value instanceof Long number) {
      json.writeNumber(number);
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof BigInteger number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else {
      json.writeString(value == null ? null : value.toString());
    }
  }
}
