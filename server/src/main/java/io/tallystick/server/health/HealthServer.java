package io.tallystick.server.health;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server for nothing but health.
 *
 * <p>Each request has a thread, of which there are so many at most; it is given up where it does
 * not come whole within ten seconds, or its answer is not taken within a minute. Requests that find
 * no thread wait, and beyond a bound their connections are closed.
 */
public final class HealthServer implements AutoCloseable {
  private static final int MOST_THREADS = 64;
  private static final int MOST_WAITING = 1_024;
  private static final int BACKLOG = 128;
  private static final long IDLE_SECONDS = 10;

  static {
    // The JDK's server has no time limits of its own and reads these once, before its first start.
    System.getProperties().putIfAbsent("sun.net.httpserver.maxReqTime", "10");
    System.getProperties().putIfAbsent("sun.net.httpserver.maxRspTime", "60");
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private HealthServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Serves.
   *
   * @throws IOException where it cannot listen there, as where the port is in use
   */
  public static HealthServer start(InetSocketAddress address, HttpHandler handler)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address, BACKLOG);
    } catch (IOException e) {
      throw new IOException(
          "cannot listen: host=" + address.getHostString() + " port=" + address.getPort(), e);
    }
    ExecutorService threads = threads();
    server.createContext("/", handler);
    server.setExecutor(threads);
    server.start();
    return new HealthServer(server, threads);
  }

  private static ExecutorService threads() {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            MOST_THREADS,
            MOST_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            task -> {
              String name = "tallystick-health-http-" + number.incrementAndGet();
              Thread thread = new Thread(null, task, name, 0, false);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** The port it serves at. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
