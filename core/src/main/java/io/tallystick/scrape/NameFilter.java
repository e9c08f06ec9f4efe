package io.tallystick.scrape;

import io.prometheus.metrics.config.ExporterFilterProperties;
import io.prometheus.metrics.model.registry.MetricNameFilter;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.List;
import java.util.function.Predicate;

/** Which families an endpoint shows, by the rules of client_java's exporters. */
public final class NameFilter {
  /** All of them. */
  public static final Predicate<String> ALL = MetricNameFilter.ALLOW_ALL;

  private NameFilter() {}

  /** What the properties {@code io.prometheus.exporter.filter.*} let through. */
  public static Predicate<String> of(ExporterFilterProperties properties) {
    return MetricNameFilter.builder()
        .nameMustBeEqualTo(properties.getAllowedMetricNames())
        .nameMustNotBeEqualTo(properties.getExcludedMetricNames())
        .nameMustStartWith(properties.getAllowedMetricNamePrefixes())
        .nameMustNotStartWith(properties.getExcludedMetricNamePrefixes())
        .build();
  }

  /** What a request asks for, {@code name[]}: all where it names nothing. */
  public static Predicate<String> of(List<String> names) {
    return names.isEmpty() ? ALL : MetricNameFilter.builder().nameMustBeEqualTo(names).build();
  }

  /** Whether a family's name is included, or the one that its samples have. */
  static boolean includes(Predicate<String> includedNames, MetricMetadata metadata) {
    return includedNames.test(metadata.getPrometheusName())
        || includedNames.test(metadata.getExpositionBasePrometheusName());
  }
}
