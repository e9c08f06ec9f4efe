package io.tallystick.jmh;

import io.prometheus.metrics.core.metrics.Histogram;
import java.util.Random;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Durations to observe, in seconds: random ones, in an order that comes again only after so many
 * that branch predictors have forgotten it. With a thousand they learn much of it. The values are
 * read from first to last, so that their memory costs no more than that of a few would.
 */
@State(Scope.Thread)
public class Samples {
  /** The eleven bounds that client_java's histograms have by default. */
  static final double[] BOUNDS = Histogram.Builder.DEFAULT_CLASSIC_UPPER_BOUNDS.clone();

  private static final int COUNT = 1 << 16; // a power of two
  private static final double MIN = 0.001; // below the first bound
  private static final double MAX = 20; // above the last
  private static final long SEED = 42;

  private final double[] values = new double[COUNT];
  private int next;

  /** Fills in values whose logarithms are uniform. */
  @Setup
  public void fill() {
    Random random = new Random(SEED);
    for (int i = 0; i < COUNT; i++) {
      values[i] = MIN * Math.pow(MAX / MIN, random.nextDouble());
    }
  }

  double next() {
    return values[next++ & (COUNT - 1)];
  }
}
