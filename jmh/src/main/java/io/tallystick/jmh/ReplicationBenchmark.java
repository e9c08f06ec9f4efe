package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.store.MemoryStore;
import java.util.concurrent.TimeUnit;
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
 * Is an update slower while its directory of 10,000 series is published to a store once a second?
 *
 * <p>Iterations are longer than the interval, so that each has publications in it.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class ReplicationBenchmark {
  private static final int SERIES = 10_000;

  /** Adds one. */
  @Benchmark
  public void inc(Directory directory) {
    directory.counter.inc();
  }

  /** A process' directory; the floor's is not replicated. */
  @State(Scope.Benchmark)
  public static class Directory {
    @Param({"BASELINE", "TALLYSTICK"})
    public Contender contender;

    private final MemoryStore store = MemoryStore.open();
    private Tallystick tallystick;
    private CounterDataPoint counter;

    private boolean isReplicated() {
      return contender == Contender.TALLYSTICK;
    }

    /** Makes the series. */
    @Setup
    public void open(SharedMemory memory) {
      tallystick = memory.open(builder -> isReplicated() ? builder.replicateTo(store) : builder);
      Counter requests =
          Counter.builder().name("requests_total").labelNames("path").register(tallystick);
      for (int i = 1; i < SERIES; i++) {
        requests.labelValues("/" + i).inc();
      }
      counter = requests.labelValues("/");
    }

    /** Ends the replication, and sees that there was one. */
    @TearDown
    public void close() {
      tallystick.close();
      if (isReplicated() && store.ledger().sources().size() != 1) {
        throw new IllegalStateException("nothing was replicated");
      }
    }
  }
}
