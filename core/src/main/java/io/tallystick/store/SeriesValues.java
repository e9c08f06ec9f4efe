package io.tallystick.store;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values of one series, as merging needs them.
 *
 * <table>
 * <caption>What holds what</caption>
 * <tr><th>type</th><th>counts</th><th>sum</th></tr>
 * <tr><td>counter</td><td>one: what was counted in whole numbers</td><td>the rest of the total</td></tr>
 * <tr><td>gauge</td><td>none</td><td>the value</td></tr>
 * <tr><td>histogram</td><td>of each bucket, not cumulative</td><td>the sum</td></tr>
 * <tr><td>summary</td><td>one</td><td>the sum</td></tr>
 * <tr><td>info</td><td>none</td><td>nothing</td></tr>
 * <tr><td>state set</td><td>of each state 0 or 1</td><td>nothing</td></tr>
 * </table>
 *
 * @param labels all of them, constant ones and the {@code pid} of gauges of the modes {@code all}
 *     and {@code liveall} included
 * @param createdMs when it was created, in milliseconds of the Unix epoch
 * @param writtenMs when a gauge, info or state set was written; else 0
 * @param counts none below zero
 * @param rest what rounding took from the sum
 * @param nativeValues the native buckets, where the family has them
 * @param quantileValues what a summary's quantiles are made of, where the family has them
 * @param exemplars in the order of their buckets
 */
public record SeriesValues(
    Labels labels,
    long createdMs,
    long writtenMs,
    List<Long> counts,
    double sum,
    double rest,
    @Nullable NativeValues nativeValues,
    @Nullable QuantileValues quantileValues,
    List<ExemplarValue> exemplars) {
  /** Copies the lists. */
  public SeriesValues {
    counts = List.copyOf(counts);
    exemplars = List.copyOf(exemplars);
    for (long count : counts) {
      if (count < 0) {
        throw new IllegalArgumentException("count is below zero: labels=" + labels);
      }
    }
  }

  /** The same with other labels. */
  SeriesValues withLabels(Labels others) {
    return new SeriesValues(
        others, createdMs, writtenMs, counts, sum, rest, nativeValues, quantileValues, exemplars);
  }

  /** A counter's total. */
  public double total() {
    return counts.get(0) + sum;
  }
}
