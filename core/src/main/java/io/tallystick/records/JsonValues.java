package io.tallystick.records;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values that JSON has. */
final class JsonValues {
  private JsonValues() {}

  /**
   * A copy that nobody changes, all the way down.
   *
   * @throws IllegalArgumentException where something in it is not of JSON
   */
  static Map<String, @Nullable Object> copy(Map<String, ? extends @Nullable Object> map) {
    if (map.isEmpty()) {
      return Map.of();
    }
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    map.forEach((name, value) -> copy.put(name, copy(value)));
    return Collections.unmodifiableMap(copy);
  }

  private static @Nullable Object copy(@Nullable Object value) {
    if (value == null
        || value instanceof String
        || value instanceof Boolean
        || value instanceof Long
        || value instanceof Double
        || value instanceof BigInteger) {
      return value;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float number) {
      return number.doubleValue();
    }
    if (value instanceof Map<?, ?> map) {
      return copy(cast(map));
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(each -> copy.add(copy(each)));
      return Collections.unmodifiableList(copy);
    }
    throw new IllegalArgumentException("no value of JSON: type=" + value.getClass().getName());
  }

  /**
   * A map by its type.
   *
   * @throws IllegalArgumentException where a key is no text
   */
  @SuppressWarnings("unchecked")
  static Map<String, @Nullable Object> cast(Map<?, ?> map) {
    for (Object key : map.keySet()) {
      if (!(key instanceof String)) {
        throw new IllegalArgumentException("name is no text: name=" + key);
      }
    }
    return (Map<String, @Nullable Object>) map;
  }
}
