package io.tallystick.store.redis;

import io.tallystick.python.DistributedField;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  /**
   * The values that are numbers, by the names that fields have today; what is none is not there.
   */
  Map<String, Double> numbers() {
    Map<String, Double> numbers = new HashMap<>();
    texts.forEach(
        (field, text) -> {
          try {
            numbers.merge(DistributedField.newer(field), DistributedField.value(text), Double::sum);
          } catch (NumberFormatException e) {
            // it costs no more than itself
          }
        });
    return numbers;
  }

  boolean isEmpty() {
    return texts.isEmpty();
  }

  /** What a script compares a field with: an equals sign and the value, or a minus sign. */
  byte[] expected(String field) {
    String text = texts.get(field);
    return Bytes.of(text == null ? "-" : "=" + text);
  }

  /** Whether a field has just this text. */
  boolean has(String field, String text) {
    return text.equals(texts.get(field));
  }

  boolean contains(String field) {
    return texts.containsKey(field) || texts.containsKey(DistributedField.older(field));
  }
}
