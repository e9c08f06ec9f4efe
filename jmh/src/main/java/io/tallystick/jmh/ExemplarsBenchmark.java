package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.tracer.common.SpanContext;
import io.prometheus.metrics.tracer.initializer.SpanContextSupplier;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/** What do exemplars add to an update where there is a tracer, but no active span? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ExemplarsBenchmark {

  /** Adds one to a counter. */
  @Benchmark
  public void inc(Contest contest) {
    contest.counter.inc();
  }

  /** Observes the next duration in a histogram of eleven bounds. */
  @Benchmark
  public void observe(Contest contest, Samples samples) {
    contest.histogram.observe(samples.next());
  }

  /** The contender. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({
      "TALLYSTICK",
      "TALLYSTICK_NO_EXEMPLARS",
      "TALLYSTICK_TRACED",
      "CLIENT_JAVA",
      "CLIENT_JAVA_NO_EXEMPLARS",
      "CLIENT_JAVA_TRACED"
    })
    public Contender contender;

    private CounterDataPoint counter;
    private DistributionDataPoint histogram;

    /** Resolves the series. */
    @Setup
    public void open(SharedMemory memory) {
      switch (contender) {
        case TALLYSTICK, TALLYSTICK_TRACED -> tallystick(memory.open(), true);
        case TALLYSTICK_NO_EXEMPLARS -> tallystick(memory.open(), false);
        case CLIENT_JAVA, CLIENT_JAVA_TRACED -> clientJava(true);
        case CLIENT_JAVA_NO_EXEMPLARS -> clientJava(false);
        default -> throw new IllegalArgumentException("no exemplars: contender=" + contender);
      }
      if (contender == Contender.TALLYSTICK_TRACED || contender == Contender.CLIENT_JAVA_TRACED) {
        SpanContextSupplier.setSpanContext(new Idle());
      }
    }

    private void tallystick(Tallystick tallystick, boolean exemplars) {
      Counter.Builder counters = Counter.builder().name("requests").labelNames("path");
      Histogram.Builder histograms =
          Histogram.builder().classicOnly().name("duration_seconds").labelNames("path");
      if (!exemplars) {
        counters.withoutExemplars();
        histograms.withoutExemplars();
      }
      counter = counters.register(tallystick).labelValues("/");
      histogram = histograms.register(tallystick).labelValues("/");
    }

    private void clientJava(boolean exemplars) {
      counter = ClientJava.counter(exemplars);
      histogram = ClientJava.classicHistogram(exemplars);
    }
  }

  /** A tracer whose spans are all over. */
  private static final class Idle implements SpanContext {
    @Override
    public @Nullable String getCurrentTraceId() {
      return null;
    }

    @Override
    public @Nullable String getCurrentSpanId() {
      return null;
    }

    @Override
    public boolean isCurrentSpanSampled() {
      return false;
    }

    @Override
    public void markCurrentSpanAsExemplar() {}
  }
}
