package io.tallystick.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Seed;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankSketchTest {
  private static final QuantileShape SHAPE =
      QuantileShape.of(300_000, 5, new double[] {0.5, 0.99}, new double[] {0.01, 0.001});

  private final RankSketch sketch = new RankSketch();

  private void add(double... values) {
    for (double value : values) {
      sketch.add(value, 1, 1);
    }
    sketch.sort();
  }

  @Test
  void shouldBeExactWhenNothingWasDropped() {
    Random random = new Random(1);
    double[] values = random.doubles(5_000).toArray();
    add(values);
    Arrays.sort(values);

    for (double rank = 0.001; rank < 1; rank += 0.001) {
      assertThat(sketch.quantile(rank)).isEqualTo(values[(int) Math.ceil(rank * 5_000) - 1]);
    }
    assertThat(sketch.quantile(0)).isEqualTo(values[0]);
    assertThat(sketch.quantile(1)).isEqualTo(values[4_999]);
    assertThat(sketch.count()).isEqualTo(5_000);
  }

  @Test
  void shouldKnowNothingWhenItIsEmptyOrCleared() {
    sketch.sort();
    assertThat(sketch.quantile(0.5)).isNaN();
    add(1, 2, 3);
    sketch.clear();
    sketch.sort();
    assertThat(sketch.quantile(0.5)).isNaN();
    assertThat(sketch.count()).isZero();
  }

  @Test
  void shouldHaveOneEntryForAValueAndTellZerosApart() {
    add(3, 3, 1, 3, 0.0, -0.0, 1, -0.0);

    assertThat(sketch.size()).isEqualTo(4);
    assertThat(sketch.value(0)).isEqualTo(-0.0);
    assertThat(sketch.lower(0)).isEqualTo(2);
    assertThat(Double.doubleToRawLongBits(sketch.quantile(0.3)))
        .isEqualTo(Double.doubleToRawLongBits(0.0));
    assertThat(sketch.quantile(0.9)).isEqualTo(3);
  }

  @Test
  void shouldLeaveOutWhatIsNoNumber() {
    add(1, Double.NaN, 2);

    assertThat(sketch.count()).isEqualTo(2);
    assertThat(sketch.quantile(1)).isEqualTo(2);
  }

  @Test
  void shouldEncloseEachRankWhenEntriesAreDropped() {
    long seed = Seed.next();
    Random random = new Random(seed);
    double[] values = new double[20_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
      sketch.add(values[i], 1, 1);
      if (i % 1_000 == 999) {
        sketch.sort();
        sketch.compact(SHAPE, 500);
        assertThat(sketch.size()).isLessThanOrEqualTo(500);
      }
    }
    Arrays.sort(values);
    long lower = 0;
    long upper = 0;
    for (int i = 0; i < sketch.size(); i++) {
      lower += sketch.lower(i);
      upper += sketch.upper(i);
      long rank = Arrays.binarySearch(values, sketch.value(i)) + 1L;
      assertThat(rank).as(Seed.describe(seed)).isBetween(lower, upper);
    }
    assertThat(lower).isEqualTo(values.length);
    assertThat(upper).isEqualTo(values.length);
    assertThat(sketch.value(0)).isEqualTo(values[0]);
    assertThat(sketch.value(sketch.size() - 1)).isEqualTo(values[values.length - 1]);
    assertThat(SketchWidth.of(sketch, SHAPE)).isLessThanOrEqualTo(1);
  }

  @Test
  void shouldWidenNoGapIntoWhichValuesWillFall() {
    for (int i = 0; i < 10_000; i++) {
      sketch.add(i, 1, 1);
    }
    sketch.sort();
    sketch.compact(SHAPE, 600, new double[] {5_000.5, 7_000}, 2);

    assertThat(gapAt(5_000.5)).isZero();
    assertThat(sketch.quantile(0.7001)).isEqualTo(7_000);
    assertThat(gapAt(2_000.5)).isPositive();
  }

  private long gapAt(double value) {
    long gap = 0;
    for (int i = 0; i < sketch.size() && sketch.value(i) <= value; i++) {
      gap += sketch.upper(i) - sketch.lower(i);
    }
    return gap;
  }

  @Test
  void shouldWidenGapsWhenThereIsNoRoomElse() {
    for (int i = 0; i < 100_000; i++) {
      sketch.add(i, 1, 1);
    }
    sketch.sort();
    sketch.compact(SHAPE, 20);

    assertThat(sketch.size()).isLessThanOrEqualTo(20);
    assertThat(SketchWidth.of(sketch, SHAPE)).isGreaterThan(1);
    assertThat(sketch.quantile(0)).isEqualTo(0);
    assertThat(sketch.quantile(1)).isEqualTo(99_999);
    assertThat(sketch.quantile(0.5)).isBetween(40_000.0, 60_000.0);
  }

  @Test
  void shouldComeToAnEndWhenJumpsAreSuchAsNoWriterWrites() {
    long seed = Seed.next();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      sketch.clear();
      for (int i = 0; i < 1_000; i++) {
        sketch.add(
            Double.longBitsToDouble(random.nextLong()),
            jump(random),
            random.nextInt(round + 1) == 0 ? 0 : jump(random));
      }
      sketch.sort();
      sketch.compact(SHAPE, 128);
      assertThat(sketch.size()).as(Seed.describe(seed)).isLessThanOrEqualTo(128);
      assertThat(sketch.quantile(0.5)).isNotNaN();
    }
  }

  private static long jump(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(10);
      case 2 -> 0xFFFF_FFFFL;
      default -> random.nextInt() & 0xFFFF_FFFFL;
    };
  }
}
