package io.tallystick.health;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.tallystick.health.MetricsApi.Post;
import io.tallystick.store.RetryPolicy;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends measurements of health to Datadog or New Relic, in batches and by a thread of its own.
 *
 * <p>What waits to be sent is bounded: a new measurement pushes the oldest out. A post that is not
 * taken is repeated where that may help, then dropped; one that may have been taken without an
 * answer is repeated, too, so that counts can be too high. The key is in a header of each post, and
 * in no message.
 *
 * <p>Threading: any. Nothing that is called here waits for the network but {@link #close}, which
 * gives up after a few seconds.
 */
public final class HttpSink implements HealthSink {
  private static final long CLOSE_LIMIT_MS = 5_000;

  private final MetricsApi api;
  private final InstantSource clock;
  private final PointBuffer buffer;
  private final MetricsPoster poster;
  private final RetryPolicy policy;
  private final DoubleSupplier random;
  private final Duration interval;
  private final SortedMap<String, String> commonLabels;
  private final HealthSink reports;
  private final LongAdder sent = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Thread thread;

  private HttpSink(Builder builder) {
    this.api = builder.api.apply(builder.interval.toMillis());
    this.clock = builder.clock;
    this.buffer = new PointBuffer(builder.capacity, builder.batch);
    URI endpoint = builder.endpoint == null ? api.defaultEndpoint() : builder.endpoint;
    this.poster = new MetricsPoster(api, endpoint, builder.apiKey);
    this.policy = builder.policy;
    this.random = builder.random;
    this.interval = builder.interval;
    this.commonLabels = new TreeMap<>(builder.labels);
    this.reports = builder.reports;
    this.thread = new Thread(this::sendAll, "tallystick-" + api.name());
    thread.setDaemon(true);
  }

  /** A sink for Datadog's site in the US, unless it is told otherwise. */
  public static Builder datadog(String apiKey) {
    return new Builder(intervalMs -> new DatadogApi(), apiKey);
  }

  /** A sink for New Relic's site in the US, unless it is told otherwise. */
  public static Builder newRelic(String apiKey) {
    return new Builder(NewRelicApi::new, apiKey);
  }

  @Override
  public void emit(String name, double value, Map<String, String> labels) {
    add(Point.Kind.GAUGE, name, value, labels);
  }

  @Override
  public void emitCounter(String name, double amount, Map<String, String> labels) {
    add(Point.Kind.COUNT, name, amount, labels);
  }

  @Override
  public void emitHistogram(String name, double value, Map<String, String> labels) {
    add(Point.Kind.HISTOGRAM, name, value, labels);
  }

  private void add(Point.Kind kind, String name, double value, Map<String, String> labels) {
    SortedMap<String, String> all = new TreeMap<>(commonLabels);
    all.putAll(labels);
    boolean isKept =
        Double.isFinite(value) // JSON has no others
            && buffer.add(new Point(kind, name, value, all, clock.millis()));
    if (!isKept) {
      drop(1);
    }
  }

  /** Has what waits sent soon, and not only when its time has come. */
  public void flush() {
    buffer.flush();
  }

  /** Measurements that were taken there. */
  public long sent() {
    return sent.sum();
  }

  /** Measurements that nobody got: pushed out, refused, not finite, or too often in vain. */
  public long dropped() {
    return dropped.sum();
  }

  private void drop(int points) {
    if (points > 0) {
      dropped.add(points);
      report(points, "dropped");
    }
  }

  private void report(int points, String result) {
    try {
      reports.emitCounter(
          "health_sink_points_total", points, Map.of("sink", api.name(), "result", result));
    } catch (RuntimeException | Error e) {
      return; // another sink's failure says nothing of this one, which counts by itself
    }
  }

  private void sendAll() {
    try {
      List<Point> batch = buffer.take(interval.toNanos());
      while (!batch.isEmpty() || !buffer.isClosed()) {
        try {
          send(batch);
        } catch (RuntimeException | Error e) { // such as a full heap
          poster.sayFailed(e);
        }
        batch = buffer.take(interval.toNanos());
      }
    } catch (InterruptedException e) {
      drop(buffer.clear()); // by close(), which has waited long enough
    }
  }

  private void send(List<Point> batch) throws InterruptedException {
    int rest = batch.size();
    try {
      for (Post post : batch.isEmpty() ? List.<Post>of() : api.posts(batch)) {
        deliver(post);
        rest -= post.points();
      }
    } finally {
      drop(rest);
    }
  }

  private void deliver(Post post) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      MetricsPoster.Answer answer = poster.post(post);
      if (answer.isTaken()) {
        sent.add(post.points());
        report(post.points(), "sent");
        return;
      }
      if (!answer.mayBeRepeated() || attempt >= policy.attempts() || buffer.isClosed()) {
        drop(post.points());
        return;
      }
      long delayNs =
          (long) (NANOSECONDS.convert(policy.delayAfter(attempt)) * random.getAsDouble());
      boolean unused = buffer.pause(Math.max(delayNs, answer.retryAfter().toNanos()));
    }
  }

  /** Takes no more, and tries each batch that waits once more; gives up after 5 seconds. */
  @Override
  public void close() {
    buffer.close();
    boolean isInterrupted = Thread.interrupted();
    try {
      thread.join(CLOSE_LIMIT_MS);
    } catch (InterruptedException e) {
      isInterrupted = true;
    }
    thread.interrupt();
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "HttpSink[" + api.name() + "]";
  }

  /** Makes an {@link HttpSink}. */
  public static final class Builder {
    private static final RetryPolicy DEFAULT_POLICY =
        new RetryPolicy(10, Duration.ofMillis(500), Duration.ofMinutes(1));

    private final LongFunction<MetricsApi> api;
    private final String apiKey;
    private final Map<String, String> labels = new TreeMap<>();
    private @Nullable URI endpoint;
    private int capacity = 10_000;
    private int batch = 500;
    private Duration interval = Duration.ofSeconds(10);
    private RetryPolicy policy = DEFAULT_POLICY;
    private InstantSource clock = InstantSource.system();
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    private HealthSink reports = HealthSink.NONE;

    private Builder(LongFunction<MetricsApi> api, String apiKey) {
      this.api = api;
      this.apiKey = MetricsPoster.requireKey(apiKey);
    }

    /**
     * Another site, such as {@code https://api.datadoghq.eu} or {@code
     * https://metric-api.eu.newrelic.com}, or a proxy: the API's paths come after its own.
     *
     * @throws IllegalArgumentException where the key would go over the network in clear text, or it
     *     has a user, a query or a fragment
     */
    public Builder endpoint(URI endpoint) {
      this.endpoint = MetricsPoster.requireEndpoint(endpoint);
      return this;
    }

    /** A label that all measurements have, such as {@code host}. */
    public Builder label(String name, String value) {
      labels.put(name, value);
      return this;
    }

    /** The most measurements that wait; default 10,000. */
    public Builder capacity(int capacity) {
      this.capacity = positive("capacity", capacity);
      return this;
    }

    /** The most measurements of a post; default 500. */
    public Builder batch(int batch) {
      this.batch = positive("batch", batch);
      return this;
    }

    /** How long a measurement waits for others of its batch; default 10 seconds. */
    public Builder interval(Duration interval) {
      if (interval.compareTo(Duration.ofMillis(1)) < 0
          || interval.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "bad interval: interval=" + interval + " expected=from 1ms to a day");
      }
      this.interval = interval;
      return this;
    }

    /** How often a post is tried; each wait is the upper end of a random one. */
    public Builder policy(RetryPolicy policy) {
      this.policy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** The source of times. */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /** Where jitter comes from: numbers from 0 to 1, 1 excluded; called by one thread. */
    public Builder random(DoubleSupplier random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Where it counts its own measurements, as {@code health_sink_points_total} by {@code sink} and
     * {@code result}; a {@link PrometheusSink}, as a rule.
     */
    public Builder reportsTo(HealthSink reports) {
      this.reports = Objects.requireNonNull(reports, "reports");
      return this;
    }

    /** Starts its thread. */
    public HttpSink start() {
      HttpSink sink = new HttpSink(this);
      sink.thread.start();
      return sink;
    }

    private static int positive(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException("not above zero: " + name + "=" + value);
      }
      return value;
    }
  }
}
