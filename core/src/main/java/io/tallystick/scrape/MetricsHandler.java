package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.registry.MetricNameFilter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.util.ArrayList;
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
final class MetricsHandler implements HttpHandler {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final String PATH = "/metrics";
  private static final String PAGE =
      "<!DOCTYPE html><html lang=\"en\"><title>Tallystick</title><h1>Tallystick</h1>"
          + "<p><a href=\"metrics\">Metrics</a></p></html>\n";

  private final Scraper scraper;
  private final @Nullable ClientJavaFormats formats = ClientJavaFormats.ifPresent();
  private final BufferPool buffers = new BufferPool();

  MetricsHandler(Scraper scraper) {
    this.scraper = scraper;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        answer(exchange, 405, "text/plain; charset=utf-8", "method not allowed: " + method + "\n");
      } else if (path.equals(PATH)) {
        metrics(exchange);
      } else if (path.equals("/")) {
        answer(exchange, 200, "text/html; charset=utf-8", PAGE);
      } else {
        answer(exchange, 404, "text/plain; charset=utf-8", "not found, try " + PATH + "\n");
      }
    }
  }

  private void metrics(HttpExchange exchange) throws IOException {
    ReusableBuffer body = buffers.take();
    try {
      String contentType;
      try {
        contentType = scrape(exchange, body);
      } catch (BadQueryException e) {
        answer(exchange, 400, "text/plain; charset=utf-8", e.getMessage() + "\n");
        return;
      } catch (IOException | RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "scrape failed: directory=" + scraper.directory(), e);
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
    Predicate<String> names = includedNames(exchange.getRequestURI().getRawQuery());
    EscapingScheme scheme = EscapingScheme.fromAcceptHeader(accept);
    if (formats != null && formats.isNeeded(accept, scheme)) {
      return formats.write(accept, scheme, scraper.snapshots(names), body);
    }
    TextFormat format =
        accept.contains("application/openmetrics-text")
            ? TextFormat.OPENMETRICS
            : TextFormat.PROMETHEUS;
    if (formats == null || scheme == EscapingScheme.UNDERSCORE_ESCAPING) {
      scraper.write(format, body, names);
    } else if (!scraper.writeLegacy(format, body, names)) {
      return formats.write(accept, scheme, scraper.snapshots(names), body);
    }
    return format.contentType() + scheme.toHeaderFormat();
  }

  private static void send(HttpExchange exchange, ReusableBuffer body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.size()));
      exchange.sendResponseHeaders(200, -1);
    } else if (acceptsGzip(exchange)) {
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

  /** The names that the query's {@code name[]} ask for; all where it has none. */
  private static Predicate<String> includedNames(@Nullable String rawQuery) {
    List<String> names = new ArrayList<>();
    for (String parameter : rawQuery == null ? new String[0] : rawQuery.split("&", -1)) {
      int equals = parameter.indexOf('=');
      try {
        if (equals >= 0
            && URLDecoder.decode(parameter.substring(0, equals), UTF_8).equals("name[]")) {
          names.add(URLDecoder.decode(parameter.substring(equals + 1), UTF_8));
        }
      } catch (IllegalArgumentException e) {
        throw new BadQueryException("bad query: parameter=" + parameter, e);
      }
    }
    if (names.isEmpty()) {
      return name -> true;
    }
    return MetricNameFilter.builder().nameMustBeEqualTo(names).build();
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

  private static final class BadQueryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadQueryException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
