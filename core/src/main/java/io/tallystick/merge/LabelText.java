package io.tallystick.merge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;

/** Labels as both text formats write them, with names escaped by underscores. */
public final class LabelText {
  private LabelText() {}

  public static byte[] of(Labels labels) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < labels.size(); i++) {
      if (i > 0) {
        text.append(',');
      }
      text.append(
          PrometheusNaming.escapeName(labels.getName(i), EscapingScheme.UNDERSCORE_ESCAPING));
      text.append("=\"");
      appendEscaped(text, labels.getValue(i));
      text.append('"');
    }
    return text.toString().getBytes(UTF_8);
  }

  private static void appendEscaped(StringBuilder text, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '"' -> text.append("\\\"");
        case '\n' -> text.append("\\n");
        default -> text.append(c);
      }
    }
  }
}
