package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.PrometheusProperties;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers HTTP requests: {@code /metrics} with content negotiation, gzip and {@code name[]}, and a
 * page at {@code /} that leads there.
 *
 * <p>A scrape is written to a buffer first, so that a slow client holds up its own thread only, and
 * that for no longer than the JDK's server allows.
 */
public final class MetricsHandler implements HttpHandler {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final String PATH = "/metrics";
  private static final String PAGE =
      "<!DOCTYPE html><html lang=\"en\"><title>Tallystick</title><h1>Tallystick</h1>"
          + "<p><a href=\"metrics\">Metrics</a></p></html>\n";

  private final ScrapeTarget target;
  private final PrometheusProperties properties;
  private final @Nullable ClientJavaFormats formats;
  private final boolean compresses;
  private final Predicate<String> filter;
  private final BufferPool buffers = new BufferPool();

  MetricsHandler(ScrapeTarget target, PrometheusProperties properties) {
    this.target = target;
    this.properties = properties;
    this.formats = ClientJavaFormats.ifPresent(properties);
    this.compresses = !properties.getExporterHttpServerProperties().isPreferUncompressedResponse();
    this.filter = NameFilter.of(properties.getExporterFilterProperties());
  }

  /**
   * Answers with the metrics of a target whatever path it is asked for, for a server that has more
   * to serve than those.
   */
  public static HttpHandler atAnyPath(ScrapeTarget target, PrometheusProperties properties) {
    MetricsHandler handler = new MetricsHandler(target, properties);
    return exchange -> {
      try (exchange) {
        if (isRead(exchange)) {
          handler.metrics(exchange);
        }
      }
    };
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      if (!isRead(exchange)) {
        return;
      }
      if (path.equals(PATH)) {
        metrics(exchange);
      } else if (path.equals("/")) {
        answer(exchange, 200, "text/html; charset=utf-8", PAGE);
      } else {
        answer(exchange, 404, "text/plain; charset=utf-8", "not found, try " + PATH + "\n");
      }
    }
  }

  /** Whether it reads; where it does not, it is answered. */
  private static boolean isRead(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    if (method.equals("GET") || method.equals("HEAD")) {
      return true;
    }
    exchange.getResponseHeaders().set("Allow", "GET, HEAD");
    answer(exchange, 405, "text/plain; charset=utf-8", "method not allowed: " + method + "\n");
    return false;
  }

  private void metrics(HttpExchange exchange) throws IOException {
    if (target.isClosed()) { // an empty answer would say that there are no metrics any more
      answer(exchange, 503, "text/plain; charset=utf-8", "scraper is closed\n");
      return;
    }
    ReusableBuffer body = buffers.take();
    try {
      String contentType;
      try {
        contentType = scrape(exchange, body);
      } catch (ScrapeQuery.BadQueryException e) {
        answer(exchange, 400, "text/plain; charset=utf-8", e.getMessage() + "\n");
        return;
      } catch (ScrapeUnavailableException e) { // who threw it has said so in the log
        answer(exchange, 503, "text/plain; charset=utf-8", e.getMessage() + "\n");
        return;
      } catch (IOException | RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "scrape failed: " + target, e);
        answer(exchange, 500, "text/plain; charset=utf-8", "scrape failed: " + e + "\n");
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", contentType);
      send(exchange, body);
    } finally {
      buffers.give(body);
    }
  }

  private String scrape(HttpExchange exchange, ReusableBuffer body) throws IOException {
    Headers headers = exchange.getRequestHeaders();
    String accept = String.join(",", headers.getOrDefault("Accept", List.of()));
    Predicate<String> names =
        NameFilter.of(ScrapeQuery.names(exchange.getRequestURI().getRawQuery())).and(filter);
    EscapingScheme scheme = EscapingScheme.fromAcceptHeader(accept);
    if (formats != null && formats.isNeeded(accept)) {
      return formats.write(accept, scheme, target.snapshots(names), body);
    }
    TextFormat format = TextFormat.of(accept);
    target.write(Exposition.of(format, scheme, properties.getExporterProperties()), body, names);
    return format.contentType() + scheme.toHeaderFormat();
  }

  private void send(HttpExchange exchange, ReusableBuffer body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.size()));
      exchange.sendResponseHeaders(200, -1);
    } else if (compresses && acceptsGzip(exchange)) {
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
      exchange.sendResponseHeaders(200, 0);
      try (OutputStream out = new GZIPOutputStream(exchange.getResponseBody(), 32 << 10)) {
        body.writeTo(out);
      }
    } else {
      exchange.sendResponseHeaders(200, body.size() == 0 ? -1 : body.size());
      try (OutputStream out = exchange.getResponseBody()) {
        body.writeTo(out);
      }
    }
  }

  private static boolean acceptsGzip(HttpExchange exchange) {
    for (String header : exchange.getRequestHeaders().getOrDefault("Accept-Encoding", List.of())) {
      for (String coding : header.toLowerCase(Locale.ROOT).split(",", -1)) {
        String[] parts = coding.trim().split(";", 2);
        boolean refused = parts.length > 1 && parts[1].trim().matches("q=0(\\.0*)?");
        if (parts[0].trim().equals("gzip") && !refused) {
          return true;
        }
      }
    }
    return false;
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }
}
