package io.tallystick.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that answers all requests by one handler.
 *
 * <p>Each request has a thread from its first byte to its answer's last, of which there are so many
 * at most. A request is given up where it does not come whole within ten seconds, or its answer is
 * not taken within a minute. Those beyond the bound are answered 503 by a few threads of their own;
 * where these are busy too, connections are closed. Idle connections have no thread.
 */
public final class HttpListener implements AutoCloseable {
  private static final int BACKLOG = 1_024;
  private static final int MOST_HEADER_BYTES = 32 << 10;
  private static final int LEAST_IDLE = 200; // connections, as is the JDK's default

  private final HttpServer server;
  private final RequestThreads threads;

  private HttpListener(HttpServer server, RequestThreads threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Serves.
   *
   * @param name what the names of its threads begin with
   * @param requests how many at a time, and how many connections that wait for the next one
   * @throws IOException where it cannot listen there, as where the port is in use
   */
  public static HttpListener start(
      String name, InetSocketAddress address, int requests, HttpHandler handler)
      throws IOException {
    return start(name, address, requests, handler, null);
  }

  /**
   * Serves, encrypted where there is a context for that.
   *
   * @throws IOException where it cannot listen there, as where the port is in use
   */
  public static HttpListener start(
      String name,
      InetSocketAddress address,
      int requests,
      HttpHandler handler,
      @Nullable SSLContext tls)
      throws IOException {
    setProperties(requests);
    HttpServer server = create(address, tls);
    RequestThreads threads = new RequestThreads(name, requests);
    server.createContext("/", exchange -> answer(exchange, handler));
    server.setExecutor(threads);
    server.start();
    return new HttpListener(server, threads);
  }

  /**
   * The JDK's server has no limits of its own and reads these once, before its first start. Without
   * nodelay, the second packet of an answer waits for the client's acknowledgement of the first,
   * which clients delay.
   */
  private static void setProperties(int requests) {
    Properties properties = System.getProperties();
    properties.putIfAbsent("sun.net.httpserver.maxReqTime", "10");
    properties.putIfAbsent("sun.net.httpserver.maxRspTime", "60");
    properties.putIfAbsent("sun.net.httpserver.nodelay", "true");
    properties.putIfAbsent(
        "sun.net.httpserver.maxReqHeaderSize", Integer.toString(MOST_HEADER_BYTES));
    int idle = Math.max(requests, LEAST_IDLE);
    properties.putIfAbsent("sun.net.httpserver.maxIdleConnections", Integer.toString(idle));
    properties.putIfAbsent(
        "jdk.httpserver.maxConnections", Integer.toString(idle + RequestThreads.MOST_REFUSALS));
  }

  private static HttpServer create(InetSocketAddress address, @Nullable SSLContext tls)
      throws IOException {
    try {
      if (tls == null) {
        return HttpServer.create(address, BACKLOG);
      }
      HttpsServer server = HttpsServer.create(address, BACKLOG);
      server.setHttpsConfigurator(new HttpsConfigurator(tls));
      return server;
    } catch (IOException e) {
      throw new IOException(
          "cannot listen: host=" + address.getHostString() + " port=" + address.getPort(), e);
    }
  }

  private static void answer(HttpExchange exchange, HttpHandler handler) throws IOException {
    if (RequestThreads.isToRefuse()) {
      try (exchange) {
        Response.error(503, "too many requests at a time, try again")
            .with("Retry-After", "1")
            .with("Connection", "close")
            .send(exchange);
      }
    } else {
      handler.handle(exchange);
    }
  }

  /** The port it serves at. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
