package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.CoarseClock;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.QuantileReader;
import io.tallystick.shm.QuantileShape;
import io.tallystick.shm.RankSketch;
import io.tallystick.shm.SketchWidth;
import io.tallystick.shm.WatchedColumn;
import io.tallystick.testing.Seed;
import io.tallystick.testing.TurnedClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What quantiles are off by, as ranks, in whatever order and however many columns. */
class QuantileErrorTest {
  private static final int PART = CellLayout.QUANTILE_PART;
  private static final long MAX_AGE_MS = 300_000;
  private static final double[][][] TARGETS = {
    {{0.5, 0.95, 0.99}, {0.01, 0.005, 0.001}},
    {{0.5}, {0.05}},
    {{0.5, 0.9, 0.99, 0.999}, {0.05, 0.01, 0.001, 0.0001}},
    {{0, 0.01, 0.5, 0.99, 1}, {0, 0.001, 0.01, 0.001, 0}},
  };

  private final CoarseClock clock =
      ProcessFile.inHeap(
              new ProcessFile.Settings(
                  0,
                  64,
                  Long.MAX_VALUE,
                  null,
                  TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"))))
          .clock();
  private final QuantileReader reader = new QuantileReader();

  private static QuantileShape shape(double[][] targets) {
    return QuantileShape.of(MAX_AGE_MS, 5, targets[0], targets[1]);
  }

  @ParameterizedTest
  @EnumSource(Orders.class)
  void shouldBeWithinTheErrorWhenValuesComeInThisOrder(Orders order) {
    for (double[][] targets : TARGETS) {
      double[] values = order.values(250_000, 7);
      QuantileShape shape = shape(targets);
      WatchedColumn column = WatchedColumn.of(shape);
      QuantileWriter writer = new QuantileWriter(shape, clock);
      int next = 100;
      for (int i = 0; i < values.length; i++) {
        writer.add(column, PART, values[i]);
        if (i + 1 == next || i + 1 == values.length) {
          next = 2 * next;
          assertWithinErrors(Arrays.copyOf(values, i + 1), shape, List.of(column), order);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Orders.class,
      names = "CONVERGING_IN_TURN", // the bounds are wider there, as documented
      mode = EnumSource.Mode.EXCLUDE)
  void shouldKnowThatItIsWithinTheErrorWhenValuesComeInThisOrder(Orders order) {
    for (double[][] targets : TARGETS) {
      double[] values = order.values(250_000, 8);
      QuantileShape shape = shape(targets);
      WatchedColumn column = WatchedColumn.of(shape);
      QuantileWriter writer = new QuantileWriter(shape, clock);
      double widest = 0;
      for (int i = 0; i < values.length; i++) {
        writer.add(column, PART, values[i]);
        if (i % 10_000 == 9_999) {
          widest = Math.max(widest, SketchWidth.of(union(shape, List.of(column)), shape));
        }
      }
      assertThat(widest).as("%s %s", order, Arrays.toString(targets[0])).isLessThanOrEqualTo(1.01);
    }
  }

  @ParameterizedTest
  @EnumSource(Orders.class)
  void shouldBeWithinTheErrorWhenManyColumnsAndProcessesAreMerged(Orders order) {
    for (double[][] targets : TARGETS) {
      QuantileShape shape = shape(targets);
      long seed = Seed.next();
      Random random = new Random(seed);
      double[] values = order.values(400_000, seed);
      QuantileWriter writer = new QuantileWriter(shape, clock);
      List<WatchedColumn> columns = new ArrayList<>();
      for (int i = 0; i < 5 * 64; i++) {
        columns.add(WatchedColumn.of(shape));
      }
      for (double value : values) { // some columns have much, some nearly nothing
        int column = (int) (columns.size() * Math.pow(random.nextDouble(), 4));
        writer.add(columns.get(column), PART, value);
      }
      assertWithinErrors(values, shape, columns, order + ", " + Seed.describe(seed));
    }
  }

  @Test
  void shouldBeWithinTheErrorWhenColumnsHaveNothingInCommon() {
    for (double[][] targets : TARGETS) {
      QuantileShape shape = shape(targets);
      QuantileWriter writer = new QuantileWriter(shape, clock);
      List<WatchedColumn> columns = new ArrayList<>();
      double[] values = new double[320_000];
      Random random = new Random(1);
      for (int i = 0; i < 64; i++) {
        WatchedColumn column = WatchedColumn.of(shape);
        columns.add(column);
        for (int j = 0; j < 5_000; j++) {
          values[i * 5_000 + j] = i * 1_000 + random.nextGaussian();
          writer.add(column, PART, values[i * 5_000 + j]);
        }
      }
      assertWithinErrors(values, shape, columns, "one mode each");
    }
  }

  @Test
  void shouldBeWithinTheErrorThatTheyShareWhenProcessesHaveOtherQuantilesBesides() {
    QuantileShape median = shape(new double[][] {{0.5}, {0.01}});
    QuantileShape tail = shape(new double[][] {{0.5, 0.99}, {0.01, 0.001}});
    double[] values = Orders.PARETO.values(300_000, 3);
    WatchedColumn ofMedian = WatchedColumn.of(median);
    WatchedColumn ofTail = WatchedColumn.of(tail);
    QuantileWriter medians = new QuantileWriter(median, clock);
    QuantileWriter tails = new QuantileWriter(tail, clock);
    RankSketch sketch = new RankSketch();
    for (double value : values) { // low ones in one process, high ones in the other
      if (value < 1.5) {
        medians.add(ofMedian, PART, value);
      } else {
        tails.add(ofTail, PART, value);
      }
    }
    addTo(sketch, median, ofMedian);
    addTo(sketch, tail, ofTail);
    sketch.sort();
    assertWithinError(sorted(values), 0.5, 0.01, sketch.quantile(0.5), "two shapes");
  }

  private void assertWithinErrors(
      double[] values, QuantileShape shape, List<WatchedColumn> columns, Object how) {
    double[] sorted = sorted(values);
    RankSketch sketch = union(shape, columns);
    assertThat(sketch.count()).isEqualTo(values.length);
    for (int i = 0; i < shape.ranks().length; i++) {
      double rank = shape.ranks()[i];
      assertWithinError(
          sorted, rank, shape.errors()[i], sketch.quantile(rank), how + ", " + values.length);
    }
  }

  /** Asserts that a value's rank is that of a quantile, up to the error, and up to rounding up. */
  static void assertWithinError(
      double[] sorted, double rank, double error, double value, Object how) {
    int below = lowerBound(sorted, value);
    int upTo = lowerBound(sorted, Math.nextUp(value));
    assertThat(upTo).as("%s is a value: %s, %s", value, rank, how).isGreaterThan(below);
    double wanted = Math.max(1, Math.ceil(rank * sorted.length));
    double off = Math.max(0, Math.max(below + 1 - wanted, wanted - upTo));
    assertThat(off)
        .as("%s has rank %s to %s, not %s: %s", value, below + 1, upTo, wanted, how)
        .isLessThanOrEqualTo(error * sorted.length);
  }

  private static int lowerBound(double[] sorted, double value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  private RankSketch union(QuantileShape shape, List<WatchedColumn> columns) {
    RankSketch sketch = new RankSketch();
    columns.forEach(column -> addTo(sketch, shape, column));
    sketch.sort();
    return sketch;
  }

  private void addTo(RankSketch sketch, QuantileShape shape, WatchedColumn column) {
    reader.read(column.words(), PART, shape, Long.MIN_VALUE);
    for (int piece = 0; piece < reader.pieces(); piece++) {
      reader.addTo(sketch, piece);
    }
  }
}
