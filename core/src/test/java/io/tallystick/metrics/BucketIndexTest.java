package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Seed;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class BucketIndexTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double[] SPECIAL = {
    0,
    -0.0,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MIN_NORMAL,
    -Double.MIN_NORMAL,
    Math.nextDown(Double.MIN_NORMAL),
    1,
    -1,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    INF,
    -INF
  };

  @Test
  void shouldAgreeWithALinearSearchWhenBoundsAreOfAnyKind() {
    assertAgrees(0, INF);
    assertAgrees(0, 0, INF);
    assertAgrees(0, -0.0, INF);
    assertAgrees(0, -INF, INF);
    assertAgrees(0, -INF, -1, 0, 1, INF);
    assertAgrees(0, -3, -2, -1, INF);
    assertAgrees(0, Double.MIN_VALUE, INF);
    assertAgrees(0, Double.MIN_VALUE, 2 * Double.MIN_VALUE, 3 * Double.MIN_VALUE, 1, INF);
    assertAgrees(0, Double.MAX_VALUE, INF);
    assertAgrees(0, Double.MIN_VALUE, Double.MAX_VALUE, INF);
    assertAgrees(0, 1, Math.nextUp(1), Math.nextUp(Math.nextUp(1)), 2, INF);
    assertAgrees(0, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, INF);
    assertAgrees(0, 1, 1.0625, 1.125, 1.1875, 1.25, 1.3125, 1.375, 2, 4, 8, INF);
    assertAgrees(0, DoubleStream.iterate(1, d -> d * 1.01).limit(1_000).toArray());
  }

  @Test
  void shouldAgreeWithALinearSearchWhenBoundsAreRandom() {
    long seed = Seed.next();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      assertAgrees(seed, randomBounds(random));
    }
  }

  @Test
  void shouldSayHowManyBucketsThereAre() {
    assertThat(new BucketIndex(new double[] {1, 2, INF}).buckets()).isEqualTo(3);
  }

  private static double[] randomBounds(Random random) {
    int kind = random.nextInt(5);
    double scale = Math.scalb(1.0, random.nextInt(80) - 40);
    return random
        .doubles(1 + random.nextInt(40))
        .map(
            d ->
                switch (kind) {
                  case 0 -> d * scale;
                  case 1 -> (d - 0.5) * scale;
                  case 2 -> scale * (1 + d / 16); // all within one step of the table
                  case 3 -> Double.longBitsToDouble(random.nextLong()); // any exponent, any sign
                  default -> Double.longBitsToDouble(random.nextInt(1_000)); // subnormal
                })
        .filter(d -> !Double.isNaN(d))
        .toArray();
  }

  /** Bounds in any order, with or without the last one. */
  private static void assertAgrees(long seed, double... anyBounds) {
    double[] bounds =
        DoubleStream.concat(Arrays.stream(anyBounds), DoubleStream.of(INF))
            .sorted()
            .distinct()
            .toArray();
    BucketIndex index = new BucketIndex(bounds);
    Random random = new Random(seed);
    for (double value : SPECIAL) {
      assertAgrees(seed, bounds, index, value);
    }
    for (double bound : bounds) {
      assertAgrees(seed, bounds, index, bound);
      assertAgrees(seed, bounds, index, Math.nextUp(bound));
      assertAgrees(seed, bounds, index, Math.nextDown(bound));
      assertAgrees(seed, bounds, index, -bound);
      assertAgrees(seed, bounds, index, bound * (1 + random.nextDouble() / 8));
      assertAgrees(seed, bounds, index, bound * (1 - random.nextDouble() / 8));
    }
    for (int i = 0; i < 50; i++) {
      assertAgrees(seed, bounds, index, Double.longBitsToDouble(random.nextLong()));
    }
  }

  private static void assertAgrees(long seed, double[] bounds, BucketIndex index, double value) {
    if (Double.isNaN(value)) {
      return;
    }
    int expected = 0;
    while (value > bounds[expected]) {
      expected++;
    }
    int found = index.of(value);
    if (found != expected) { // the message costs more than the search
      assertThat(found)
          .as("value=%s bounds=%s, %s", value, Arrays.toString(bounds), Seed.describe(seed))
          .isEqualTo(expected);
    }
  }
}
