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
 * client_java's own writers, for what the direct writer does not do: protobuf, and OpenMetrics 2
 * where its properties enable it. They are an optional dependency.
 */
final class ClientJavaFormats {
  private static final String WRITERS = "io.prometheus.metrics.expositionformats.ExpositionFormats";
  private static final String PROTOBUF = "application/vnd.google.protobuf";

  private final ExpositionFormats formats;

  private ClientJavaFormats(PrometheusProperties properties) {
    this.formats = ExpositionFormats.init(properties);
  }

  /** The writers, or null where they are not on the class path. */
  static @Nullable ClientJavaFormats ifPresent(PrometheusProperties properties) {
    try {
      Class.forName(WRITERS, false, ClientJavaFormats.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      return null;
    }
    return new ClientJavaFormats(properties);
  }

  /** Whether client_java would answer with a format that the direct writer does not have. */
  boolean isNeeded(String accept) {
    ExpositionFormatWriter writer = writer(accept);
    return !(writer instanceof PrometheusTextFormatWriter
        || writer instanceof OpenMetricsTextFormatWriter);
  }

  /** Writes and returns the content type. */
  String write(String accept, EscapingScheme scheme, MetricSnapshots snapshots, OutputStream out)
      throws IOException {
    ExpositionFormatWriter writer = writer(accept);
    writer.write(out, snapshots, scheme);
    return writer.getContentType() + scheme.toHeaderFormat();
  }

  /** Passes over protobuf where its part of the dependency is missing: there is text, too. */
  private ExpositionFormatWriter writer(String accept) {
    boolean hasProtobuf = formats.getPrometheusProtobufWriter().isAvailable();
    return formats.findWriter(hasProtobuf ? accept : accept.replace(PROTOBUF, ""));
  }
}
