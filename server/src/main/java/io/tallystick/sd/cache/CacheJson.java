package io.tallystick.sd.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallystick.sd.generate.TargetGroup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON that the store has: lists, what is known of them, errors, and jobs. Times are seconds of
 * the Unix epoch with a fraction.
 *
 * <p>Whatever cannot be read is an {@link IOException}: it was written by somebody else, or by a
 * newer version.
 */
final class CacheJson {
  private static final int SCALE = 3; // of milliseconds in seconds
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN).build())
          .build();

  private CacheJson() {}

  /** What is written with a generator; into memory, so that it does not fail. */
  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  private static byte[] bytes(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = MAPPER.createGenerator(bytes)) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The groups as they are served. */
  static byte[] list(List<TargetGroup> groups) {
    return bytes(
        json -> {
          json.writeStartArray();
          for (TargetGroup group : groups) {
            write(json, group);
          }
          json.writeEndArray();
        });
  }

  private static void write(JsonGenerator json, TargetGroup group) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("targets");
    for (String target : group.targets()) {
      json.writeString(target);
    }
    json.writeEndArray();
    json.writeObjectFieldStart("labels");
    writeTexts(json, group.labels());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeTexts(JsonGenerator json, Map<String, String> texts) throws IOException {
    for (Map.Entry<String, String> text : texts.entrySet()) {
      json.writeStringField(text.getKey(), text.getValue());
    }
  }

  /**
   * A list with its time: {@code {"updated_timestamp":1795220078.830,"results":[…]}}.
   *
   * @param list as {@link #list} makes it
   */
  static byte[] value(byte[] list, long updatedMs) {
    return bytes(
        json -> {
          json.writeStartObject();
          json.writeNumberField("updated_timestamp", seconds(updatedMs));
          json.writeFieldName("results");
          json.writeRawValue(new String(list, UTF_8));
          json.writeEndObject();
        });
  }

  /** A list that a value has, and when it was made. */
  record Value(@SuppressWarnings("ArrayRecordComponent") byte[] list, long updatedMs) {}

  /** Reads what {@link #value} writes, whatever else stands in it. */
  static Value value(byte[] bytes) throws IOException {
    byte[] list = null;
    BigDecimal updated = null;
    try (JsonParser json = MAPPER.createParser(bytes)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("value is not a map");
      }
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        JsonToken token = json.nextToken();
        if (name.equals("updated_timestamp") && token.isNumeric()) {
          updated = json.getDecimalValue();
        } else if (name.equals("results") && token == JsonToken.START_ARRAY) {
          int start = (int) json.currentTokenLocation().getByteOffset();
          json.skipChildren();
          list = Arrays.copyOfRange(bytes, start, (int) json.currentLocation().getByteOffset());
        } else {
          json.skipChildren();
        }
      }
    }
    if (list == null || updated == null) {
      throw new IOException("value has no list, or no time");
    }
    return new Value(list, milliseconds(updated));
  }

  static byte[] status(ListStatus status) {
    return bytes(
        json -> {
          json.writeStartObject();
          json.writeNumberField("updated_timestamp", seconds(status.updatedMs()));
          json.writeNumberField("targets", status.targets());
          json.writeNumberField("processing_time", seconds(status.processingMs()));
          json.writeEndObject();
        });
  }

  static ListStatus status(byte[] bytes) throws IOException {
    JsonNode json = MAPPER.readTree(bytes);
    return new ListStatus(
        milliseconds(number(json, "updated_timestamp")),
        number(json, "targets").intValue(),
        milliseconds(number(json, "processing_time")));
  }

  static byte[] error(GenerationError error) {
    return bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("error_type", error.type());
          json.writeStringField("error_message", error.message());
          json.writeStringField("traceback", error.traceback());
          json.writeStringField("worker_id", error.workerId());
          json.writeStringField("job_id", error.jobId());
          json.writeStringField("path", error.path());
          json.writeObjectFieldStart("extra_args");
          writeTexts(json, error.arguments());
          json.writeEndObject();
          json.writeNumberField("timestamp", seconds(error.timestampMs()));
          json.writeNumberField("processing_time", seconds(error.processingMs()));
          json.writeNumberField("attempt", error.attempt());
          json.writeEndObject();
        });
  }

  static GenerationError error(byte[] bytes) throws IOException {
    JsonNode json = MAPPER.readTree(bytes);
    return new GenerationError(
        json.path("error_type").asText(),
        json.path("error_message").asText(),
        json.path("traceback").asText(),
        json.path("worker_id").asText(),
        json.path("job_id").asText(),
        json.path("path").asText(),
        texts(json.path("extra_args")),
        milliseconds(number(json, "timestamp")),
        milliseconds(number(json, "processing_time")),
        json.path("attempt").asInt(1));
  }

  static byte[] job(GenerationJob job) {
    return bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("full_path", job.query().fullPath());
          json.writeStringField("path", job.query().path());
          json.writeObjectFieldStart("extra_args");
          writeTexts(json, job.query().arguments());
          json.writeEndObject();
          json.writeStringField("job_id", job.id());
          json.writeNumberField("known_timestamp", seconds(job.knownMs()));
          json.writeEndObject();
        });
  }

  static GenerationJob job(byte[] bytes) throws IOException {
    JsonNode json = MAPPER.readTree(bytes);
    if (!json.path("path").isTextual()) {
      throw new IOException("job has no path");
    }
    TargetQuery query = new TargetQuery(json.path("path").asText(), texts(json.path("extra_args")));
    JsonNode known = json.path("known_timestamp");
    return new GenerationJob(
        query, json.path("job_id").asText(), milliseconds(known.decimalValue()));
  }

  private static Map<String, String> texts(JsonNode json) {
    Map<String, String> texts = new LinkedHashMap<>();
    json.properties().forEach(text -> texts.put(text.getKey(), text.getValue().asText()));
    return texts;
  }

  private static BigDecimal number(JsonNode json, String name) throws IOException {
    JsonNode number = json.path(name);
    if (!number.isNumber()) {
      throw new IOException("not a number: name=" + name);
    }
    return number.decimalValue();
  }

  private static BigDecimal seconds(long milliseconds) {
    return BigDecimal.valueOf(milliseconds, SCALE);
  }

  private static long milliseconds(BigDecimal seconds) {
    return seconds.movePointRight(SCALE).longValue();
  }
}
