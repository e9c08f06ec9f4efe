package io.tallystick.server.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.tallystick.health.HealthMonitor;
import io.tallystick.health.HealthState;
import io.tallystick.http.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Answers requests for health, and those of webhooks.
 *
 * <p>What it shows is there already; only a cascade waits for checks, and of these there are few at
 * a time, so that they leave threads for others. Whatever goes wrong here is logged, and shown as
 * no more than that it did.
 *
 * <p>Threading: any.
 */
final class HealthHandler implements HttpHandler {
  private static final System.Logger LOG = System.getLogger("io.tallystick.health");
  private static final int CASCADES_AT_ONCE = 2;
  private static final int MOST_BYTES = 4 << 10; // of a cascade's body, which says nothing
  private static final List<String> READING = List.of("GET", "HEAD");
  private static final List<String> POSTING = List.of("POST");

  private final HealthMonitor monitor;
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final Semaphore cascades = new Semaphore(CASCADES_AT_ONCE);
  private final Map<String, Endpoint> endpoints = new HashMap<>(); // also asked for null

  HealthHandler(HealthMonitor monitor, Optional<SharedSecret> secret) {
    this.monitor = monitor;
    Webhook webhook = new Webhook(monitor.components(), secret);
    endpoints.put("/health/live", new Endpoint(READING, exchange -> live()));
    endpoints.put("/health/ready", new Endpoint(READING, exchange -> ready()));
    endpoints.put("/health/state", new Endpoint(READING, exchange -> state()));
    endpoints.put("/health/checks", new Endpoint(READING, exchange -> checks()));
    endpoints.put("/health/metrics", new Endpoint(READING, this::metrics));
    endpoints.put("/health/cascade", new Endpoint(POSTING, this::cascade));
    for (String source : Webhook.SOURCES) {
      endpoints.put("/monitoring/" + source + "/webhook", new Endpoint(POSTING, webhook::answer));
    }
  }

  /** What a path does. */
  private interface Responder {
    Response answer(HttpExchange exchange) throws IOException;
  }

  private record Endpoint(List<String> methods, Responder responder) {}

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      answer(exchange).send(exchange);
    }
  }

  private Response answer(HttpExchange exchange) throws IOException {
    Endpoint endpoint = endpoints.get(exchange.getRequestURI().getPath());
    if (endpoint == null) {
      return notFound(exchange.getRequestURI().getPath());
    }
    if (!endpoint.methods.contains(exchange.getRequestMethod())) {
      return Response.error(405, "method not allowed")
          .with("Allow", String.join(", ", endpoint.methods));
    }
    try {
      return endpoint.responder.answer(exchange);
    } catch (RuntimeException e) { // whoever asked cannot mend it
      LOG.log(
          System.Logger.Level.ERROR,
          "request failed: path=" + exchange.getRequestURI().getPath(),
          e);
      return Response.error(500, "request failed, see the log");
    }
  }

  private static Response notFound(String path) throws IOException {
    return path != null && path.startsWith("/monitoring/")
        ? Response.error(404, "unknown source: known=" + Webhook.SOURCES)
        : Response.error(404, "not found, try /health/state");
  }

  private static Response live() throws IOException {
    return Response.json(
        200,
        json -> {
          json.writeStartObject();
          json.writeBooleanField("live", true);
          json.writeEndObject();
        });
  }

  private Response ready() throws IOException {
    HealthState state = monitor.state();
    return Response.json(
        state.isReady() ? 200 : 503, json -> StateJson.writeReadiness(state, json));
  }

  private Response state() throws IOException {
    HealthState state = monitor.state();
    return Response.json(200, json -> StateJson.writeAll(state, json));
  }

  private Response checks() throws IOException {
    HealthState state = monitor.state();
    return Response.json(200, json -> StateJson.writeChecks(state, json));
  }

  private Response metrics(HttpExchange exchange) throws IOException {
    String accept =
        String.join(",", exchange.getRequestHeaders().getOrDefault("Accept", List.of()));
    ExpositionFormatWriter writer = formats.findWriter(accept);
    EscapingScheme scheme = EscapingScheme.fromAcceptHeader(accept);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    writer.write(body, SnapshotSink.of(monitor.state()), scheme);
    String type = writer.getContentType() + scheme.toHeaderFormat();
    return new Response(200, Map.of("Content-Type", type), body.toByteArray());
  }

  private Response cascade(HttpExchange exchange) throws IOException {
    // The server's time limit of a request holds until all of it is taken, and checks may be
    // longer.
    if (exchange.getRequestBody().readNBytes(MOST_BYTES + 1).length > MOST_BYTES) {
      return Response.error(413, "body is too large: bytes=" + MOST_BYTES)
          .with("Connection", "close");
    }
    if (!cascades.tryAcquire()) {
      return Response.error(429, "others wait for checks, try again").with("Retry-After", "1");
    }
    try {
      HealthState state = monitor.run();
      return Response.json(200, json -> StateJson.writeCascade(state, json));
    } finally {
      cascades.release();
    }
  }
}
