package io.tallystick.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A vendor on the loopback interface, that answers with a list of statuses and then with 202.
 * Threading: any.
 */
final class VendorServer implements AutoCloseable {
  /** Instead of a status: closes the connection. */
  static final int NO_ANSWER = 0;

  /** Instead of a status: never answers. */
  static final int HANGS = -1;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Received> posts = new CopyOnWriteArrayList<>();
  private final Deque<Integer> statuses = new ArrayDeque<>(); // guarded by itself
  private final HttpServer server;
  private volatile String retryAfter = "";

  private VendorServer(int... statuses) throws IOException {
    for (int status : statuses) {
      this.statuses.add(status);
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
  }

  static VendorServer start(int... statuses) throws IOException {
    VendorServer vendor = new VendorServer(statuses);
    vendor.server.start();
    return vendor;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String key = exchange.getRequestHeaders().containsKey("DD-API-KEY") ? "DD-API-KEY" : "Api-Key";
    posts.add(
        new Received(
            exchange.getRequestURI().getPath(),
            key.toLowerCase(Locale.ROOT),
            String.valueOf(exchange.getRequestHeaders().getFirst(key)),
            new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
    int status = next();
    if (status == HANGS) {
      awaitClosed();
    }
    if (status > 0) {
      if (!retryAfter.isEmpty()) {
        exchange.getResponseHeaders().add("Retry-After", retryAfter);
      }
      exchange.getResponseHeaders().add("Location", "/elsewhere");
      exchange.sendResponseHeaders(status, -1);
    }
    exchange.close();
  }

  private int next() {
    synchronized (statuses) {
      return statuses.isEmpty() ? 202 : statuses.remove();
    }
  }

  private void awaitClosed() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Says from now on how many seconds to wait. */
  void retryAfter(String seconds) {
    retryAfter = seconds;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  List<Received> posts() {
    return posts;
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  /** What was posted. */
  record Received(String path, String keyHeader, String key, String body) {}
}
