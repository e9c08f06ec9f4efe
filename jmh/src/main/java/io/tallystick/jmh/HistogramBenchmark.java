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
 * What does it cost to observe a duration in a histogram of eleven bounds?
 *
 * <p>The bounds are client_java's default ones, for all contenders but the native histograms, which
 * have their own.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class HistogramBenchmark {

  /** Observes the next duration. */
  @Benchmark
  public void observe(Handle handle, Samples samples) {
    handle.histogram.observe(samples.next());
  }

  /** The contender. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({
      "BASELINE",
      "TALLYSTICK",
      "TALLYSTICK_NATIVE",
      "CLIENT_JAVA",
      "CLIENT_JAVA_NO_EXEMPLARS",
      "CLIENT_JAVA_NATIVE",
      "SIMPLECLIENT",
      "MICROMETER",
      "OPENTELEMETRY_BOUND"
    })
    public Contender contender;

    private Supplier<DistributionDataPoint> histograms;

    /** Resolves the series. */
    @Setup
    public void open(SharedMemory memory) {
      histograms =
          switch (contender) {
            case BASELINE -> Plain::histogram;
            case TALLYSTICK -> always(tallystick(memory, builder().classicOnly()));
            case TALLYSTICK_NATIVE -> always(tallystick(memory, builder().nativeOnly()));
            case CLIENT_JAVA -> always(ClientJava.classicHistogram(true));
            case CLIENT_JAVA_NO_EXEMPLARS -> always(ClientJava.classicHistogram(false));
            case CLIENT_JAVA_NATIVE -> always(ClientJava.nativeHistogram());
            case SIMPLECLIENT -> always(Simpleclient.histogram());
            case MICROMETER -> always(Micrometer.histogram());
            case OPENTELEMETRY_BOUND -> always(OpenTelemetry.histogram());
            default -> throw new IllegalArgumentException("no histogram: contender=" + contender);
          };
    }

    private static Histogram.Builder builder() {
      return Histogram.builder()
          .name("request_duration_seconds")
          .help("Time to serve a request.")
          .classicUpperBounds(Samples.BOUNDS)
          .labelNames("path");
    }

    private static DistributionDataPoint tallystick(
        SharedMemory memory, Histogram.Builder builder) {
      return builder.register(memory.open()).labelValues("/");
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
