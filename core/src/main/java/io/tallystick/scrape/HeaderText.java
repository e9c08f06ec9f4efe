package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.shm.FamilyType;
import java.util.Locale;

/** The lines that describe a family, ahead of its samples. */
final class HeaderText {
  private HeaderText() {}

  /** Those of a family under its name in the format. */
  static byte[] of(TextFormat format, String name, FamilyType type, MetricMetadata metadata) {
    return format == TextFormat.OPENMETRICS
        ? openMetrics(name, typeName(type), metadata)
        : prometheus(name, prometheusType(type), metadata);
  }

  /** Those of the created times, which are a gauge of their own in Prometheus' format. */
  static byte[] ofCreated(String name, MetricMetadata metadata) {
    return prometheus(name, "gauge", metadata);
  }

  private static byte[] prometheus(String name, String type, MetricMetadata metadata) {
    String described = described(name);
    StringBuilder text = new StringBuilder();
    String help = metadata.getHelp();
    if (help != null && !help.isEmpty()) {
      text.append("# HELP ").append(described).append(' ');
      text.append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
    }
    text.append("# TYPE ").append(described).append(' ').append(type).append('\n');
    return text.toString().getBytes(UTF_8);
  }

  private static byte[] openMetrics(String name, String type, MetricMetadata metadata) {
    String described = described(name);
    StringBuilder text = new StringBuilder();
    text.append("# TYPE ").append(described).append(' ').append(type).append('\n');
    Unit unit = metadata.getUnit();
    if (unit != null) {
      text.append("# UNIT ").append(described).append(' ');
      text.append(SampleName.escaped(unit.toString())).append('\n');
    }
    String help = metadata.getHelp();
    if (help != null && !help.isEmpty()) {
      text.append("# HELP ").append(described).append(' ');
      text.append(SampleName.escaped(help)).append('\n');
    }
    return text.toString().getBytes(UTF_8);
  }

  private static String prometheusType(FamilyType type) {
    return switch (type) {
      case INFO, STATESET -> "gauge";
      default -> typeName(type);
    };
  }

  private static String typeName(FamilyType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static String described(String name) {
    return PrometheusNaming.isValidLegacyMetricName(name) ? name : SampleName.quoted(name);
  }
}
