package io.tallystick.records;

import static io.tallystick.records.Field.Type.ANY;
import static io.tallystick.records.Field.Type.TEXT;
import static io.tallystick.records.Field.Type.TIME;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How metrics are kept. */
final class MetricKind extends Kind<MetricRecord> {
  static final MetricKind METRICS = new MetricKind();

  private MetricKind() {
    super("metric", "updated_at");
    add("id", TEXT, false, MetricRecord::id);
    add("name", TEXT, true, MetricRecord::name);
    add("type", TEXT, true, MetricRecord::type);
    add("value", ANY, false, metric -> latest(metric.values()));
    addMap("metadata", MetricRecord::metadata);
    add("created_at", TIME, false, MetricRecord::createdAt);
    add("updated_at", TIME, false, MetricRecord::updatedAt);
  }

  private static @Nullable Object latest(List<Sample> values) {
    return values.isEmpty() ? null : values.get(values.size() - 1).value();
  }

  @Override
  String id(MetricRecord metric) {
    return metric.id();
  }

  @Override
  Instant time(MetricRecord metric) {
    return metric.updatedAt();
  }

  @Override
  MetricRecord decode(Fields fields) {
    String id = fields.text("id");
    String name = fields.text("name");
    String type = fields.text("type", "");
    List<Sample> values = fields.samples("values");
    var metadata = fields.map("metadata");
    Instant created = fields.timeOf("created_at", "updated_at");
    Instant updated = fields.timeOf("updated_at", "created_at");
    return new MetricRecord(id, name, type, values, metadata, created, updated, fields.others());
  }

  @Override
  byte[] encode(MetricRecord metric) {
    JsonWriter writer = writer();
    writer.name("id").string(metric.id());
    writer.name("name").string(metric.name());
    writer.name("type").string(metric.type());
    writer.name("values").raw("[");
    String separator = "";
    for (Sample sample : metric.values()) {
      writer.raw(separator).raw("{\"timestamp\":").time(sample.timestamp());
      writer.raw(",\"value\":").number(sample.value());
      writer.raw(",\"tags\":").value(sample.tags()).raw("}");
      separator = ",";
    }
    writer.raw("]");
    writer.name("metadata").value(metric.metadata());
    writer.name("created_at").time(metric.createdAt());
    writer.name("updated_at").time(metric.updatedAt());
    return end(writer, metric.others());
  }
}
