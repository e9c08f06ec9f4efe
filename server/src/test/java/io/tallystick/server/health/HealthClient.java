package io.tallystick.server.health;

import com.sun.net.httpserver.HttpHandler;
import io.tallystick.http.HttpListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** A server for a handler, on a free port of the loopback interface, and a client that asks it. */
final class HealthClient implements AutoCloseable {
  static final String SECRET = "0123456789-the-secret";

  private static final int REQUESTS = 64;

  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpListener server;

  private HealthClient(HttpListener server) {
    this.server = server;
  }

  static HealthClient of(HttpHandler handler) throws IOException {
    return new HealthClient(
        HttpListener.start(
            "health",
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            REQUESTS,
            handler));
  }

  int port() {
    return server.port();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  HttpResponse<String> post(String path) throws IOException, InterruptedException {
    return send(request(path).POST(BodyPublishers.noBody()));
  }

  /** Posts to a webhook with the secret. */
  HttpResponse<String> tell(String source, String body) throws IOException, InterruptedException {
    return send(
        request("/monitoring/" + source + "/webhook")
            .header("Authorization", "Bearer " + SECRET)
            .POST(BodyPublishers.ofString(body)));
  }

  @Override
  public void close() {
    server.close();
  }
}
