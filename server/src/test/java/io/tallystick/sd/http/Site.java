package io.tallystick.sd.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpHandler;
import io.prometheus.metrics.config.PrometheusProperties;
import io.tallystick.Tallystick;
import io.tallystick.http.HttpListener;
import io.tallystick.scrape.MetricsHandler;
import io.tallystick.sd.cache.CacheSettings;
import io.tallystick.sd.cache.DiscoveryMetrics;
import io.tallystick.sd.cache.Doorbell;
import io.tallystick.sd.cache.ScriptedStore;
import io.tallystick.sd.cache.ScriptedTargets;
import io.tallystick.sd.cache.TargetLists;
import io.tallystick.sd.cache.WorkerSettings;
import io.tallystick.sd.cache.Workers;
import io.tallystick.sd.generate.Targets;
import io.tallystick.store.MemoryStore;
import io.tallystick.testing.Await;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A server of a test, with a worker unless it is stopped, on memory and under a turned clock. */
final class Site implements AutoCloseable {
  private static final int CONNECTIONS = 300;
  private static final int THREADS = 300;

  private static final Duration COPY_AGE = Duration.ofSeconds(1);
  private static final long LOOK_EVERY_MS = 10;

  private final AtomicLong turnedMs = new AtomicLong();
  private final InstantSource clock =
      () -> Instant.ofEpochMilli(System.currentTimeMillis() + turnedMs.get());
  final ScriptedTargets targets = new ScriptedTargets();
  final ScriptedStore store = new ScriptedStore(MemoryStore.open(Long.MAX_VALUE, clock));
  private final TempDirectory directory = TempDirectory.create();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Tallystick tallystick = Tallystick.open(directory.path());
  private final ObjectMapper json = new ObjectMapper();
  private CacheSettings cache = CacheSettings.DEFAULT;
  private String prefix = "";
  private int connections = CONNECTIONS;
  private int threads = THREADS;
  private Duration patience = Duration.ZERO;
  private Optional<BasicAuthentication> users = Optional.empty();
  private Optional<SSLContext> tls = Optional.empty();
  private Optional<HttpHandler> scrapes = Optional.empty();
  private boolean hasWorker = true;
  private @Nullable Workers workers;
  private @Nullable TargetLists lists;
  private @Nullable HttpListener listener;

  Site() throws IOException {}

  Site prefix(String text) {
    prefix = text;
    return this;
  }

  Site limits(int mostConnections, int mostThreads) {
    connections = mostConnections;
    threads = mostThreads;
    return this;
  }

  Site queriesPerPath(int most) {
    cache =
        new CacheSettings(
            cache.fresh(), cache.refreshEvery(), cache.maxStale(), most, cache.queries());
    return this;
  }

  /** Lets requests wait for lists. */
  Site patient() {
    patience = HttpSettings.MOST_PATIENCE;
    return this;
  }

  Site users(BasicAuthentication file) {
    users = Optional.of(file);
    return this;
  }

  Site tls(SSLContext context) {
    tls = Optional.of(context);
    return this;
  }

  /** What is asked for metrics, in the place of the usual. */
  Site scrapes(HttpHandler handler) {
    scrapes = Optional.of(handler);
    return this;
  }

  Site withoutWorker() {
    hasWorker = false;
    return this;
  }

  Site start() throws IOException {
    return start(targets);
  }

  Site start(Targets generators) throws IOException {
    DiscoveryMetrics metrics = DiscoveryMetrics.register(tallystick, "1.2.3");
    Doorbell doorbell = new Doorbell();
    if (hasWorker) {
      workers =
          Workers.start(
              store.store(),
              generators,
              WorkerSettings.of(2, "w1", Duration.ofHours(2)),
              clock,
              metrics,
              doorbell);
    }
    lists = TargetLists.start(store.store(), generators, cache, clock, metrics, doorbell);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpSettings settings =
        new HttpSettings(address, prefix, connections, threads, patience, users, tls);
    listener =
        SdServer.start(
            settings,
            lists,
            metrics,
            scrapes.orElseGet(
                () -> MetricsHandler.atAnyPath(tallystick.scraper(), PrometheusProperties.get())));
    return this;
  }

  /** Turns the clock, which runs besides. */
  void turn(Duration by) {
    turnedMs.addAndGet(by.toMillis());
  }

  void stopWorker() {
    workers.close();
  }

  int port() {
    return listener.port();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofMinutes(1));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString(UTF_8));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  int status(String path) throws IOException, InterruptedException {
    return get(path).statusCode();
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    return json.readTree(get(path).body());
  }

  /** The first answer of this status. */
  HttpResponse<String> await(int status, String path) throws Exception {
    return await(path, answer -> answer.statusCode() == status);
  }

  /** The first answer that is as it should be; copies of lists grow old meanwhile. */
  HttpResponse<String> await(String path, Predicate<HttpResponse<String>> isRight)
      throws Exception {
    AtomicReference<HttpResponse<String>> last = new AtomicReference<>(get(path));
    Await.until(
        path + " is answered, last by " + last,
        () -> {
          if (isRight.test(last.get())) {
            return true;
          }
          TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
          turn(COPY_AGE);
          last.set(get(path));
          return false;
        });
    return last.get();
  }

  HttpClient client() {
    return client;
  }

  @Override
  public void close() throws IOException {
    store.up();
    if (listener != null) {
      listener.close();
    }
    if (lists != null) {
      lists.close();
    }
    if (workers != null) {
      workers.close();
    }
    tallystick.close();
    directory.close();
  }
}
