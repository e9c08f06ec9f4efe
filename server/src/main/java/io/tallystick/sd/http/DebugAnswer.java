package io.tallystick.sd.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tallystick.http.Response;
import io.tallystick.sd.cache.GenerationError;
import io.tallystick.sd.cache.QueryState;
import io.tallystick.sd.cache.TargetQuery;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;

/** What is known of a query, for people who look for a fault. */
final class DebugAnswer {
  private DebugAnswer() {}

  static Response of(TargetQuery query, QueryState state) throws IOException {
    boolean isEmpty = state.age().isEmpty() && state.error().isEmpty();
    return Response.json(
        200,
        json -> {
          json.writeStartObject();
          if (isEmpty) {
            json.writeStringField("status", state.isPending() ? "processing" : "no_debug_info");
          }
          json.writeStringField("requested_path", query.key());
          json.writeFieldName("debug_info");
          write(state, json);
          json.writeEndObject();
        });
  }

  private static void write(QueryState state, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeBooleanField("processing", state.isPending());
    if (state.age().isPresent()) {
      json.writeObjectFieldStart("normal_cache");
      json.writeStringField("status", "success");
      json.writeNumberField("cache_age_seconds", state.age().get().toMillis() / 1e3);
      json.writeEndObject();
    }
    if (state.error().isPresent()) {
      json.writeFieldName("error_details");
      write(state.error().get(), json);
    }
    json.writeEndObject();
  }

  private static void write(GenerationError error, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("error_type", error.type());
    json.writeStringField("error_message", error.message());
    json.writeStringField("traceback", error.traceback());
    json.writeStringField("worker_id", error.workerId());
    json.writeStringField("job_id", error.jobId());
    json.writeStringField("path", error.path());
    json.writeObjectFieldStart("extra_args");
    for (Map.Entry<String, String> argument : error.arguments().entrySet()) {
      json.writeStringField(argument.getKey(), argument.getValue());
    }
    json.writeEndObject();
    json.writeStringField("timestamp_human", Instant.ofEpochMilli(error.timestampMs()).toString());
    json.writeNumberField("timestamp", error.timestampMs() / 1e3);
    json.writeNumberField("processing_time", error.processingMs() / 1e3);
    json.writeEndObject();
  }
}
