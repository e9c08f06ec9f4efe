package io.tallystick.jmh;

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
 * What does it cost to look a counter up by its label values and add one?
 *
 * <p>The pairs of label values are equal to, but not the same strings as, those that created the
 * series: an application makes them anew, too. Their hash codes are cached for all contenders.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class CounterLookupBenchmark {
  private static final int PAIRS = 16; // a power of two

  /** Looks up and adds one. */
  @Benchmark
  public void inc(Caller caller) {
    int pair = caller.next++ & (PAIRS - 1);
    caller.lookup.inc(caller.paths[pair], caller.statuses[pair]);
  }

  private static String path(int pair) {
    return "/path/" + pair;
  }

  private static String status(int pair) {
    return "20" + pair % 4;
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
      "OPENTELEMETRY"
    })
    public Contender contender;

    private Supplier<CounterLookup> lookups;

    /** Opens the contender. */
    @Setup
    public void open(SharedMemory memory) {
      lookups =
          switch (contender) {
            case BASELINE -> Plain::lookup;
            case TALLYSTICK -> always(tallystick(memory));
            case CLIENT_JAVA -> always(ClientJava.lookup(true));
            case CLIENT_JAVA_NO_EXEMPLARS -> always(ClientJava.lookup(false));
            case SIMPLECLIENT -> always(Simpleclient.lookup());
            case MICROMETER -> always(Micrometer.lookup());
            case OPENTELEMETRY -> always(OpenTelemetry.lookup());
            default -> throw new IllegalArgumentException("no look-up: contender=" + contender);
          };
    }

    private static CounterLookup tallystick(SharedMemory memory) {
      Counter counter =
          Counter.builder()
              .name("requests_total")
              .help("Requests served.")
              .labelNames("path", "status")
              .register(memory.open());
      return (path, status) -> counter.labelValues(path, status).inc();
    }

    private static Supplier<CounterLookup> always(CounterLookup lookup) {
      return () -> lookup;
    }
  }

  /** A thread with its own label values. */
  @State(Scope.Thread)
  public static class Caller {
    private final String[] paths = new String[PAIRS];
    private final String[] statuses = new String[PAIRS];
    private CounterLookup lookup;
    private int next;

    /** Creates all series, then the strings to look them up by. */
    @Setup
    public void take(Contest contest) {
      lookup = contest.lookups.get();
      for (int pair = 0; pair < PAIRS; pair++) {
        lookup.inc(path(pair), status(pair));
        paths[pair] = path(pair);
        statuses[pair] = status(pair);
      }
    }
  }
}
