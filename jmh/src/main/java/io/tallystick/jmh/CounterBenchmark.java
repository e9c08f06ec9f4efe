package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.metrics.Counter;
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
 * What does it cost to add to a counter whose series was resolved before?
 *
 * <p>All threads add to one series, except in the floor, where each has its own array.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class CounterBenchmark {

  /** Adds one. */
  @Benchmark
  public void inc(Handle handle) {
    handle.counter.inc();
  }

  /** Adds a double that is an integer. */
  @Benchmark
  public void incIntegral(Handle handle) {
    handle.counter.inc(handle.integral);
  }

  /** Adds a double that is not. */
  @Benchmark
  public void incFractional(Handle handle) {
    handle.counter.inc(handle.fractional);
  }

  /** The contender. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({
      "BASELINE",
      "TALLYSTICK",
      "CLIENT_JAVA",
      "CLIENT_JAVA_NO_EXEMPLARS",
      "SIMPLECLIENT",
      "MICROMETER",
      "DROPWIZARD",
      "AGRONA",
      "OPENTELEMETRY_BOUND",
      "LONG_ADDER"
    })
    public Contender contender;

    private Supplier<CounterDataPoint> counters;

    /** Resolves the series. */
    @Setup
    public void open(SharedMemory memory) {
      counters =
          switch (contender) {
            case BASELINE -> Plain::counter;
            case TALLYSTICK -> always(tallystick(memory));
            case CLIENT_JAVA -> always(ClientJava.counter(true));
            case CLIENT_JAVA_NO_EXEMPLARS -> always(ClientJava.counter(false));
            case SIMPLECLIENT -> always(Simpleclient.counter());
            case MICROMETER -> always(Micrometer.counter());
            case DROPWIZARD -> always(Dropwizard.counter());
            case AGRONA -> always(AgronaCounters.counter());
            case OPENTELEMETRY_BOUND -> always(OpenTelemetry.counter());
            case LONG_ADDER -> always(Adders.counter());
            default -> throw new IllegalArgumentException("no counter: contender=" + contender);
          };
    }

    private static CounterDataPoint tallystick(SharedMemory memory) {
      return Counter.builder()
          .name("requests_total")
          .help("Requests served.")
          .labelNames("path", "status")
          .register(memory.open())
          .labelValues("/", "200");
    }

    private static Supplier<CounterDataPoint> always(CounterDataPoint counter) {
      return () -> counter;
    }
  }

  /** What a thread holds. */
  @State(Scope.Thread)
  public static class Handle {
    private CounterDataPoint counter;
    private double integral = 2.0; // fields, lest the compiler know them
    private double fractional = 1.5;

    /** Takes the contender's series. */
    @Setup
    public void take(Contest contest) {
      counter = contest.counters.get();
    }
  }
}
