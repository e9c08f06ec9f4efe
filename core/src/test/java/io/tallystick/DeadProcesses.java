package io.tallystick;

import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import io.tallystick.testing.ChildJvm;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A directory of processes that were killed, to be copied: one JVM has a part in it many times over
 * and dies.
 *
 * <p>The parts have series in common and series of their own; fractions do not add up without
 * rounding.
 */
final class DeadProcesses {
  private static final double FRACTION = 0.1;

  private final Path directory;
  private final int processes;
  private final int series;

  private DeadProcesses(Path directory, int processes, int series) {
    this.directory = directory;
    this.processes = processes;
    this.series = series;
  }

  /** Fills an empty directory. */
  static DeadProcesses in(Path directory, int processes, int series)
      throws IOException, InterruptedException {
    try (ChildJvm child =
        ChildJvm.of(DeadProcesses.class).arguments(directory, processes, series).start()) {
      child.await("counted");
      child.kill();
    }
    return new DeadProcesses(directory, processes, series);
  }

  public static void main(String[] args) throws IOException {
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      count(Tallystick.open(Path.of(args[0])), i, Integer.parseInt(args[2]));
    }
    System.out.println("counted");
    while (System.in.read() >= 0) {
      // its parent kills it, or ends
    }
    Runtime.getRuntime().halt(0);
  }

  private static void count(Tallystick tallystick, int process, int series) {
    Counter jobs = Counter.builder().name("jobs_total").labelNames("job").register(tallystick);
    for (int i = 0; i < series; i++) {
      jobs.labelValues("job-" + i).inc(i + 1L);
    }
    Counter.builder()
        .name("own_total")
        .labelNames("process")
        .register(tallystick)
        .labelValues(Integer.toString(process))
        .inc();
    Counter.builder().name("tenths_total").register(tallystick).inc(FRACTION);
    Histogram.builder().name("sizes").classicUpperBounds(1).register(tallystick).observe(process);
  }

  int processes() {
    return processes;
  }

  /** Copies the files of the dead. */
  void copyTo(Path target) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.copy(file, target.resolve(file.getFileName().toString()));
      }
    }
  }

  /** What a scrape must show, whatever of it was folded. */
  Map<String, Double> totals() {
    Map<String, Double> totals = new TreeMap<>();
    for (int i = 0; i < series; i++) {
      totals.put("jobs_total{job=\"job-" + i + "\"}", (double) processes * (i + 1));
    }
    for (int i = 0; i < processes; i++) {
      totals.put("own_total{process=\"" + i + "\"}", 1.0);
    }
    BigDecimal tenths = new BigDecimal(FRACTION).multiply(BigDecimal.valueOf(processes));
    totals.put("tenths_total", tenths.doubleValue());
    totals.put("sizes_bucket{le=\"1.0\"}", (double) Math.min(2, processes));
    totals.put("sizes_bucket{le=\"+Inf\"}", (double) processes);
    totals.put("sizes_count", (double) processes);
    totals.put("sizes_sum", processes * (processes - 1) / 2.0);
    return totals;
  }
}
