package io.tallystick.records;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An alert. Its time, which queries go by, is when it started.
 *
 * @param endTime when it was over; null while it is not
 * @param annotations as JSON has it; who has acknowledged, resolved or suppressed it, and when, is
 *     in {@code acknowledged_by}, {@code acknowledged_at} and so on
 * @param others fields that are not known here, kept as they are
 */
public record Alert(
    String id,
    String name,
    String description,
    Severity severity,
    AlertStatus status,
    String source,
    Instant startTime,
    @Nullable Instant endTime,
    Map<String, @Nullable Object> labels,
    Map<String, @Nullable Object> annotations,
    Instant createdAt,
    Instant updatedAt,
    Map<String, @Nullable Object> others) {
  /**
   * Copies what can be changed.
   *
   * @throws IllegalArgumentException where something in a map is not of JSON
   */
  public Alert {
    startTime = Times.ofRecord(startTime);
    endTime = endTime == null ? null : Times.ofRecord(endTime);
    labels = JsonValues.copy(labels);
    annotations = JsonValues.copy(annotations);
    createdAt = Times.ofRecord(createdAt);
    updatedAt = Times.ofRecord(updatedAt);
    others = JsonValues.copy(others);
  }

  /** An active alert that started, and was created, at a time. */
  public static Alert active(
      String id, String name, Severity severity, String source, Instant startTime) {
    return new Alert(
        id,
        name,
        "",
        severity,
        AlertStatus.ACTIVE,
        source,
        startTime,
        null,
        Map.of(),
        Map.of(),
        startTime,
        startTime,
        Map.of());
  }

  /** The same with another description. */
  public Alert withDescription(String text) {
    return new Alert(
        id,
        name,
        text,
        severity,
        status,
        source,
        startTime,
        endTime,
        labels,
        annotations,
        createdAt,
        updatedAt,
        others);
  }

  /** The same with other labels. */
  public Alert withLabels(Map<String, @Nullable Object> other) {
    return new Alert(
        id,
        name,
        description,
        severity,
        status,
        source,
        startTime,
        endTime,
        other,
        annotations,
        createdAt,
        updatedAt,
        others);
  }

  /** The same with another status, by somebody at a time. */
  Alert become(AlertStatus next, String who, Instant when) {
    Map<String, @Nullable Object> noted = new LinkedHashMap<>(annotations);
    noted.put(next.text() + "_by", who);
    noted.put(next.text() + "_at", Times.toText(Times.ofRecord(when)));
    return new Alert(
        id,
        name,
        description,
        severity,
        next,
        source,
        startTime,
        next == AlertStatus.RESOLVED ? when : endTime,
        labels,
        noted,
        createdAt,
        when,
        others);
  }
}
