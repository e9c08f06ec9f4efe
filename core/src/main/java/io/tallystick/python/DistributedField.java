package io.tallystick.python;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.shm.CorruptFileException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A field of a metric as prometheus-distributed-client names it in its stores: a suffix, a colon,
 * and the labels as compact JSON in the order of their names, such as {@code
 * _bucket:{"le":"1.0","path":"/"}}.
 *
 * @param suffix what the sample's name has behind the metric's; no colon
 * @param labels values by name, {@code le} included
 */
public record DistributedField(String suffix, Map<String, String> labels) {
  /** The label of a bucket's bound. */
  public static final String LE = "le";

  private static final Pattern LE_TO_0_23 =
      Pattern.compile("(?<bound>[{,]\"le\":\"[0-9.]+e\\+)0(?<exponent>1[0-5]\")");
  private static final Pattern LE_FROM_0_24 =
      Pattern.compile("(?<bound>[{,]\"le\":\"[0-9.]+e\\+)(?<exponent>1[0-5]\")");

  /** Copies the labels. */
  public DistributedField {
    labels = Map.copyOf(labels);
  }

  /** The field's name. */
  public String text() {
    return suffix + ':' + PythonJson.dumpsCompact(labels);
  }

  /** The field of a name; empty where it is none. */
  public static Optional<DistributedField> parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    try { // what the parser reads has a family, a sample and a help text around the labels
      String key = "[\"\",\"\"," + text.substring(colon + 1) + ",\"\"]";
      PythonKey parsed = PythonKeyParser.parse(key.getBytes(UTF_8));
      Map<String, String> labels = new HashMap<>();
      List<String> names = parsed.labelNames();
      for (int i = 0; i < names.size(); i++) {
        labels.put(names.get(i), parsed.labelValues().get(i));
      }
      return Optional.of(new DistributedField(text.substring(0, colon), labels));
    } catch (CorruptFileException e) {
      return Optional.empty();
    }
  }

  /**
   * The name that a field has today; another one only where prometheus_client up to 0.23 wrote a
   * bucket's bound, {@code 1e+010} for {@code 1e+10}.
   */
  public static String newer(String text) {
    return text.contains("e+0")
        ? LE_TO_0_23.matcher(text).replaceFirst("${bound}${exponent}")
        : text;
  }

  /** The name that a field had with prometheus_client up to 0.23; most have the same. */
  public static String older(String text) {
    return text.contains("e+1")
        ? LE_FROM_0_24.matcher(text).replaceFirst("${bound}0${exponent}")
        : text;
  }

  /** A bucket's bound as the label {@link #LE} has it. */
  public static String le(double bound) {
    return PythonFloat.le(bound);
  }

  /**
   * The bound that a label {@link #LE} says, in any of the forms that it has had.
   *
   * @throws NumberFormatException where it is no number
   */
  public static double bound(String le) {
    return PythonFloat.parse(le);
  }

  /** A value as Python writes it. */
  public static String number(double value) {
    return PythonFloat.repr(value);
  }

  /**
   * A value that Python or Redis wrote.
   *
   * @throws NumberFormatException where it is no number
   */
  public static double value(String number) {
    return PythonFloat.parse(number);
  }
}
