package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does an update cost a thread that has no column, because the table is full?
 *
 * <p>The table has one column, and a thread that is not measured keeps it. The peers have no
 * columns: theirs are the same updates as elsewhere.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class SharedColumnBenchmark {

  /** Adds one to a counter. */
  @Benchmark
  public void inc(Handle handle) {
    handle.counter.inc();
  }

  /** Observes the next duration in a histogram of eleven bounds. */
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
      "CLIENT_JAVA",
      "CLIENT_JAVA_NO_EXEMPLARS",
      "MICROMETER",
      "OPENTELEMETRY_BOUND"
    })
    public Contender contender;

    private Supplier<Handle.Series> series;
    private @Nullable ColumnOwner owner;

    /** Resolves the series; when it returns, the only column is taken. */
    @Setup
    public void open(SharedMemory memory) {
      series =
          switch (contender) {
            case BASELINE -> () -> new Handle.Series(Plain.counter(), Plain.histogram());
            case TALLYSTICK -> always(tallystick(memory));
            case CLIENT_JAVA -> always(clientJava(true));
            case CLIENT_JAVA_NO_EXEMPLARS -> always(clientJava(false));
            case MICROMETER ->
                always(new Handle.Series(Micrometer.counter(), Micrometer.histogram()));
            case OPENTELEMETRY_BOUND ->
                always(new Handle.Series(OpenTelemetry.counter(), OpenTelemetry.histogram()));
            default -> throw new IllegalArgumentException("no series: contender=" + contender);
          };
    }

    private Handle.Series tallystick(SharedMemory memory) {
      Tallystick tallystick = memory.open(builder -> builder.columns(1));
      CounterDataPoint counter =
          Counter.builder()
              .name("requests_total")
              .help("Requests served.")
              .labelNames("path", "status")
              .register(tallystick)
              .labelValues("/", "200");
      DistributionDataPoint histogram =
          Histogram.builder()
              .name("request_duration_seconds")
              .help("Time to serve a request.")
              .classicOnly()
              .classicUpperBounds(Samples.BOUNDS)
              .labelNames("path")
              .register(tallystick)
              .labelValues("/");
      owner = ColumnOwner.start(memory::lengthBytes, counter::inc);
      return new Handle.Series(counter, histogram);
    }

    private static Handle.Series clientJava(boolean exemplars) {
      return new Handle.Series(
          ClientJava.counter(exemplars), ClientJava.classicHistogram(exemplars));
    }

    private static Supplier<Handle.Series> always(Handle.Series series) {
      return () -> series;
    }

    /** Lets the column go. */
    @TearDown
    public void close() {
      if (owner != null) {
        owner.close();
      }
    }
  }

  /** What a thread holds. */
  @State(Scope.Thread)
  public static class Handle {
    private CounterDataPoint counter;
    private DistributionDataPoint histogram;

    /** Takes the contender's series. */
    @Setup
    public void take(Contest contest) {
      Series series = contest.series.get();
      counter = series.counter();
      histogram = series.histogram();
    }

    private record Series(CounterDataPoint counter, DistributionDataPoint histogram) {}
  }
}
