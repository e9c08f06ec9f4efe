package io.tallystick;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.Summary;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/**
 * A JVM that counts, from two threads, one batch for each that it is granted, and acknowledges each
 * batch with a line.
 *
 * <p>Arguments: directory, the process' number, updates in a batch. Input: a line with a number
 * grants that many batches. Output: {@code ready}, then the name of a {@link Kind} for each batch.
 */
final class SteppingProcess {
  static final int THREADS = 2;

  private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

  private SteppingProcess() {}

  /** What a batch updates. */
  enum Kind {
    WHOLE,
    TENTHS,
    HISTOGRAM,
    SUMMARY,
    NUMBERED
  }

  public static void main(String[] args) throws IOException {
    int updates = Integer.parseInt(args[2]);
    Metrics metrics = new Metrics(Tallystick.open(Path.of(args[0])), args[1]);
    Semaphore granted = new Semaphore(0);
    for (int i = 0; i < THREADS; i++) {
      int first = i;
      new Thread(() -> step(metrics, granted, first, updates)).start();
    }
    say("ready");
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        granted.release(Integer.parseInt(line));
      }
    }
    Runtime.getRuntime().halt(0); // whoever granted has gone
  }

  private static void step(Metrics metrics, Semaphore granted, int first, int updates) {
    Kind[] kinds = Kind.values();
    try {
      for (int i = first; ; i++) {
        granted.acquire();
        Kind kind = kinds[i % kinds.length];
        for (int j = 0; j < updates; j++) {
          metrics.update(kind);
        }
        say(kind.name());
      }
    } catch (InterruptedException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One write, so that lines of two threads do not mix and nothing said is left in a buffer. */
  private static void say(String line) throws IOException {
    OUT.write((line + "\n").getBytes(US_ASCII));
  }

  private static final class Metrics {
    private final CounterDataPoint whole;
    private final CounterDataPoint tenths;
    private final DistributionDataPoint histogram;
    private final DistributionDataPoint summary;
    private final CounterDataPoint numbered;

    Metrics(Tallystick tallystick, String number) {
      this.whole = Counter.builder().name("whole_total").register(tallystick);
      this.tenths = Counter.builder().name("tenths_total").register(tallystick);
      this.histogram =
          Histogram.builder().name("sizes").classicUpperBounds(0.5, 1, 2).register(tallystick);
      this.summary = Summary.builder().name("times").register(tallystick);
      this.numbered =
          Counter.builder()
              .name("numbered_total")
              .labelNames("process")
              .register(tallystick)
              .labelValues(number);
      Counter.builder()
          .name("started_total")
          .labelNames("process")
          .register(tallystick)
          .labelValues(number)
          .inc();
    }

    void update(Kind kind) {
      switch (kind) {
        case WHOLE -> whole.inc();
        case TENTHS -> tenths.inc(0.1);
        case HISTOGRAM -> histogram.observe(1.0);
        case SUMMARY -> summary.observe(1.0);
        case NUMBERED -> numbered.inc();
      }
    }
  }
}
