package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.tallystick.metrics.Gauge;
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
 * What does it cost to set a gauge, or to add to one, whose series was resolved before?
 *
 * <p>Micrometer's gauge is a function of its user's object: it is measured as a volatile field to
 * set, and an atomic to add to. OpenTelemetry's adds are those of an up-down counter.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class GaugeBenchmark {

  /** Sets a value that changes. */
  @Benchmark
  public void set(Handle handle) {
    handle.gauge.set((double) handle.value++);
  }

  /** Adds one. */
  @Benchmark
  public void inc(Handle handle) {
    handle.gauge.inc();
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
      "OPENTELEMETRY_BOUND"
    })
    public Contender contender;

    private Supplier<GaugeDataPoint> gauges;

    /** Resolves the series. */
    @Setup
    public void open(SharedMemory memory) {
      gauges =
          switch (contender) {
            case BASELINE -> Plain::gauge;
            case TALLYSTICK -> always(tallystick(memory));
            case CLIENT_JAVA -> always(ClientJava.gauge(true));
            case CLIENT_JAVA_NO_EXEMPLARS -> always(ClientJava.gauge(false));
            case SIMPLECLIENT -> always(Simpleclient.gauge());
            case MICROMETER -> always(Micrometer.gauge());
            case OPENTELEMETRY_BOUND -> always(OpenTelemetry.gauge());
            default -> throw new IllegalArgumentException("no gauge: contender=" + contender);
          };
    }

    private static GaugeDataPoint tallystick(SharedMemory memory) {
      return Gauge.builder()
          .name("queue_length")
          .help("Jobs waiting.")
          .labelNames("queue")
          .register(memory.open())
          .labelValues("orders");
    }

    private static Supplier<GaugeDataPoint> always(GaugeDataPoint gauge) {
      return () -> gauge;
    }
  }

  /** What a thread holds. */
  @State(Scope.Thread)
  public static class Handle {
    private GaugeDataPoint gauge;
    private long value; // adding doubles would cost more than setting

    /** Takes the contender's series. */
    @Setup
    public void take(Contest contest) {
      gauge = contest.gauges.get();
    }
  }
}
