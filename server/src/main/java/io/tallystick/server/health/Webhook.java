package io.tallystick.server.health;

import com.sun.net.httpserver.HttpExchange;
import io.tallystick.health.Components;
import io.tallystick.http.Response;
import io.tallystick.server.health.WebhookEvent.BadEventException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * Takes in what monitoring services say of components. Events of a body are taken all or none,
 * except those of components that are too many.
 *
 * <p>Threading: any.
 */
final class Webhook {
  /** The sources that have a path. */
  static final List<String> SOURCES = List.of("datadog", "newrelic");

  private static final int MOST_BYTES = 256 << 10;
  private static final int MOST_BYTES_PASSED_OVER = 1 << 20;

  private final Components components;
  private final Optional<SharedSecret> secret;

  Webhook(Components components, Optional<SharedSecret> secret) {
    this.components = components;
    this.secret = secret;
  }

  Response answer(HttpExchange exchange) throws IOException {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (secret.isEmpty() || !secret.get().isIn(authorization)) {
      String why = secret.isEmpty() ? "webhooks are off: no secret is set" : "not authorized";
      return Response.error(401, why).with("WWW-Authenticate", "Bearer");
    }
    InputStream in = exchange.getRequestBody();
    byte[] body = in.readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      passOver(in);
      return Response.error(413, "body is too large: bytes=" + MOST_BYTES)
          .with("Connection", "close");
    }
    try {
      int ingested = ingest(WebhookEvent.parse(body));
      return Response.json(
          200,
          json -> {
            json.writeStartObject();
            json.writeNumberField("ingested", ingested);
            json.writeEndObject();
          });
    } catch (BadEventException e) {
      return Response.error(400, String.valueOf(e.getMessage()));
    }
  }

  /** Takes some more of a body, as a client that still sends may not see the answer. */
  private static void passOver(InputStream in) throws IOException {
    byte[] part = new byte[8 << 10];
    for (int rest = MOST_BYTES_PASSED_OVER; rest > 0; ) {
      int count = in.read(part);
      rest = count < 0 ? 0 : rest - count;
    }
  }

  private int ingest(List<WebhookEvent> events) {
    int ingested = 0;
    for (WebhookEvent event : events) {
      ingested += components.report(event.component(), event.result()) ? 1 : 0;
    }
    return ingested;
  }
}
