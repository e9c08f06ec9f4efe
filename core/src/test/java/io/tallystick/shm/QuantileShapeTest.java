package io.tallystick.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuantileShapeTest {
  private static final double[] RANKS = {0.99, 0.5, 0, 1, 0.01};
  private static final double[] ERRORS = {0.001, 0.01, 0, 0, 0.002};

  private static FamilyDescriptor summary(double... parameters) {
    return new FamilyDescriptor(
        FamilyType.SUMMARY,
        GaugeMode.ALL,
        "x",
        "x",
        "x",
        null,
        null,
        List.of(),
        List.of(),
        List.of(),
        new double[0],
        List.of(),
        parameters,
        0);
  }

  @Test
  void shouldBeReadAsItWasWritten() {
    QuantileShape shape = QuantileShape.of(300_000, 5, RANKS, ERRORS);

    QuantileShape read = QuantileShape.of(summary(shape.toParameters()));

    assertThat(read).isNotNull();
    assertThat(read.isPossible()).isTrue();
    assertThat(read.toParameters()).isEqualTo(shape.toParameters());
    assertThat(read.ranks()).containsExactly(0, 0.01, 0.5, 0.99, 1);
    assertThat(read.errors()).containsExactly(0, 0.002, 0.01, 0.001, 0);
    assertThat(read.sliceMs()).isEqualTo(60_000);
    assertThat(read.slices()).isEqualTo(5);
  }

  @Test
  void shouldAllowEachQuantileItsErrorAtItsRank() {
    for (double rank : new double[] {0.001, 0.3, 0.5, 0.9, 0.9999}) {
      QuantileShape shape = QuantileShape.of(300_000, 5, new double[] {rank}, new double[] {0.04});

      assertThat(shape.allowedGap(rank * 1_000, 1_000)).isCloseTo(2 * 40, within(1e-9));
    }
  }

  @Test
  void shouldAllowTheSumOfPartsNoMoreThanTheWholeWhateverTheirRanks() {
    QuantileShape shape = QuantileShape.of(300_000, 5, RANKS, ERRORS);
    for (double first = 0; first <= 100; first += 0.5) {
      for (double second = 0; second <= 300; second += 0.5) {
        assertThat(shape.allowedGap(first, 100) + shape.allowedGap(second, 300))
            .isLessThanOrEqualTo(shape.allowedGap(first + second, 400) * (1 + 1e-12));
      }
    }
  }

  @Test
  void shouldKeepTheLeastErrorThatItCanWhenASmallerOneIsAskedFor() {
    QuantileShape shape =
        QuantileShape.of(300_000, 5, new double[] {0.5, 0.999}, new double[] {0, Double.NaN});

    assertThat(shape.errors()[0]).isEqualTo(QuantileShape.keptError(0.5, 0)).isBetween(5e-4, 6e-4);
    assertThat(shape.errors()[1]).isBetween(1e-6, 1e-5);
    assertThat(QuantileShape.keptError(0.5, 0.001)).isEqualTo(0.001);
    assertThat(QuantileLayout.cells(shape)).isLessThan(1 << 17);
  }

  @Test
  void shouldCutTheWindowIntoWholeMillisecondsWhateverIsAskedFor() {
    assertThat(QuantileShape.of(1_000, 1_000_000, RANKS, ERRORS).sliceMs()).isEqualTo(15);
    assertThat(QuantileShape.of(Long.MAX_VALUE, 1, RANKS, ERRORS).sliceMs()).isEqualTo(1L << 52);
    QuantileShape shape = QuantileShape.of(50_000, 5, RANKS, ERRORS);
    assertThat(shape.oldestSlice(100_000)).isEqualTo(6);
    assertThat(shape.oldestSlice(109_999)).isEqualTo(6);
    assertThat(shape.oldestSlice(110_000)).isEqualTo(7);
    assertThat(shape.oldestSlice(-1)).isEqualTo(-5);
  }

  @Test
  void shouldNotBePossibleWhenNoBuilderMakesIt() {
    double[] good = QuantileShape.of(300_000, 5, RANKS, ERRORS).toParameters();
    double[] odd = {-1, 0, 0.5, 1e6, 1e300, Double.NaN, Double.NEGATIVE_INFINITY};
    for (int head = 0; head < 4; head++) {
      for (double value : new double[] {-1, 1e6, 1e300, Double.NEGATIVE_INFINITY}) {
        double[] parameters = good.clone();
        parameters[head] = value;
        QuantileShape shape = QuantileShape.of(summary(parameters));
        assertThat(shape).isNotNull();
        if (head > 0 || value < 0) {
          assertThat(shape.isPossible()).as("%s: %s", head, value).isFalse();
        }
        assertThat(CellLayout.cellsOf(summary(parameters))).isNotNegative();
      }
    }
    for (double value : odd) {
      double[] parameters = good.clone();
      parameters[4] = value; // the least rank
      QuantileShape shape = QuantileShape.of(summary(parameters));
      assertThat(shape).isNotNull();
      assertThat(shape.isPossible()).as("rank %s", value).isEqualTo(value == 0);
    }
    double[] repeated = good.clone();
    repeated[6] = repeated[4];
    QuantileShape shape = QuantileShape.of(summary(repeated));
    assertThat(shape).isNotNull();
    assertThat(shape.isPossible()).isFalse();
    assertThat(QuantileShape.of(summary(Arrays.copyOf(good, 3)))).isNull();
    assertThat(QuantileShape.of(summary())).isNull();
  }
}
