package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.Mirror;
import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Figures;
import io.tallystick.mirror.SnapshotSource;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much CPU time does it take to mirror a registry of 5,000 series, half of which change between
 * two rounds?
 *
 * <p>Rounds are those of the mirror, which are counted where it begins to read the registry; half
 * of the series are changed then, for that round or the next. Prints the time of one round as JSON:
 * of the first ones, and of those after the JIT is done.
 */
public final class MirrorCost {
  private static final int METRICS = 50;
  private static final int SERIES = 100;
  private static final long INTERVAL_MS = 20;
  private static final long FIRST_MS = 1_000;
  private static final long WARM_UP_MS = 20_000;
  private static final long MEASURED_MS = 10_000;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

  private final AtomicInteger begun = new AtomicInteger();
  private final List<CounterDataPoint> points = new ArrayList<>();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  private MirrorCost() {}

  /** Prints the figures. */
  public static void main(String[] args) throws InterruptedException {
    System.out.println(new MirrorCost().measure().toJson());
  }

  private Figures measure() throws InterruptedException {
    PrometheusRegistry registry = new PrometheusRegistry();
    for (int metric = 0; metric < METRICS; metric++) {
      Counter counter =
          Counter.builder()
              .name("requests_" + metric)
              .labelNames("path", "status")
              .register(registry);
      for (int series = 0; series < SERIES; series++) {
        points.add(counter.labelValues("/shop/item/" + series, "200"));
      }
    }
    Figures figures = new Figures();
    figures.put("series", points.size());
    try (Tallystick tallystick =
        Tallystick.builder()
            .directory(new SharedMemory().directory())
            .mirrorInterval(Duration.ofMillis(INTERVAL_MS))
            .open()) {
      SnapshotSource source = SnapshotSource.of(registry);
      SnapshotSource counted =
          names -> {
            begun.incrementAndGet();
            return source.collect(names);
          };
      Mirror unused = tallystick.mirror(counted, settings -> {}); // ends with the instance
      figures.put("firstMsPerRound", msPerRound(FIRST_MS));
      run(WARM_UP_MS);
      figures.put("msPerRound", msPerRound(MEASURED_MS));
    }
    return figures;
  }

  private double msPerRound(long ms) throws InterruptedException {
    long beforeNs = mirrorCpuNs();
    int rounds = run(ms);
    return (mirrorCpuNs() - beforeNs) / 1e6 / rounds;
  }

  /** Changes half of the series in each round; returns how many rounds there were. */
  private int run(long ms) throws InterruptedException {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    int first = begun.get();
    int round = first;
    while (System.nanoTime() < endNs || round == first) {
      if (System.nanoTime() > endNs + PATIENCE_NS) {
        throw new IllegalStateException("nothing is mirrored: rounds=" + first);
      }
      if (begun.get() == round) {
        Thread.sleep(1);
      } else {
        round = begun.get();
        for (int i = round % 2; i < points.size(); i += 2) {
          points.get(i).inc();
        }
      }
    }
    return round - first;
  }

  private long mirrorCpuNs() {
    long ns = 0;
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().equals("tallystick-mirror")) {
        ns += threads.getThreadCpuTime(thread.getThreadId());
      }
    }
    return ns;
  }
}
