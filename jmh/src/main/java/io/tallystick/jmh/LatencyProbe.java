package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import io.tallystick.scrape.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * The JVM whose updates {@link Latency} measures, in one situation.
 *
 * <p>Warms up, says that it is ready, waits for a line, measures for some seconds, and prints a
 * line for each operation: its name, {@code due} or {@code call}, and its percentiles in
 * nanoseconds. Nothing is one of the operations, so that what the machine does is seen beside them.
 *
 * <p>Arguments: situation, seconds, directory, and a store's URL or nothing.
 */
final class LatencyProbe {
  /** What part of all each printed figure has below it, in percent; the last one is the most. */
  static final double[] PERCENTILES = {50, 99, 99.9, 99.99, 99.999, 100};

  private static final int SERIES = 10_000;
  private static final int MOST_SERIES = 1_000_000;
  private static final long MOST_BYTES = 1L << 30;
  private static final long PERIOD_NS = 10_000;
  private static final long CREATION_PERIOD_NS = 100_000;
  private static final int WARM_UP_SECONDS = 5;

  private final Situation situation;
  private final Tallystick tallystick;
  private final Counter requests;
  private final Histogram durations;
  private final double[] values;
  private int next;

  private LatencyProbe(Situation situation, Tallystick tallystick) {
    this.situation = situation;
    this.tallystick = tallystick;
    this.requests =
        Counter.builder().name("requests_total").labelNames("path").register(tallystick);
    this.durations =
        Histogram.builder()
            .classicOnly()
            .name("request_duration_seconds")
            .labelNames("path")
            .register(tallystick);
    Samples samples = new Samples();
    samples.fill();
    this.values = new double[1 << 16];
    for (int i = 0; i < values.length; i++) {
      values[i] = samples.next();
    }
  }

  /** Measures. */
  public static void main(String[] args) throws IOException {
    Situation situation = Situation.valueOf(args[0]);
    Tallystick.Builder builder =
        Tallystick.builder()
            .directory(Path.of(args[2]))
            .maxBytes(MOST_BYTES) // lest a small file system set a limit before it is full
            .maxSeriesPerMetric(MOST_SERIES)
            .maxSeriesPerDirectory(2 * MOST_SERIES);
    if (args.length > 3) {
      builder.replicateTo(args[3]);
    }
    new LatencyProbe(situation, builder.open()).measure(Integer.parseInt(args[1]));
    System.out.flush();
    Runtime.getRuntime().halt(0); // closing would publish, to a store that may be stopped
  }

  private void measure(int seconds) throws IOException {
    CounterDataPoint counter = requests.labelValues("/");
    DistributionDataPoint histogram = durations.labelValues("/");
    for (int i = 1; i < SERIES; i++) {
      requests.labelValues("/" + i).inc();
    }
    if (situation.isFull()) {
      fill();
    }
    if (situation.isCreatedLate()) {
      counter = requests.labelValues("/late");
      histogram = durations.labelValues("/late");
    }
    FixedRate rate = rate(counter, histogram);
    rate.run(WARM_UP_SECONDS);
    System.out.println("ready");
    if (System.in.read() != '\n') { // waits
      throw new IOException("parent has gone");
    }
    ForkedJvm.endWithParent();
    if (situation == Situation.SERIES_CREATED || situation.isFull()) {
      create();
    }
    rate.run(seconds);
    rate.operations().forEach(LatencyProbe::print);
  }

  private FixedRate rate(CounterDataPoint counter, DistributionDataPoint histogram) {
    FixedRate rate = new FixedRate(PERIOD_NS);
    rate.add("nothing", () -> {});
    rate.add("inc", counter::inc);
    rate.add("observe", () -> histogram.observe(values[next++ & (values.length - 1)]));
    return rate;
  }

  /** Creates series until there are some that have no room in the file. */
  private void fill() throws IOException {
    for (int i = SERIES; i < MOST_SERIES; i++) {
      requests.labelValues("/" + i).inc();
      if (i % SERIES == 0 && unsharedSeries() > 0) {
        return;
      }
    }
    throw new IllegalStateException("files have not become full");
  }

  private double unsharedSeries() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    tallystick.scraper().write(TextFormat.PROMETHEUS, text);
    return SampleLines.sum(text.toString(StandardCharsets.UTF_8), "tallystick_unshared_series");
  }

  /** Goes on creating series on another thread. */
  private void create() {
    Thread creator =
        new Thread(
            () -> {
              for (int i = 0; i < MOST_SERIES / 2; i++) {
                requests.labelValues("/new/" + i).inc();
                LockSupport.parkNanos(CREATION_PERIOD_NS);
              }
            },
            "creator");
    creator.setDaemon(true);
    creator.start();
  }

  private static void print(String operation, FixedRate.Operation measured) {
    print(operation + " due", measured.sinceDue());
    print(operation + " call", measured.calls());
  }

  private static void print(String name, org.HdrHistogram.Histogram latencies) {
    StringBuilder line = new StringBuilder(name);
    for (double percentile : PERCENTILES) {
      line.append(' ').append(latencies.getValueAtPercentile(percentile));
    }
    System.out.println(line);
  }
}
