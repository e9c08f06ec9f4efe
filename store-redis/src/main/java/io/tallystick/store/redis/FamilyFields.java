package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.OnceLog;
import io.tallystick.store.FamilyBytes;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Families of one name as fields of a hash. A field begins with what it is, and a tag that tells
 * families of one name apart: {@code d} has a family without its series, {@code h} what series must
 * share to stand side by side, {@code s} and labels one series. {@code docs/store-format.md} draws
 * the values.
 *
 * <p>What cannot be read is left out and logged once: it costs no more than itself.
 */
final class FamilyFields {
  private static final OnceLog LOG = new OnceLog();
  private static final int HASH_LENGTH = 8;
  private static final char DESCRIPTION = 'd';
  private static final char SHAPE = 'h';
  private static final char SERIES = 's';
  private static final char TAG_END = ':';

  private FamilyFields() {}

  /** What families of one name have in common whose values can be merged. */
  static String tag(FamilyValues family) {
    String type = family.type().name().toLowerCase(Locale.ROOT);
    if (family.type() == FamilyType.GAUGE) {
      return type + '-' + family.mode().name().toLowerCase(Locale.ROOT);
    }
    return family.states().isEmpty() ? type : type + '-' + digest(family.states().toString());
  }

  private static String digest(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  static byte[] description(String tag) {
    return Bytes.of(DESCRIPTION + tag + TAG_END);
  }

  /** The field and value that say which series can stand side by side. */
  static List<byte[]> shape(FamilyValues family) {
    String shape = family.bounds() + " " + family.parameters();
    return List.of(Bytes.of(SHAPE + tag(family) + TAG_END), Bytes.of(shape));
  }

  /** The fields and values of a family but for its shape: description, then series. */
  static List<byte[]> of(FamilyValues family) {
    byte[] start = Bytes.of(SERIES + tag(family) + TAG_END);
    List<byte[]> fields = new ArrayList<>(2 * family.series().size() + 2);
    fields.add(description(tag(family)));
    fields.add(FamilyBytes.ofFamily(family));
    for (SeriesValues series : family.series()) {
      fields.add(field(start, series.labels()));
      fields.add(FamilyBytes.ofSeries(series));
    }
    return fields;
  }

  static byte[] field(FamilyValues family, Labels labels) {
    return field(Bytes.of(SERIES + tag(family) + TAG_END), labels);
  }

  /** The names and values, each behind its length, so that no other labels have these bytes. */
  private static byte[] field(byte[] start, Labels labels) {
    byte[][] texts = new byte[2 * labels.size()][];
    int length = start.length;
    for (int i = 0; i < labels.size(); i++) {
      texts[2 * i] = labels.getName(i).getBytes(UTF_8);
      texts[2 * i + 1] = labels.getValue(i).getBytes(UTF_8);
      length += texts[2 * i].length + texts[2 * i + 1].length + 2 * Integer.BYTES;
    }
    ByteBuffer field = ByteBuffer.allocate(length).put(start);
    for (byte[] text : texts) {
      field.putInt(text.length).put(text);
    }
    return field.array();
  }

  /**
   * The families of a hash.
   *
   * @param key where it is, for the log
   * @param fields fields and values in turn
   */
  static List<FamilyValues> families(String key, List<@Nullable Object> fields) {
    return families(key, fields, fields);
  }

  /** The families of two hashes: one has the descriptions, the other one the series. */
  static List<FamilyValues> families(
      String key, List<@Nullable Object> descriptions, List<@Nullable Object> fields) {
    Map<String, FamilyValues> byTag = new LinkedHashMap<>();
    forEach(
        descriptions,
        DESCRIPTION,
        (field, value) -> {
          String tag = tagOf(field);
          FamilyValues family = description(key, value);
          if (family != null && tag(family).equals(tag)) {
            byTag.put(tag, family);
          }
        });
    Map<String, List<SeriesValues>> series = new LinkedHashMap<>();
    forEach(
        fields,
        SERIES,
        (field, value) -> {
          try {
            series
                .computeIfAbsent(tagOf(field), tag -> new ArrayList<>())
                .add(FamilyBytes.toSeries(value));
          } catch (IllegalArgumentException e) {
            LOG.warn("series is damaged and left out: key=" + key, e);
          }
        });
    List<FamilyValues> families = new ArrayList<>();
    byTag.forEach(
        (tag, family) -> families.add(with(key, family, series.getOrDefault(tag, List.of()))));
    return families;
  }

  static @Nullable FamilyValues description(String key, byte[] value) {
    try {
      return FamilyBytes.toFamily(value, List.of());
    } catch (IllegalArgumentException e) {
      LOG.warn("family is damaged and left out: key=" + key, e);
      return null;
    }
  }

  private static FamilyValues with(String key, FamilyValues family, List<SeriesValues> series) {
    try {
      return family.withSeries(series);
    } catch (IllegalArgumentException e) {
      LOG.warn("family has series that cannot be, which are left out: key=" + key, e);
    }
    List<SeriesValues> sound = new ArrayList<>();
    Set<Labels> seen = new HashSet<>();
    for (SeriesValues each : series) {
      try {
        if (seen.add(family.withSeries(List.of(each)).series().get(0).labels())) {
          sound.add(each);
        }
      } catch (IllegalArgumentException e) {
        // said above
      }
    }
    return family.withSeries(sound);
  }

  private static String tagOf(byte[] field) {
    int end = 1;
    while (end < field.length && field[end] != TAG_END) {
      end++;
    }
    return new String(field, 1, end - 1, UTF_8);
  }

  private static void forEach(List<@Nullable Object> fields, char kind, FieldAction action) {
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      byte[] field = Bytes.bytes(fields.get(i));
      if (field.length > 0 && field[0] == kind) {
        action.accept(field, Bytes.bytes(fields.get(i + 1)));
      }
    }
  }

  private interface FieldAction {
    void accept(byte[] field, byte[] value);
  }
}
