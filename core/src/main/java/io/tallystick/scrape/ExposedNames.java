package io.tallystick.scrape;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.tallystick.shm.FamilyType;
import java.util.List;

/**
 * The names of a family in one text format and escaping scheme, by client_java's rules.
 *
 * @param family the name in the lines that describe it
 * @param sample the name of its samples, without what a histogram or summary adds
 * @param created the name of its created times, without suffix
 */
record ExposedNames(String family, String sample, String created) {
  private static final List<String> SUFFIXES_OF_OTHER_TYPES = List.of(".created", ".total");

  static ExposedNames of(MetricMetadata raw, FamilyType type, Exposition exposition) {
    TextFormat format = exposition.format();
    EscapingScheme escaping = exposition.escaping();
    MetricMetadata metadata = escaped(raw, escaping);
    String name = isUnderscored(escaping) ? metadata.getPrometheusName() : metadata.getName();
    return switch (type) {
      case COUNTER -> suffixed(metadata, name, "_total", format, escaping);
      case INFO -> suffixed(metadata, name, "_info", format, escaping);
      case GAUGE -> {
        String shown = format == TextFormat.PROMETHEUS ? textGauge(raw, name, escaping) : name;
        yield new ExposedNames(shown, shown, shown);
      }
      default -> new ExposedNames(name, name, name);
    };
  }

  /** OpenMetrics describes the name without the suffix that samples have. */
  private static ExposedNames suffixed(
      MetricMetadata metadata,
      String name,
      String suffix,
      TextFormat format,
      EscapingScheme escaping) {
    String full =
        isUnderscored(escaping)
            ? metadata.getExpositionBasePrometheusName()
            : metadata.getExpositionBaseName();
    String sample = full.endsWith(suffix) ? full : name + suffix;
    String base = sample.substring(0, sample.length() - suffix.length());
    return new ExposedNames(format == TextFormat.OPENMETRICS ? base : sample, sample, base);
  }

  /** The text format takes a suffix with a dot that belongs to other types from a gauge's name. */
  private static String textGauge(MetricMetadata raw, String name, EscapingScheme escaping) {
    String original = raw.getOriginalName();
    for (String suffix : SUFFIXES_OF_OTHER_TYPES) {
      if (original.endsWith(suffix)) {
        String base = original.substring(0, original.length() - suffix.length());
        return PrometheusNaming.escapeName(base, escaping);
      }
    }
    return name;
  }

  /** Schemes that client_java applies before it looks at suffixes and units, and so do we. */
  private static MetricMetadata escaped(MetricMetadata raw, EscapingScheme escaping) {
    if (isUnderscored(escaping) || escaping == EscapingScheme.ALLOW_UTF8) {
      return raw;
    }
    return MetricMetadata.builder()
        .name(PrometheusNaming.escapeName(raw.getName(), escaping))
        .expositionBaseName(PrometheusNaming.escapeName(raw.getExpositionBaseName(), escaping))
        .originalName(PrometheusNaming.escapeName(raw.getOriginalName(), escaping))
        .unit(raw.getUnit())
        .build();
  }

  private static boolean isUnderscored(EscapingScheme escaping) {
    return escaping == EscapingScheme.UNDERSCORE_ESCAPING;
  }
}
