package io.tallystick.server.records;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a request's query. What is asked for wrongly is an {@link
 * IllegalArgumentException}.
 */
final class Arguments {
  private final Map<String, List<String>> values = new TreeMap<>();

  private Arguments() {}

  static Arguments of(@Nullable String rawQuery) {
    Arguments arguments = new Arguments();
    if (rawQuery == null || rawQuery.isEmpty()) {
      return arguments;
    }
    for (String part : rawQuery.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = URLDecoder.decode(equals < 0 ? part : part.substring(0, equals), UTF_8);
      String value = equals < 0 ? "" : URLDecoder.decode(part.substring(equals + 1), UTF_8);
      arguments.values.computeIfAbsent(name, none -> new ArrayList<>()).add(value);
    }
    return arguments;
  }

  void requireKnown(Set<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "no such argument: argument=" + name + " known=" + new TreeSet<>(known));
      }
    }
  }

  List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  @Nullable String find(String name) {
    List<String> all = all(name);
    if (all.size() > 1) {
      throw new IllegalArgumentException("given twice: argument=" + name);
    }
    return all.isEmpty() ? null : all.get(0);
  }

  String get(String name) {
    String value = find(name);
    if (value == null) {
      throw new IllegalArgumentException("missing: argument=" + name);
    }
    return value;
  }

  String choice(String name, String otherwise, Set<String> known) {
    String value = find(name);
    if (value != null && !known.contains(value)) {
      throw new IllegalArgumentException(
          "unknown: argument=" + name + " known=" + new TreeSet<>(known));
    }
    return value == null ? otherwise : value;
  }

  int whole(String name, int otherwise, int most) {
    String value = find(name);
    if (value == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "not a whole number from 0 to " + most + ": argument=" + name);
  }
}
