package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.io.IOException;

/** How the lines of one sample name begin; a name that must be quoted is within the braces. */
final class SampleName {
  private static final byte[] END = "} ".getBytes(UTF_8);

  private final byte[] open; // labels follow
  private final byte[] bare; // the value follows

  private SampleName(String open, String bare) {
    this.open = open.getBytes(UTF_8);
    this.bare = bare.getBytes(UTF_8);
  }

  static SampleName of(String name) {
    return PrometheusNaming.isValidLegacyMetricName(name)
        ? unquoted(name)
        : new SampleName('{' + quoted(name) + ',', '{' + quoted(name) + "} ");
  }

  /** Whatever the name is: a state set's, as client_java writes it. */
  static SampleName unquoted(String name) {
    return new SampleName(name + '{', name + ' ');
  }

  /** A label that follows those of a series, with what ends them. */
  static byte[] lastLabel(String name, String value) {
    return (',' + name + "=\"" + value + "\"} ").getBytes(UTF_8);
  }

  static String quoted(String name) {
    return '"' + escaped(name) + '"';
  }

  static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** Writes a line up to its value. */
  void start(byte[] labels, ByteSink sink) throws IOException {
    if (labels.length == 0) {
      sink.put(bare);
    } else {
      sink.put(open);
      sink.put(labels);
      sink.put(END);
    }
  }

  /** Writes a line with a {@link #lastLabel} up to its value. */
  void start(byte[] labels, byte[] lastLabel, ByteSink sink) throws IOException {
    sink.put(open);
    if (labels.length == 0) {
      sink.put(lastLabel, 1, lastLabel.length - 1); // nothing for its comma to part it from
    } else {
      sink.put(labels);
      sink.put(lastLabel);
    }
  }
}
