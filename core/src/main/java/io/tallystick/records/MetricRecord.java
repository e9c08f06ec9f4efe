package io.tallystick.records;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A metric with samples. Its time, which queries go by, is when it was updated.
 *
 * @param type what kind it is, such as {@code gauge}; any text
 * @param metadata as JSON has it; {@code retention_seconds} says how long its samples are kept
 * @param others fields that are not known here, kept as they are
 */
public record MetricRecord(
    String id,
    String name,
    String type,
    List<Sample> values,
    Map<String, @Nullable Object> metadata,
    Instant createdAt,
    Instant updatedAt,
    Map<String, @Nullable Object> others) {
  /**
   * Copies what can be changed.
   *
   * @throws IllegalArgumentException where something in a map is not of JSON
   */
  public MetricRecord {
    values = List.copyOf(values);
    metadata = JsonValues.copy(metadata);
    createdAt = Times.ofRecord(createdAt);
    updatedAt = Times.ofRecord(updatedAt);
    others = JsonValues.copy(others);
  }

  /** A metric that was created at a time, without samples. */
  public static MetricRecord of(String id, String name, String type, Instant createdAt) {
    return new MetricRecord(id, name, type, List.of(), Map.of(), createdAt, createdAt, Map.of());
  }

  /** The same with these samples. */
  public MetricRecord withValues(List<Sample> samples) {
    return new MetricRecord(id, name, type, samples, metadata, createdAt, updatedAt, others);
  }

  /** The same with this metadata. */
  public MetricRecord withMetadata(Map<String, @Nullable Object> other) {
    return new MetricRecord(id, name, type, values, other, createdAt, updatedAt, others);
  }

  /** The same, updated at a time. */
  public MetricRecord withUpdatedAt(Instant time) {
    return new MetricRecord(id, name, type, values, metadata, createdAt, time, others);
  }
}
