package io.tallystick.python;

import io.tallystick.shm.CorruptFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an entry of a file says it is the value of; others keep the same text elsewhere.
 *
 * @param family the family's name, for counters without {@code _total}
 * @param sample the sample's name
 * @param labelNames the names of the labels, ascending, each once
 * @param labelValues their values
 * @param help the family's help text
 */
public record PythonKey(
    String family, String sample, List<String> labelNames, List<String> labelValues, String help) {

  /**
   * Reads the text of a key.
   *
   * @throws CorruptFileException where it is none
   */
  public static PythonKey parse(byte[] json) throws CorruptFileException {
    return PythonKeyParser.parse(json);
  }

  /** The text of the key as client_python writes it. */
  String toJson() {
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < labelNames.size(); i++) {
      labels.put(labelNames.get(i), labelValues.get(i));
    }
    return PythonJson.dumps(List.of(family, sample, labels, help));
  }

  /** The same without one label. */
  public PythonKey without(String label) {
    int at = labelNames.indexOf(label);
    if (at < 0) {
      return this;
    }
    List<String> names = new ArrayList<>(labelNames);
    List<String> values = new ArrayList<>(labelValues);
    names.remove(at);
    values.remove(at);
    return new PythonKey(family, sample, List.copyOf(names), List.copyOf(values), help);
  }

  /** Whether all label values are text: JSON can have half a character. */
  public boolean isText() {
    return labelValues.stream().allMatch(PythonKey::isText);
  }

  private static boolean isText(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isSurrogate(c)) {
        i++;
        if (i == value.length() || !Character.isSurrogatePair(c, value.charAt(i))) {
          return false;
        }
      }
    }
    return true;
  }
}
