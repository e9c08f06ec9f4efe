package io.tallystick.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

/**
 * Checks one scrape after the other: no total is ever lower than before, and no histogram or
 * summary disagrees with itself.
 *
 * <p>All observations must be of 1, so that a sum counts them.
 */
public final class TotalsCheck {
  private Map<String, Double> before = Map.of();

  /** Takes a scrape without gauges. */
  public void take(Map<String, Double> now) {
    before.forEach(
        (name, value) ->
            assertThat(now.getOrDefault(name, Double.NaN)).as(name).isGreaterThanOrEqualTo(value));
    checkDistributions(now);
    before = now;
  }

  /**
   * Checks that no sum has an observation that the count lacks, and that the count is that of the
   * last bucket.
   */
  public static void checkDistributions(Map<String, Double> samples) {
    samples.forEach(
        (name, count) -> {
          if (name.endsWith("_count")) {
            String family = name.substring(0, name.length() - "_count".length());
            assertThat(samples.get(family + "_sum")).as(family).isLessThanOrEqualTo(count);
            assertThat(samples.getOrDefault(family + "_bucket{le=\"+Inf\"}", count))
                .as(family)
                .isEqualTo(count);
          }
        });
  }
}
