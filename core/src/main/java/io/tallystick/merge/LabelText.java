package io.tallystick.merge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Labels as both text formats write them, in client_java's order: by their names as they are
 * written, and under {@link EscapingScheme#ALLOW_UTF8} by what underscores would make of them.
 */
public final class LabelText {
  private LabelText() {}

  /**
   * The text between the braces, in UTF-8.
   *
   * @param quotesNames whether names that the old character set has not are quoted
   */
  public static byte[] of(Labels labels, EscapingScheme escaping, boolean quotesNames) {
    StringBuilder text = new StringBuilder();
    switch (escaping) {
      case UNDERSCORE_ESCAPING, ALLOW_UTF8 -> {
        boolean isUtf8 = escaping == EscapingScheme.ALLOW_UTF8;
        for (int i = 0; i < labels.size(); i++) {
          String name = isUtf8 ? labels.getName(i) : labels.getPrometheusName(i);
          append(text, name, labels.getValue(i), quotesNames);
        }
      }
      case DOTS_ESCAPING, VALUE_ENCODING_ESCAPING -> {
        for (Shown label : reordered(labels, escaping)) {
          append(text, label.name(), label.value(), quotesNames);
        }
      }
    }
    return text.toString().getBytes(UTF_8);
  }

  /** Whether a scheme leaves all names as every other one would. */
  static boolean isPlain(Labels labels, EscapingScheme escaping) {
    for (int i = 0; i < labels.size(); i++) {
      String name = labels.getName(i);
      if (!PrometheusNaming.isValidLegacyLabelName(name)
          || PrometheusNaming.needsEscaping(name, escaping)) {
        return false;
      }
    }
    return true;
  }

  /** These schemes may change the order. */
  private static List<Shown> reordered(Labels labels, EscapingScheme escaping) {
    List<Shown> shown = new ArrayList<>(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      String name = PrometheusNaming.escapeName(labels.getName(i), escaping);
      shown.add(new Shown(name, labels.getValue(i)));
    }
    shown.sort(Comparator.comparing(Shown::name));
    return shown;
  }

  private static void append(StringBuilder text, String name, String value, boolean quotesNames) {
    if (!text.isEmpty()) {
      text.append(',');
    }
    if (!quotesNames || PrometheusNaming.isValidLegacyLabelName(name)) {
      text.append(name);
    } else {
      appendQuoted(text, name);
    }
    text.append('=');
    appendQuoted(text, value);
  }

  private static void appendQuoted(StringBuilder text, String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '"' -> text.append("\\\"");
        case '\n' -> text.append("\\n");
        default -> text.append(c);
      }
    }
    text.append('"');
  }

  private record Shown(String name, String value) {}
}
