package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.Mirror;
import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Figures;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How much CPU time does it take to mirror a registry of 5,000 series, half of which change between
 * two rounds?
 *
 * <p>Prints the time of one round as JSON: of the first ones, and of those after the JIT is done.
 */
public final class MirrorCost {
  private static final int METRICS = 50;
  private static final int SERIES = 100;
  private static final long INTERVAL_MS = 20;
  private static final long FIRST_MS = 1_000;
  private static final long WARM_UP_MS = 20_000;
  private static final long MEASURED_MS = 10_000;

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
      Mirror unused = tallystick.mirror(registry); // ends with the instance
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

  /** Changes half of the series in each interval; returns how many intervals there were. */
  private int run(long ms) throws InterruptedException {
    int rounds = (int) (ms / INTERVAL_MS);
    for (int round = 0; round < rounds; round++) {
      for (int i = round % 2; i < points.size(); i += 2) {
        points.get(i).inc();
      }
      Thread.sleep(INTERVAL_MS);
    }
    return rounds;
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
