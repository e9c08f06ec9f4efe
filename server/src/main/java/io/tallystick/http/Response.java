package io.tallystick.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What a request is answered with. Immutable; the body is not copied, nor changed by anyone. */
public final class Response {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Map<String, String> JSON_TYPE = Map.of("Content-Type", "application/json");

  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;

  /** An answer; without a Cache-Control of its own it has {@code no-store}. */
  public Response(int status, Map<String, String> headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Code that writes one value. */
  public interface Content {
    /** Writes it. */
    void write(JsonGenerator json) throws IOException;
  }

  /** A value as JSON, and a line feed. */
  public static Response json(int status, Content content) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(body)) {
      content.write(generator);
      generator.writeRaw('\n');
    }
    return new Response(status, JSON_TYPE, body.toByteArray());
  }

  /** What went wrong, in words of ours. */
  public static Response error(int status, String what) throws IOException {
    return json(
        status,
        json -> {
          json.writeStartObject();
          json.writeStringField("error", what);
          json.writeEndObject();
        });
  }

  /** This with one more header. */
  public Response with(String name, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(name, value);
    return new Response(status, more, body);
  }

  /** The status. */
  public int status() {
    return status;
  }

  /** Sends it, without its body where the request asks for none. */
  public void send(HttpExchange exchange) throws IOException {
    Headers sent = exchange.getResponseHeaders();
    sent.set("Cache-Control", "no-store");
    headers.forEach(sent::set);
    if (exchange.getRequestMethod().equals("HEAD")) {
      sent.set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else if (body.length == 0) {
      exchange.sendResponseHeaders(status, -1); // 0 would be a body of unknown length
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
