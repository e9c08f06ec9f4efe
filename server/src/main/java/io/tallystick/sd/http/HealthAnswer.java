package io.tallystick.sd.http;

import io.tallystick.http.Response;
import java.io.IOException;

/** Whether this server is alive, and can answer. */
final class HealthAnswer {
  private HealthAnswer() {}

  static Response live() throws IOException {
    return flag(200, "live", true);
  }

  static Response ready(boolean isReady) throws IOException {
    return flag(isReady ? 200 : 503, "ready", isReady);
  }

  private static Response flag(int status, String name, boolean value) throws IOException {
    return Response.json(
        status,
        json -> {
          json.writeStartObject();
          json.writeBooleanField(name, value);
          json.writeEndObject();
        });
  }
}
