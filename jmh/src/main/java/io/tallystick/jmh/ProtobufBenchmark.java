package io.tallystick.jmh;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.scrape.Scraper;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a series cost in the protobuf format?
 *
 * <p>Time and garbage are those of a series: many counters, and some histograms of eleven bounds.
 * client_java's writer writes them all; here are the snapshots that it was given before, and those
 * that Tallystick makes of the process file each time.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ProtobufBenchmark.SERIES)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgs = {"-Xms4g", "-Xmx4g"})
public class ProtobufBenchmark {
  static final int SERIES = TextLines.COUNTERS + TextLines.HISTOGRAMS;

  /** Writes all series, to a sink. */
  @Benchmark
  public long write(Contest contest) throws IOException {
    CountingSink sink = new CountingSink();
    contest.write(sink);
    return sink.bytes();
  }

  /** The contender with what it writes. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({"TALLYSTICK", "CLIENT_JAVA"})
    public Contender contender;

    private final PrometheusProtobufWriter writer = new PrometheusProtobufWriter();
    private Supplier<MetricSnapshots> snapshots;

    /** Counts, and checks that all series are there. */
    @Setup
    public void open(SharedMemory memory) throws IOException {
      Scraper scraper = TextLines.count(memory);
      MetricSnapshots once = scraper.snapshots();
      snapshots =
          switch (contender) {
            case TALLYSTICK -> scraper::snapshots;
            case CLIENT_JAVA -> () -> once;
            default -> throw new IllegalArgumentException("no writer: contender=" + contender);
          };
      int series =
          once.stream()
              .filter(family -> family.getMetadata().getPrometheusName().startsWith("shop_"))
              .mapToInt(family -> family.getDataPoints().size())
              .sum();
      if (series != SERIES) {
        throw new IllegalStateException("series missing: expected=" + SERIES + " found=" + series);
      }
    }

    private void write(OutputStream out) throws IOException {
      writer.write(out, snapshots.get(), EscapingScheme.DEFAULT);
    }
  }
}
