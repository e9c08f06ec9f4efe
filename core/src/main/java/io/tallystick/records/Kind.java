package io.tallystick.records;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How records of a kind are kept: under which key, as which JSON, and in which sets they are found.
 */
abstract class Kind<R> {
  private static final int LONGEST_VALUE = 200;

  private final String prefix;
  private final String timeField;
  private final Map<String, Field<R>> fields = new LinkedHashMap<>();
  private final Map<String, Function<R, Map<String, @Nullable Object>>> maps = new TreeMap<>();

  /**
   * @param prefix what keys begin with, without its colon
   * @param timeField the field of the time of records
   */
  Kind(String prefix, String timeField) {
    this.prefix = prefix;
    this.timeField = timeField;
  }

  /** Has a field be known. */
  final void add(
      String name, Field.Type type, boolean isIndexed, Function<R, @Nullable Object> of) {
    fields.put(name, new Field<>(name, type, isIndexed, of));
  }

  /** Has what is in a map be known by its name, a dot and its own name, and the map by its name. */
  final void addMap(String name, Function<R, Map<String, @Nullable Object>> of) {
    maps.put(name, of);
    add(name, Field.Type.ANY, false, of::apply);
  }

  abstract String id(R value);

  abstract Instant time(R value);

  abstract R decode(Fields fields);

  abstract byte[] encode(R value);

  final String key(String id) {
    return prefix + ":" + id;
  }

  final String timeField() {
    return timeField;
  }

  /** The set of all records. */
  final String all() {
    return prefix;
  }

  /** The set of those whose field has a value; a long one goes by its digest. */
  final String set(String field, Object value) {
    String text = Field.toText(value);
    return prefix + ":" + field + "=" + (text.length() <= LONGEST_VALUE ? text : digest(text));
  }

  private static String digest(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** All sets of a record. */
  final Set<String> sets(R value) {
    Set<String> sets = new TreeSet<>();
    sets.add(all());
    for (Field<R> field : fields.values()) {
      Object present = field.isIndexed() ? field.of().apply(value) : null;
      if (present != null) {
        sets.add(set(field.name(), present));
      }
    }
    return sets;
  }

  /**
   * The field of a name.
   *
   * @throws IllegalArgumentException where there is none
   */
  final Field<R> field(String name) {
    Field<R> field = fields.get(name);
    if (field != null) {
      return field;
    }
    int dot = name.indexOf('.');
    Function<R, Map<String, @Nullable Object>> map =
        dot < 0 ? null : maps.get(name.substring(0, dot));
    if (map == null) {
      throw new IllegalArgumentException(
          "no such field: field=" + name + " known=" + new TreeSet<>(fields.keySet()));
    }
    String member = name.substring(dot + 1);
    return new Field<>(name, Field.Type.ANY, false, value -> map.apply(value).get(member));
  }

  /**
   * The record under a key.
   *
   * @throws StoreException CORRUPT where what is there is none, PERMANENT where it is of a later
   *     version
   */
  final R read(String key, byte[] json) {
    try {
      Fields read = new Fields(JsonReader.object(json));
      R value = decode(read);
      if (!key(id(value)).equals(key)) {
        throw new IllegalArgumentException("record is of another key: id=" + id(value));
      }
      return value;
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      boolean isLater = String.valueOf(e.getMessage()).contains("later version");
      throw new StoreException(
          isLater ? Category.PERMANENT : Category.CORRUPT,
          "record cannot be read: key=" + key + " cause=" + e.getMessage(),
          e);
    }
  }

  static JsonWriter writer() {
    return new JsonWriter().raw("{");
  }

  static byte[] end(JsonWriter writer, Map<String, @Nullable Object> others) {
    others.forEach((name, value) -> writer.name(name).value(value));
    return writer.raw("}").toBytes();
  }
}
