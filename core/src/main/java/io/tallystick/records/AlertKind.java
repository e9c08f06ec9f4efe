package io.tallystick.records;

import static io.tallystick.records.Field.Type.SEVERITY;
import static io.tallystick.records.Field.Type.STATUS;
import static io.tallystick.records.Field.Type.TEXT;
import static io.tallystick.records.Field.Type.TIME;

import java.time.Instant;

/** How alerts are kept. */
final class AlertKind extends Kind<Alert> {
  static final AlertKind ALERTS = new AlertKind();

  private AlertKind() {
    super("alert", "start_time");
    add("id", TEXT, false, Alert::id);
    add("name", TEXT, true, Alert::name);
    add("description", TEXT, false, Alert::description);
    add("severity", SEVERITY, true, Alert::severity);
    add("status", STATUS, true, Alert::status);
    add("source", TEXT, true, Alert::source);
    add("start_time", TIME, false, Alert::startTime);
    add("end_time", TIME, false, Alert::endTime);
    addMap("labels", Alert::labels);
    addMap("annotations", Alert::annotations);
    add("created_at", TIME, false, Alert::createdAt);
    add("updated_at", TIME, false, Alert::updatedAt);
  }

  @Override
  String id(Alert alert) {
    return alert.id();
  }

  @Override
  Instant time(Alert alert) {
    return alert.startTime();
  }

  @Override
  Alert decode(Fields fields) {
    String id = fields.text("id");
    String name = fields.text("name");
    String description = fields.text("description", "");
    Severity severity = Severity.of(fields.text("severity"));
    AlertStatus status = AlertStatus.of(fields.text("status"));
    String source = fields.text("source", "");
    Instant start = fields.timeOf("start_time", "created_at");
    Instant end = fields.time("end_time");
    var labels = fields.map("labels");
    var annotations = fields.map("annotations");
    Instant created = fields.timeOf("created_at", "start_time");
    Instant updated = fields.timeOf("updated_at", "created_at", "start_time");
    return new Alert(
        id,
        name,
        description,
        severity,
        status,
        source,
        start,
        end,
        labels,
        annotations,
        created,
        updated,
        fields.others());
  }

  @Override
  byte[] encode(Alert alert) {
    JsonWriter writer = writer();
    writer.name("id").string(alert.id());
    writer.name("name").string(alert.name());
    writer.name("description").string(alert.description());
    writer.name("severity").string(alert.severity().text());
    writer.name("status").string(alert.status().text());
    writer.name("source").string(alert.source());
    writer.name("start_time").time(alert.startTime());
    Instant end = alert.endTime();
    writer.name("end_time").value(end == null ? null : Times.toText(end));
    writer.name("labels").value(alert.labels());
    writer.name("annotations").value(alert.annotations());
    writer.name("created_at").time(alert.createdAt());
    writer.name("updated_at").time(alert.updatedAt());
    return end(writer, alert.others());
  }
}
