package io.tallystick.metrics;

import java.util.Random;

/** Streams of values whose distribution or order is hard on a sketch of quantiles. */
enum Orders {
  UNIFORM,
  EXPONENTIAL,
  PARETO,
  ASCENDING,
  DESCENDING,
  FEW_VALUES,
  /** Each value is between the two before it. */
  CONVERGING,
  /** The same, from above nearly always. */
  CONVERGING_FROM_ABOVE,
  DIVERGING,
  SHRINKING,
  GROWING,
  SAW,
  /** Runs of values near each other, at one of a thousand places. */
  PLACES,
  DRIFTING,
  BURSTING,
  WAVE,
  /** Four places of convergence in turn. */
  CONVERGING_IN_TURN;

  double[] values(int count, long seed) {
    Random random = new Random(seed);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = value(i, count, random);
    }
    return values;
  }

  private double value(int i, int count, Random random) {
    return switch (this) {
      case UNIFORM -> random.nextDouble();
      case EXPONENTIAL -> -Math.log(1 - random.nextDouble());
      case PARETO -> Math.pow(1 - random.nextDouble(), -1 / 1.1);
      case ASCENDING -> i;
      case DESCENDING -> -i;
      case FEW_VALUES -> random.nextInt(7);
      case CONVERGING -> i % 2 == 0 ? i : 2.0 * count - i;
      case CONVERGING_FROM_ABOVE -> i % 100 == 0 ? i : 2.0 * count - i;
      case DIVERGING -> i % 2 == 0 ? i : -i;
      case SHRINKING -> random.nextGaussian() * Math.exp(-8.0 * i / count);
      case GROWING -> random.nextGaussian() * (i + 1.0);
      case SAW -> i % 5_000 + random.nextDouble();
      case PLACES -> i / 1_000 * 7_919 % 1_013 + random.nextDouble();
      case DRIFTING -> i / 1_000.0 + 20 * random.nextGaussian();
      case BURSTING -> (i / 20_000 % 2 == 0 ? 0 : 100) + random.nextDouble();
      case WAVE -> 100 * Math.sin(i * 2e-4) + random.nextGaussian();
      case CONVERGING_IN_TURN -> {
        int place = i / 5_000 % 4;
        int step = i / 20_000 * 5_000 + i % 5_000;
        yield place * 1e9 + (step % 2 == 0 ? step : 4.0 * count - step);
      }
    };
  }
}
