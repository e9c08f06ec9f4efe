package io.tallystick.jmh;

import io.tallystick.fallback.CircuitBreaker;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
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
 * What does a circuit breaker add to a call that succeeds?
 *
 * <p>The breaker is closed. The call adds one to a number, and is the floor.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class CircuitBreakerBenchmark {
  /** Calls once. */
  @Benchmark
  public long call(Contest contest, Caller caller) {
    caller.number = contest.protection.applyAsLong(caller.number);
    return caller.number;
  }

  /** The contender. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({"BASELINE", "TALLYSTICK"})
    public Contender contender;

    private LongUnaryOperator protection;

    /** Makes the breaker. */
    @Setup
    public void make() {
      CircuitBreaker breaker = CircuitBreaker.builder("peer").build();
      protection =
          switch (contender) {
            case BASELINE -> number -> number + 1;
            case TALLYSTICK -> number -> protect(breaker, number);
            default -> throw new IllegalArgumentException("no breaker: contender=" + contender);
          };
    }

    private static long protect(CircuitBreaker breaker, long number) {
      long permit = breaker.tryAcquire();
      if (permit == CircuitBreaker.REFUSED) {
        throw new IllegalStateException("breaker is open");
      }
      long result = number + 1;
      breaker.onSuccess(permit);
      return result;
    }
  }

  /** A thread with its own number. */
  @State(Scope.Thread)
  public static class Caller {
    private long number;
  }
}
