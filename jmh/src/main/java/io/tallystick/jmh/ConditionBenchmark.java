package io.tallystick.jmh;

import io.tallystick.fallback.Condition;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
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
 * What does it cost to evaluate a condition of five comparisons, all of which are needed?
 *
 * <p>The variables come from one of 16 maps in turn. The floor is the same expression in Java, with
 * the same look-ups.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class ConditionBenchmark {
  private static final String TEXT =
      "(severity >= 0.8 or recurrence_count > 2) and confidence != 0"
          + " and step == 'deploy' and duration < 60";

  /** Evaluates once. */
  @Benchmark
  public boolean test(Contest contest, Caller caller) {
    return contest.condition.test(caller.contexts[caller.next++ & (Caller.CONTEXTS - 1)]);
  }

  private static boolean inJava(Map<String, Object> variables) {
    return (number(variables, "severity") >= 0.8 || number(variables, "recurrence_count") > 2)
        && number(variables, "confidence") != 0
        && "deploy".equals(variables.get("step"))
        && number(variables, "duration") < 60;
  }

  private static double number(Map<String, Object> variables, String name) {
    return ((Number) variables.get(name)).doubleValue();
  }

  /** The contender. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({"BASELINE", "TALLYSTICK"})
    public Contender contender;

    private Predicate<Map<String, Object>> condition;

    /** Parses the condition. */
    @Setup
    public void parse() {
      condition =
          switch (contender) {
            case BASELINE -> ConditionBenchmark::inJava;
            case TALLYSTICK -> Condition.parse(TEXT)::test;
            default -> throw new IllegalArgumentException("no condition: contender=" + contender);
          };
    }
  }

  /** A thread with its own variables. */
  @State(Scope.Thread)
  public static class Caller {
    private static final int CONTEXTS = 16; // a power of two

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    private final Map<String, Object>[] contexts = new Map[CONTEXTS];

    private int next;

    /** Makes contexts in which no comparison but the first decides. */
    @Setup
    public void fill() {
      for (int i = 0; i < CONTEXTS; i++) {
        Map<String, Object> context = new HashMap<>();
        context.put("severity", i / 20.0);
        context.put("recurrence_count", 3 + i);
        context.put("confidence", 1L);
        context.put("step", new String("deploy"));
        context.put("duration", i * 3);
        contexts[i] = context;
      }
    }
  }
}
