package io.tallystick.scrape;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.config.PrometheusProperties;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Serves the metrics of a directory, or of another target, at {@code /metrics} over HTTP, and what
 * else it is given.
 *
 * <p>Every JVM of a directory may start one on the same port: the first to bind serves for all, the
 * others stand by and the next one takes over when it has gone. A port in use stops nobody.
 *
 * <p>Threading: any. Requests are answered by a few daemon threads.
 */
public final class ScrapeServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final int REQUEST_THREADS = 8;
  private static final int BACKLOG = 64;
  private static final long STAND_BY_MS = 500;

  static {
    // The JDK's server has no time limits of its own and reads these once, before its first start.
    System.getProperties().putIfAbsent("sun.net.httpserver.maxReqTime", "10");
    System.getProperties().putIfAbsent("sun.net.httpserver.maxRspTime", "60");
    // Else the body of an answer may wait for its head to be acknowledged, which clients delay.
    System.getProperties().putIfAbsent("sun.net.httpserver.nodelay", "true");
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final InetSocketAddress address;
  private final Map<String, HttpHandler> handlers;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final ExecutorService requests;
  private @Nullable HttpServer server;
  private boolean saidWhy;

  private ScrapeServer(InetSocketAddress address, Map<String, HttpHandler> handlers) {
    this.address = address;
    this.handlers = handlers;
    AtomicInteger number = new AtomicInteger();
    this.requests =
        Executors.newFixedThreadPool(
            REQUEST_THREADS, task -> daemon(task, "tallystick-scrape-" + number.incrementAndGet()));
  }

  public static Builder builder() {
    return new Builder();
  }

  private void start() throws IOException {
    lock.lock();
    try {
      server = tryBind();
      if (server == null) {
        daemon(this::standBy, "tallystick-scrape-standby").start();
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable HttpServer tryBind() throws IOException {
    HttpServer bound;
    try {
      bound = HttpServer.create(address, BACKLOG);
    } catch (BindException e) {
      if (!isOfThisHost()) {
        throw e;
      }
      sayOnce(System.Logger.Level.INFO, "standing by, the port is taken", e);
      return null;
    }
    handlers.forEach(bound::createContext);
    bound.setExecutor(requests);
    CompletableFuture.runAsync(bound::start, requests).join(); // whose thread makes daemons
    return bound;
  }

  /**
   * Whether an address that cannot be bound is this host's, so that its port is taken. The
   * exception's own words are in the host's language.
   */
  private boolean isOfThisHost() throws IOException {
    InetAddress host = address.getAddress();
    return host.isAnyLocalAddress()
        || host.isLoopbackAddress()
        || NetworkInterface.getByInetAddress(host) != null;
  }

  private void standBy() {
    try {
      while (!stop.await(STAND_BY_MS, TimeUnit.MILLISECONDS)) {
        if (takeOver()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody but close() ends it
    }
  }

  private boolean takeOver() {
    lock.lock();
    try {
      if (stop.getCount() > 0) {
        server = tryBind();
      }
      return server != null;
    } catch (IOException | RuntimeException e) {
      sayOnce(System.Logger.Level.ERROR, "cannot take over yet", e);
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void sayOnce(System.Logger.Level level, String what, Exception reason) {
    if (!saidWhy) {
      saidWhy = true;
      LOG.log(level, what + ": address=" + address + " reason=" + reason);
    }
  }

  /** The port it serves at, or -1 while another process has it. */
  public int port() {
    lock.lock();
    try {
      return server == null ? -1 : server.getAddress().getPort();
    } finally {
      lock.unlock();
    }
  }

  /** Whether it serves now, and does not stand by. */
  public boolean isServing() {
    return port() >= 0;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      stop.countDown();
      if (server != null) {
        server.stop(0);
        server = null;
      }
      requests.shutdownNow();
    } finally {
      lock.unlock();
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null); // it outlives whoever starts it
    return thread;
  }

  /** Makes a {@link ScrapeServer}. */
  public static final class Builder {
    /** Where it serves by default. */
    public static final int DEFAULT_PORT = 9400;

    private @Nullable ScrapeTarget scraper;
    private @Nullable PrometheusProperties properties;
    private String bind = "127.0.0.1";
    private int port = DEFAULT_PORT;
    private final Map<String, HttpHandler> others = new TreeMap<>();

    private Builder() {}

    /** What to serve. Required; the caller closes it, after the server. */
    public Builder scraper(ScrapeTarget scraper) {
      this.scraper = scraper;
      return this;
    }

    /**
     * What client_java's exporters are told of names to show, created times and compression;
     * default are the properties that they read.
     */
    public Builder properties(PrometheusProperties properties) {
      this.properties = properties;
      return this;
    }

    /** The address to listen at, a name or a number; default 127.0.0.1. */
    public Builder bind(String address) {
      this.bind = address;
      return this;
    }

    /** The port; 0 for any that is free, default 9400. */
    public Builder port(int port) {
      if (port < 0 || port > 0xFFFF) {
        throw new IllegalArgumentException("port out of range: port=" + port);
      }
      this.port = port;
      return this;
    }

    /**
     * Something else to be served besides, by the same few threads; it must not block for long.
     *
     * @param path what the paths of its requests begin with, such as {@code /health}
     * @throws IllegalArgumentException where the path is the server's own, or none
     */
    public Builder handler(String path, HttpHandler handler) {
      if (path.length() < 2 || path.charAt(0) != '/' || "/metrics".startsWith(path)) {
        throw new IllegalArgumentException("not a path for a handler: path=" + path);
      }
      others.put(path, Objects.requireNonNull(handler, "handler"));
      return this;
    }

    /**
     * Serves, or stands by where the port is in use.
     *
     * @throws IOException where the address is not one of this host
     */
    public ScrapeServer start() throws IOException {
      if (scraper == null) {
        throw new IllegalStateException("scraper is missing: call scraper(...)");
      }
      InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(bind), port);
      PrometheusProperties set = properties == null ? PrometheusProperties.get() : properties;
      Map<String, HttpHandler> handlers = new TreeMap<>(others);
      handlers.put("/", new MetricsHandler(scraper, set));
      ScrapeServer server = new ScrapeServer(address, handlers);
      try {
        server.start();
      } catch (IOException | RuntimeException e) {
        server.close();
        throw e;
      }
      return server;
    }
  }
}
