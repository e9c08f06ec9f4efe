package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.tallystick.metrics.Summary;
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
 * What does it cost to observe a duration in a summary of count and sum, or with three quantiles?
 *
 * <p>Micrometer's also keeps a maximum, OpenTelemetry's both extremes; neither can be told not to.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class SummaryBenchmark {

  /** Observes the next duration. */
  @Benchmark
  public void observe(Handle handle, Samples samples) {
    handle.summary.observe(samples.next());
  }

  /** The contender. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({
      "BASELINE",
      "TALLYSTICK",
      "TALLYSTICK_QUANTILES",
      "CLIENT_JAVA",
      "CLIENT_JAVA_NO_EXEMPLARS",
      "CLIENT_JAVA_QUANTILES",
      "SIMPLECLIENT",
      "MICROMETER",
      "DROPWIZARD",
      "OPENTELEMETRY_BOUND",
      "LONG_ADDER"
    })
    public Contender contender;

    private Supplier<DistributionDataPoint> summaries;

    /** Resolves the series. */
    @Setup
    public void open(SharedMemory memory) {
      summaries =
          switch (contender) {
            case BASELINE -> Plain::summary;
            case TALLYSTICK -> always(tallystick(memory, Summary.builder()));
            case TALLYSTICK_QUANTILES -> always(tallystick(memory, withQuantiles()));
            case CLIENT_JAVA -> always(ClientJava.summary(true));
            case CLIENT_JAVA_NO_EXEMPLARS -> always(ClientJava.summary(false));
            case CLIENT_JAVA_QUANTILES -> always(ClientJava.summaryWithQuantiles());
            case SIMPLECLIENT -> always(Simpleclient.summary());
            case MICROMETER -> always(Micrometer.summary());
            case DROPWIZARD -> always(Dropwizard.histogram());
            case OPENTELEMETRY_BOUND -> always(OpenTelemetry.summary());
            case LONG_ADDER -> always(Adders.summary());
            default -> throw new IllegalArgumentException("no summary: contender=" + contender);
          };
    }

    private static Summary.Builder withQuantiles() {
      return Summary.builder().quantile(0.5, 0.01).quantile(0.95, 0.005).quantile(0.99, 0.001);
    }

    private static DistributionDataPoint tallystick(SharedMemory memory, Summary.Builder builder) {
      return builder
          .name("request_duration_seconds")
          .help("Time to serve a request.")
          .labelNames("path")
          .register(memory.open())
          .labelValues("/");
    }

    private static Supplier<DistributionDataPoint> always(DistributionDataPoint summary) {
      return () -> summary;
    }
  }

  /** What a thread holds. */
  @State(Scope.Thread)
  public static class Handle {
    private DistributionDataPoint summary;

    /** Takes the contender's series. */
    @Setup
    public void take(Contest contest) {
      summary = contest.summaries.get();
    }
  }
}
