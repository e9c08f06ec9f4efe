package io.tallystick.records;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one record's JSON, asked for by their names; what nobody has asked for is left
 * over. Every method throws {@link IllegalArgumentException} where a field is of another kind. Used
 * once.
 */
final class Fields {
  /** What later versions of records would say; there is none yet but the first. */
  private static final String VERSION = "version";

  private final Map<String, @Nullable Object> all;
  private final Set<String> known = new HashSet<>();

  Fields(Map<String, @Nullable Object> all) {
    this.all = all;
    if (all.get(VERSION) instanceof Number version && version.doubleValue() > 1) {
      throw new IllegalArgumentException("record is of a later version: version=" + version);
    }
  }

  private @Nullable Object get(String name) {
    known.add(name);
    return all.get(name);
  }

  private static IllegalArgumentException other(String name, @Nullable Object value) {
    return new IllegalArgumentException(
        value == null
            ? "record lacks a field: name=" + name
            : "field is of another type: name="
                + name
                + " type="
                + value.getClass().getSimpleName());
  }

  /** A text that has to be there; a number will do. */
  String text(String name) {
    Object value = get(name);
    if (value instanceof String || value instanceof Number) {
      return value.toString();
    }
    throw other(name, value);
  }

  String text(String name, String otherwise) {
    return get(name) == null ? otherwise : text(name);
  }

  /** A time, as a text or in seconds of the Unix epoch; null where there is none. */
  @Nullable Instant time(String name) {
    return toTime(name, get(name));
  }

  private static @Nullable Instant toTime(String name, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof String text) {
      return Times.parse(text);
    }
    if (value instanceof Number seconds && Double.isFinite(seconds.doubleValue())) {
      return Times.ofMicros(Math.round(seconds.doubleValue() * 1e6));
    }
    throw other(name, value);
  }

  /** The first of some times that is there. */
  Instant timeOf(String... names) {
    Instant first = null;
    for (String name : names) {
      Instant time = time(name);
      first = first == null ? time : first;
    }
    if (first == null) {
      throw other(names[0], null);
    }
    return first;
  }

  Map<String, @Nullable Object> map(String name) {
    return toMap(name, get(name));
  }

  private static Map<String, @Nullable Object> toMap(String name, @Nullable Object value) {
    if (value == null) {
      return Map.of();
    }
    if (value instanceof Map<?, ?> map) {
      return JsonValues.cast(map);
    }
    throw other(name, value);
  }

  List<Sample> samples(String name) {
    Object value = get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw other(name, value);
    }
    List<Sample> samples = new ArrayList<>(list.size());
    for (Object each : list) {
      if (!(each instanceof Map<?, ?> sample)) {
        throw other(name, each);
      }
      Instant time = toTime("timestamp", sample.get("timestamp"));
      if (time == null) {
        throw other("timestamp", null);
      }
      samples.add(new Sample(time, number(sample.get("value")), toMap("tags", sample.get("tags"))));
    }
    return samples;
  }

  /** A value; none is not a number. */
  private static double number(@Nullable Object value) {
    if (value == null) {
      return Double.NaN;
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw other("value", value);
  }

  /** What nobody has asked for. */
  Map<String, @Nullable Object> others() {
    Map<String, @Nullable Object> others = new LinkedHashMap<>(all);
    others.keySet().removeAll(known);
    return others;
  }
}
