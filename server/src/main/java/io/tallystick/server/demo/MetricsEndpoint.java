package io.tallystick.server.demo;

import io.tallystick.Tallystick;
import io.tallystick.scrape.ScrapeServer;
import io.tallystick.scrape.Scraper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** The one endpoint that serves the metrics of all workers, and a client that scrapes it. */
final class MetricsEndpoint implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int OK = 200;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final Scraper scraper;
  private final ScrapeServer server;

  private MetricsEndpoint(Scraper scraper, ScrapeServer server) {
    this.scraper = scraper;
    this.server = server;
  }

  /** Serves a directory on a port, or on a free one if another server has it. */
  static MetricsEndpoint open(Path directory, int port, Consumer<String> out) throws IOException {
    Scraper scraper = Tallystick.openScraper(directory);
    try {
      ScrapeServer server = serve(scraper, port);
      if (!server.isServing()) {
        server.close();
        out.accept("port " + port + " is in use: taking a free one");
        server = serve(scraper, 0);
      }
      return new MetricsEndpoint(scraper, server);
    } catch (IOException | RuntimeException e) {
      scraper.close();
      throw e;
    }
  }

  URI uri() {
    return URI.create("http://" + LOOPBACK + ":" + server.port() + "/metrics");
  }

  /** One scrape over HTTP. */
  ScrapedTotals scrape() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri()).timeout(TIMEOUT).build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() != OK) {
      throw new IOException("scrape failed: status=" + response.statusCode());
    }
    return ScrapedTotals.parse(response.body());
  }

  @Override
  public void close() {
    server.close();
    scraper.close();
  }

  private static ScrapeServer serve(Scraper scraper, int port) throws IOException {
    return ScrapeServer.builder().scraper(scraper).bind(LOOPBACK).port(port).start();
  }
}
