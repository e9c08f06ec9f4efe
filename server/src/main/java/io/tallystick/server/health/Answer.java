package io.tallystick.server.health;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What a request is answered with. Immutable. */
final class Answer {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Map<String, String> JSON_TYPE = Map.of("Content-Type", "application/json");

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;

  Answer(int status, Map<String, String> headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Code that writes one value. */
  interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  static Answer json(int status, Content content) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(body)) {
      content.write(generator);
      generator.writeRaw('\n');
    }
    return new Answer(status, JSON_TYPE, body.toByteArray());
  }

  /** What went wrong, in words of ours. */
  static Answer error(int status, String what) throws IOException {
    return json(
        status,
        json -> {
          json.writeStartObject();
          json.writeStringField("error", what);
          json.writeEndObject();
        });
  }

  /** This with one more header. */
  Answer with(String name, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(name, value);
    return new Answer(status, more, body);
  }

  /** Sends it, without its body where the request asks for none. */
  void send(HttpExchange exchange) throws IOException {
    headers.forEach(exchange.getResponseHeaders()::set);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
