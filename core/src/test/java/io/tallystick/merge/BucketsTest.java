package io.tallystick.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Seed;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketsTest {
  private static final double INF = Double.POSITIVE_INFINITY;

  @Test
  void shouldKeepAllBoundsWhenTheyAreTheSame() {
    double[] bounds = {-1, 0, 2.5, INF};
    assertThat(Buckets.common(bounds, bounds.clone())).containsExactly(bounds);
    assertThat(Buckets.map(bounds, bounds.clone())).containsExactly(0, 1, 2, 3);
  }

  @Test
  void shouldKeepInfinityOnlyWhenNoOtherBoundIsCommon() {
    double[] common = Buckets.common(new double[] {1, 3, INF}, new double[] {2, 4, INF});
    assertThat(common).containsExactly(INF);
    assertThat(Buckets.map(new double[] {1, 3, INF}, common)).containsExactly(0, 0, 0);
  }

  @Test
  void shouldMapToTheNextCommonBoundWhenOneIsMissing() {
    double[] from = {1, 2, 3, 4, INF};
    assertThat(Buckets.map(from, new double[] {2, 4, INF})).containsExactly(0, 0, 1, 1, 2);
  }

  @Test
  void shouldNotTakeABoundForAnotherWhenTheyAreNeighbours() {
    double[] common = Buckets.common(new double[] {1, INF}, new double[] {Math.nextUp(1), INF});
    assertThat(common).containsExactly(INF);
  }

  @Test
  void shouldKeepTheCumulativeCountsOfCommonBoundsWhenBoundsAreRandom() {
    long seed = Seed.next();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      double[] ours = bounds(random);
      double[] theirs = bounds(random);
      double[] common = Buckets.common(ours, theirs);
      assertThat(common).as(Seed.describe(seed)).containsExactly(intersection(ours, theirs));
      long[] counts = random.longs(ours.length, 0, 1_000).toArray();
      int[] map = Buckets.map(ours, common);
      long[] mapped = new long[common.length];
      IntStream.range(0, ours.length).forEach(bucket -> mapped[map[bucket]] += counts[bucket]);
      for (double bound : common) {
        assertThat(cumulative(common, mapped, bound))
            .as("bound=%s, %s", bound, Seed.describe(seed))
            .isEqualTo(cumulative(ours, counts, bound));
      }
    }
  }

  private static double[] bounds(Random random) {
    return DoubleStream.concat(
            random.ints(random.nextInt(12), -6, 12).mapToDouble(i -> i / 4.0), DoubleStream.of(INF))
        .sorted()
        .distinct()
        .toArray();
  }

  private static double[] intersection(double[] a, double[] b) {
    TreeSet<Double> both = Arrays.stream(a).boxed().collect(Collectors.toCollection(TreeSet::new));
    both.retainAll(Arrays.stream(b).boxed().toList());
    return both.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static long cumulative(double[] bounds, long[] counts, double bound) {
    return IntStream.range(0, bounds.length)
        .filter(i -> bounds[i] <= bound)
        .mapToLong(i -> counts[i])
        .sum();
  }
}
