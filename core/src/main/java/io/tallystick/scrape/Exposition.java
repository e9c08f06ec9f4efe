package io.tallystick.scrape;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.ExporterProperties;

/**
 * How a scrape is written as text.
 *
 * @param format the format
 * @param escaping what becomes of names that the old character set has not
 * @param createdTimestamps whether there is a sample for the time when a series was created
 * @param timestampsInMs whether the text format writes that time in milliseconds; OpenMetrics
 *     writes seconds
 * @param exemplarsOnAllMetricTypes whether OpenMetrics has exemplars at the counts of histograms,
 *     besides those of buckets and counters
 */
public record Exposition(
    TextFormat format,
    EscapingScheme escaping,
    boolean createdTimestamps,
    boolean timestampsInMs,
    boolean exemplarsOnAllMetricTypes) {
  /** A format with names escaped to ASCII, and without created times. */
  public static Exposition of(TextFormat format) {
    return new Exposition(format, EscapingScheme.DEFAULT, false, false, false);
  }

  /** A format as client_java's exporters write it with these properties. */
  public static Exposition of(
      TextFormat format, EscapingScheme escaping, ExporterProperties properties) {
    return new Exposition(
        format,
        escaping,
        properties.getIncludeCreatedTimestamps(),
        properties.getPrometheusTimestampsInMs(),
        properties.getExemplarsOnAllMetricTypes());
  }
}
