package io.tallystick.store.redis;

import io.tallystick.distributed.DistributedSeries;
import io.tallystick.python.DistributedField;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Fields of prometheus-distributed-client's hash of a metric, or of some of them. */
final class PythonHash {
  private final Map<String, String> texts = new HashMap<>();

  /** All of a hash, fields and values in turn. */
  static PythonHash of(List<@Nullable Object> fields) {
    PythonHash hash = new PythonHash();
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      hash.texts.put(Bytes.text(fields.get(i)), Bytes.text(fields.get(i + 1)));
    }
    return hash;
  }

  /** Takes in a field that was asked for; null where it is not there. */
  void put(String field, @Nullable Object value) {
    if (value != null) {
      texts.put(field, Bytes.text(value));
    }
  }

  /** The values by the names that fields have today; NaN where one is no number. */
  Map<String, Double> numbers() {
    Map<String, Double> numbers = new HashMap<>();
    texts.forEach(
        (field, text) ->
            numbers.merge(DistributedField.newer(field), number(text), PythonHash::sum));
    return numbers;
  }

  private static double sum(double a, double b) {
    return Double.isNaN(a) ? b : Double.isNaN(b) ? a : a + b;
  }

  private static double number(String text) {
    try {
      return DistributedField.value(text);
    } catch (NumberFormatException e) {
      return Double.NaN; // it costs no more than itself
    }
  }

  /** What a script compares a field with: an equals sign and the value, or a minus sign. */
  byte[] expected(String field) {
    String text = texts.get(field);
    return Bytes.of(text == null ? "-" : "=" + text);
  }

  /**
   * What the script is to do with a field that is to have this value, should Python change it
   * meanwhile: by how much it grows then; {@code set} where it is left alone; empty where nothing
   * may have changed.
   */
  Optional<String> whenChanged(String field, double value) {
    String text = texts.get(field);
    if (text == null || DistributedSeries.isCreated(field)) {
      return Optional.empty();
    }
    if (!DistributedSeries.isCounted(field)) {
      return Optional.of("set");
    }
    double growth = value - number(text);
    return Double.isFinite(growth)
        ? Optional.of(DistributedField.number(growth))
        : Optional.empty();
  }

  /** Whether a field has just this text. */
  boolean has(String field, String text) {
    return text.equals(texts.get(field));
  }

  boolean contains(String field) {
    return texts.containsKey(field) || texts.containsKey(DistributedField.older(field));
  }
}
