package io.tallystick.scrape;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * client_java's own writers, for what the direct writer does not do: protobuf, created times, other
 * escaping schemes. They are an optional dependency.
 */
final class ClientJavaFormats {
  private static final String WRITERS = "io.prometheus.metrics.expositionformats.ExpositionFormats";

  private final ExpositionFormats formats = ExpositionFormats.init();
  private final boolean createdTimestamps =
      PrometheusProperties.get().getExporterProperties().getIncludeCreatedTimestamps();

  private ClientJavaFormats() {}

  /** The writers, or null where they are not on the class path. */
  static @Nullable ClientJavaFormats ifPresent() {
    try {
      Class.forName(WRITERS, false, ClientJavaFormats.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return null;
    }
    return new ClientJavaFormats();
  }

  /** Whether the direct writer cannot give what is asked for, whatever the names. */
  boolean isNeeded(String accept, EscapingScheme scheme) {
    ExpositionFormatWriter writer = formats.findWriter(accept);
    boolean text =
        writer instanceof PrometheusTextFormatWriter
            || writer instanceof OpenMetricsTextFormatWriter;
    return !text
        || createdTimestamps
        || (scheme != EscapingScheme.UNDERSCORE_ESCAPING && scheme != EscapingScheme.ALLOW_UTF8);
  }

  /** Writes and returns the content type. */
  String write(String accept, EscapingScheme scheme, MetricSnapshots snapshots, OutputStream out)
      throws IOException {
    ExpositionFormatWriter writer = formats.findWriter(accept);
    writer.write(out, snapshots, scheme);
    return writer.getContentType() + scheme.toHeaderFormat();
  }
}
