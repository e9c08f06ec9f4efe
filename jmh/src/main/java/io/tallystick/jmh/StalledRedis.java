package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Figures;
import io.tallystick.metrics.Counter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Is an update slower while the Redis that its directory is published to is stopped?
 *
 * <p>One thread adds one to a counter at a fixed rate, in a directory of many series: not
 * replicated, replicated to a Redis that answers, and replicated to one that is stopped with
 * SIGSTOP. Latency is from when an update was due, so that one that is held up makes all those late
 * that were due meanwhile; beside it is how long the calls alone took, the clock included. Prints
 * percentiles as JSON: {@code P9999} is that of 99.99 %.
 *
 * <p>Argument: seconds of each; default 30.
 */
public final class StalledRedis {
  private static final int SERIES = 10_000;
  private static final long PERIOD_NS = 10_000;
  private static final int WARM_UP_SECONDS = 5;
  private static final long HIGHEST_NS = TimeUnit.SECONDS.toNanos(60);

  private final Figures figures = new Figures();
  private final int seconds;

  private StalledRedis(int seconds) {
    this.seconds = seconds;
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 30;
    System.out.println(new StalledRedis(seconds).measure().toJson());
  }

  private Figures measure() throws IOException, InterruptedException {
    figures.put("seconds", seconds);
    figures.put("series", SERIES);
    figures.put("updatesPerSecond", TimeUnit.SECONDS.toNanos(1) / PERIOD_NS);
    SharedMemory memory = new SharedMemory();
    try (Tallystick alone = memory.open()) {
      CounterDataPoint counter = counter(alone);
      run(counter, WARM_UP_SECONDS);
      run(counter, seconds).put("alone", figures);
    }
    SharedMemory other = new SharedMemory();
    try (RedisServer server = RedisServer.start(other.directory())) {
      String url = server.url() + "?connectTimeoutMs=500&timeoutMs=1000";
      try (Tallystick replicated = new SharedMemory().open(builder -> builder.replicateTo(url))) {
        CounterDataPoint counter = counter(replicated);
        run(counter, WARM_UP_SECONDS);
        run(counter, seconds).put("replicated", figures);
        server.signal("STOP");
        Latencies stopped = run(counter, seconds);
        server.signal("CONT");
        stopped.put("stopped", figures);
      }
    }
    return figures;
  }

  private static CounterDataPoint counter(Tallystick tallystick) {
    Counter requests =
        Counter.builder().name("requests_total").labelNames("path").register(tallystick);
    for (int i = 1; i < SERIES; i++) {
      requests.labelValues("/" + i).inc();
    }
    return requests.labelValues("/");
  }

  private static Latencies run(CounterDataPoint counter, int seconds) {
    Latencies latencies = new Latencies();
    long updates = TimeUnit.SECONDS.toNanos(seconds) / PERIOD_NS;
    long startNs = System.nanoTime();
    for (long i = 0; i < updates; i++) {
      long dueNs = startNs + i * PERIOD_NS;
      long beforeNs = System.nanoTime();
      while (beforeNs < dueNs) {
        Thread.onSpinWait();
        beforeNs = System.nanoTime();
      }
      counter.inc();
      latencies.record(dueNs, beforeNs, System.nanoTime());
    }
    return latencies;
  }

  /** Of updates: from when they were due, and of the calls alone. */
  private static final class Latencies {
    private final Histogram sinceDue = new Histogram(HIGHEST_NS, 3);
    private final Histogram calls = new Histogram(HIGHEST_NS, 3);

    void record(long dueNs, long beforeNs, long afterNs) {
      sinceDue.recordValue(Math.min(HIGHEST_NS, afterNs - dueNs));
      calls.recordValue(Math.min(HIGHEST_NS, afterNs - beforeNs));
    }

    void put(String name, Figures figures) {
      put(name, sinceDue, figures);
      put(name + "Call", calls, figures);
    }

    private static void put(String name, Histogram histogram, Figures figures) {
      figures.put(name + "P50Ns", histogram.getValueAtPercentile(50));
      figures.put(name + "P99Ns", histogram.getValueAtPercentile(99));
      figures.put(name + "P999Ns", histogram.getValueAtPercentile(99.9));
      figures.put(name + "P9999Ns", histogram.getValueAtPercentile(99.99));
      figures.put(name + "P99999Ns", histogram.getValueAtPercentile(99.999));
      figures.put(name + "MaxNs", histogram.getMaxValue());
    }
  }
}
