package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.tallystick.metrics.Histogram;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to observe a duration in a histogram that has native buckets only?
 *
 * <p>Both have the default resolution and limit of 160 buckets, which the durations use up, so that
 * each has merged buckets before it is measured.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class NativeHistogramBenchmark {

  /** Observes the next duration. */
  @Benchmark
  public void observe(Handle handle, Samples samples) {
    handle.histogram.observe(samples.next());
  }

  /** The contender. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({"BASELINE", "TALLYSTICK", "CLIENT_JAVA"})
    public Contender contender;

    private Supplier<DistributionDataPoint> histograms;

    /** Resolves the series. */
    @Setup
    public void open(SharedMemory memory) {
      histograms =
          switch (contender) {
            case BASELINE -> Plain::histogram;
            case TALLYSTICK -> always(tallystick(memory));
            case CLIENT_JAVA -> always(ClientJava.nativeHistogram());
            default -> throw new IllegalArgumentException("no histogram: contender=" + contender);
          };
    }

    private static DistributionDataPoint tallystick(SharedMemory memory) {
      return Histogram.builder()
          .nativeOnly()
          .name("request_duration_seconds")
          .help("Time to serve a request.")
          .labelNames("path")
          .register(memory.open())
          .labelValues("/");
    }

    private static Supplier<DistributionDataPoint> always(DistributionDataPoint histogram) {
      return () -> histogram;
    }
  }

  /** What a thread holds. */
  @State(Scope.Thread)
  public static class Handle {
    private DistributionDataPoint histogram;

    /** Takes the contender's series. */
    @Setup
    public void take(Contest contest) {
      histogram = contest.histograms.get();
    }
  }
}
