package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.exporter.common.PrometheusHttpExchange;
import io.prometheus.metrics.exporter.common.PrometheusHttpRequest;
import io.prometheus.metrics.exporter.common.PrometheusHttpResponse;
import io.prometheus.metrics.exporter.common.PrometheusScrapeHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/** One request to client_java's exporters and what they answer, without a server. */
public final class ExporterExchange implements PrometheusHttpExchange {
  private final String query;
  private final String accept;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private int status;

  private ExporterExchange(String query, String accept) {
    this.query = query;
    this.accept = accept;
  }

  /** Asks for {@code /metrics?query}. */
  public static ExporterExchange get(PrometheusScrapeHandler exporter, String query, String accept)
      throws IOException {
    ExporterExchange exchange = new ExporterExchange(query, accept);
    exporter.handleRequest(exchange);
    return exchange;
  }

  public int status() {
    return status;
  }

  public byte[] body() {
    return body.toByteArray();
  }

  public String text() {
    return body.toString(UTF_8);
  }

  @Override
  public PrometheusHttpRequest getRequest() {
    return new PrometheusHttpRequest() {
      @Override
      public String getQueryString() {
        return query;
      }

      @Override
      public Enumeration<String> getHeaders(String name) {
        return Collections.enumeration(name.equals("Accept") ? List.of(accept) : List.of());
      }

      @Override
      public String getMethod() {
        return "GET";
      }

      @Override
      public String getRequestPath() {
        return "/metrics";
      }
    };
  }

  @Override
  public PrometheusHttpResponse getResponse() {
    return new PrometheusHttpResponse() {
      @Override
      public void setHeader(String name, String value) {}

      @Override
      public OutputStream sendHeadersAndGetBody(int statusCode, int contentLength) {
        status = statusCode;
        return body;
      }
    };
  }

  @Override
  public void handleException(IOException e) throws IOException {
    throw e;
  }

  @Override
  public void handleException(RuntimeException e) {
    throw e;
  }

  @Override
  public void close() {}
}
