package io.tallystick.metrics;

import io.prometheus.metrics.tracer.initializer.SpanContextSupplier;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MutableCallSite;

/**
 * Whether there is a tracer from which exemplars could be sampled.
 *
 * <p>Until one is seen, asking costs nothing: the answer is a constant that the JIT compiles into
 * the update path, and takes back once.
 */
public final class Tracing {
  private static final MutableCallSite ANSWER =
      new MutableCallSite(MethodHandles.constant(boolean.class, false));
  private static final MethodHandle IS_POSSIBLE = ANSWER.dynamicInvoker();
  private static int turn; // racy: of no use but to be another than before
  private static boolean isSeen; // racy: then it is looked for once more

  private Tracing() {}

  /** Whether a tracer was seen. Called on the update path. */
  static boolean isPossible() {
    try {
      return (boolean) IS_POSSIBLE.invokeExact();
    } catch (Throwable e) {
      throw new AssertionError("constants do not throw", e);
    }
  }

  /** Counts the agent's turns, so that a series looks for a span once in each. */
  static int turn() {
    return turn;
  }

  /** Looks whether there is a tracer by now, as the agent does at each turn. */
  public static void look() {
    turn++;
    if (!isSeen && SpanContextSupplier.hasSpanContext()) {
      isSeen = true;
      ANSWER.setTarget(MethodHandles.constant(boolean.class, true));
      MutableCallSite.syncAll(new MutableCallSite[] {ANSWER});
    }
  }
}
