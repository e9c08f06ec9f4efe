package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.distributed.DistributedFamilies;
import io.tallystick.distributed.DistributedFamilies.Foreign;
import io.tallystick.distributed.DistributedSeries;
import io.tallystick.python.DistributedField;
import io.tallystick.shm.FamilyType;
import io.tallystick.store.FamilyBytes;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.redis.LedgerKeys.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What folding families of one name into the base changes there. A source is folded series by
 * series where the family's shape is that of the base; else all of the name is merged anew.
 *
 * <p>Made from what was read of the base; whether that is still so, the script that writes it
 * decides. Not thread-safe.
 */
final class FamilyFold {
  private static final String OWNER = "owner";

  private final Family keys;
  private final List<FamilyValues> families;
  private final Map<String, FamilyValues> base = new LinkedHashMap<>(); // by tag, without series
  private final long nowMs;
  private @Nullable String owner;
  private boolean isPythonGone;

  private final Set<byte[]> baseDeleted = new TreeSet<>(Arrays::compare);
  private final Map<byte[], byte[]> basePut = new TreeMap<>(Arrays::compare);
  private final Map<String, byte[]> metaPut = new LinkedHashMap<>();
  private final Set<String> pythonDeleted = new HashSet<>();
  private final Map<String, String> pythonPut = new LinkedHashMap<>();
  private final Set<String> pythonAsked = new HashSet<>();
  private final Map<String, String> whenChanged = new HashMap<>(); // by Python's field

  /**
   * @param families what is to be folded
   * @param meta all fields of the base's families, and their values
   * @param pythonSize how many fields Python's hash has
   */
  FamilyFold(
      Family keys,
      List<FamilyValues> families,
      List<@Nullable Object> meta,
      long pythonSize,
      long nowMs) {
    this.keys = keys;
    this.families = families;
    this.nowMs = nowMs;
    for (FamilyValues each : FamilyFields.families(keys.key(), meta, List.of())) {
      base.put(FamilyFields.tag(each), each);
    }
    this.owner = owner(meta);
    this.isPythonGone = pythonSize == 0;
  }

  static @Nullable String owner(List<@Nullable Object> meta) {
    return text(meta, OWNER);
  }

  /** Another one after each fold; empty before the first. */
  static String sequence(List<@Nullable Object> meta) {
    String sequence = text(meta, LedgerKeys.SEQUENCE);
    return sequence == null ? "" : sequence;
  }

  private static @Nullable String text(List<@Nullable Object> meta, String field) {
    for (int i = 0; i + 1 < meta.size(); i += 2) {
      if (Bytes.text(meta.get(i)).equals(field)) {
        return Bytes.text(meta.get(i + 1));
      }
    }
    return null;
  }

  private boolean owns(FamilyValues family) {
    return FamilyFields.tag(family).equals(owner);
  }

  /** Whether all of the base's families of this name have to be read. */
  boolean needsAll() {
    for (FamilyValues family : families) {
      FamilyValues known = base.get(FamilyFields.tag(family));
      boolean canExpire =
          family.type() == FamilyType.INFO
              || (family.type() == FamilyType.GAUGE && family.mode().isPerProcess());
      boolean isNewOwner = DistributedSeries.hasFields(family.type()) && owner == null;
      if (canExpire
          || isNewOwner
          || (known != null && !known.hasShapeOf(family))
          || (known != null && owns(family) && isPythonGone)) {
        return true;
      }
    }
    return false;
  }

  /** The fields of the base that the series have. */
  List<byte[]> baseFields() {
    List<byte[]> fields = new ArrayList<>();
    for (FamilyValues family : families) {
      family.series().forEach(each -> fields.add(FamilyFields.field(family, each.labels())));
    }
    return fields;
  }

  /** The fields of Python's hash that the series have. */
  List<String> pythonFields() {
    List<String> fields = new ArrayList<>();
    for (FamilyValues family : families) {
      if (owns(family)) {
        for (SeriesValues each : family.series()) {
          for (String field : DistributedSeries.of(family, each).keySet()) {
            fields.add(field);
            String older = DistributedField.older(field);
            if (!older.equals(field)) {
              fields.add(older);
            }
          }
        }
      }
    }
    return fields;
  }

  /**
   * Folds series by series; false where all of the base has to be read after all.
   *
   * @param found the values of {@link #baseFields}, in that order
   */
  boolean foldSeries(
      List<@Nullable Object> found,
      PythonHash python,
      BiConsumer<LedgerMerge, List<FamilyValues>> addition) {
    Map<String, Double> numbers = python.numbers();
    int at = 0;
    for (FamilyValues family : families) {
      FamilyValues known = base.get(FamilyFields.tag(family));
      boolean owns = owns(family);
      List<@Nullable Object> fields = new ArrayList<>();
      for (SeriesValues each : family.series()) {
        Object value = found.get(at++);
        if (value != null) {
          fields.add(FamilyFields.field(family, each.labels()));
          fields.add(value);
        } else if (owns && hasAny(python, family, each)) {
          return false; // Python has begun this series
        }
      }
      FamilyValues description = known == null ? family.withSeries(List.of()) : known;
      List<@Nullable Object> described = new ArrayList<>();
      described.add(FamilyFields.description(FamilyFields.tag(family)));
      described.add(FamilyBytes.ofFamily(description));
      FamilyValues present = FamilyFields.families(keys.key(), described, fields).get(0);
      LedgerMerge merge = new LedgerMerge(nowMs);
      if (!present.series().isEmpty() || known != null) {
        merge.addBase(List.of(owns ? BaseFamilies.adjusted(present, numbers) : present));
      }
      addition.accept(merge, List.of(family));
      merge.toBase().forEach(merged -> put(merged, owns, python));
    }
    return true;
  }

  private static boolean hasAny(PythonHash python, FamilyValues family, SeriesValues series) {
    return DistributedSeries.of(family, series).keySet().stream().anyMatch(python::contains);
  }

  /**
   * Folds where all of the base is read.
   *
   * @param fields all fields of the base, and their values
   * @param meta as in the constructor
   */
  void foldAll(
      List<@Nullable Object> fields,
      List<@Nullable Object> meta,
      PythonHash python,
      BiConsumer<LedgerMerge, List<FamilyValues>> addition) {
    Map<String, FamilyValues> stored = new HashMap<>();
    for (FamilyValues each : FamilyFields.families(keys.key(), meta, fields)) {
      stored.put(FamilyFields.tag(each), each);
    }
    for (FamilyValues family : families) {
      String tag = FamilyFields.tag(family);
      if (owner == null && DistributedSeries.hasFields(family.type())) {
        owner = tag;
        metaPut.put(OWNER, Bytes.of(tag));
      }
      boolean owns = owns(family);
      Map<String, Double> numbers = owns ? python.numbers() : new HashMap<>();
      LedgerMerge merge = new LedgerMerge(nowMs);
      FamilyValues all = stored.get(tag);
      if (all != null) {
        for (SeriesValues each : all.series()) {
          baseDeleted.add(FamilyFields.field(all, each.labels()));
          if (owns) {
            DistributedSeries.of(all, each).keySet().forEach(this::deletePython);
          }
        }
        merge.addBase(List.of(owns ? BaseFamilies.adjusted(all, numbers) : all));
      }
      for (Foreign foreign : DistributedFamilies.of(keys.name(), numbers, family, nowMs)) {
        if (foreign.family().identity().equals(family.identity())) {
          merge.addBase(List.of(foreign.family()));
          foreign.rows().forEach(this::deletePython);
        }
      }
      addition.accept(merge, List.of(family));
      merge.toBase().forEach(merged -> put(merged, owns, python));
    }
  }

  private void deletePython(String field) {
    pythonDeleted.add(field);
    pythonDeleted.add(DistributedField.older(field));
  }

  private void put(FamilyValues family, boolean owns, PythonHash python) {
    String tag = FamilyFields.tag(family);
    metaPut.put(new String(FamilyFields.description(tag), UTF_8), FamilyBytes.ofFamily(family));
    for (SeriesValues series : family.series()) {
      byte[] field = FamilyFields.field(family, series.labels());
      baseDeleted.remove(field);
      basePut.put(field, FamilyBytes.ofSeries(series));
      if (owns) {
        DistributedSeries.of(family, series)
            .forEach(
                (name, value) -> {
                  deletePython(name); // an older name of it, whose value is in this one
                  pythonDeleted.remove(name);
                  pythonAsked.add(name);
                  String text = DistributedField.number(value);
                  python.whenChanged(name, value).ifPresent(what -> whenChanged.put(name, what));
                  if (!python.has(name, text)) {
                    pythonPut.put(name, text);
                  }
                });
      }
    }
    pythonAsked.addAll(pythonDeleted);
  }

  /** The lists of the script that writes the fold, each behind its length. */
  List<byte[]> toArguments(PythonHash python) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(Bytes.of(3L * pythonAsked.size()));
    for (String field : pythonAsked) {
      arguments.add(Bytes.of(field));
      arguments.add(python.expected(field));
      arguments.add(Bytes.of(whenChanged.getOrDefault(field, "")));
    }
    arguments.add(Bytes.of(baseDeleted.size()));
    arguments.addAll(baseDeleted);
    arguments.add(Bytes.of(2L * basePut.size()));
    basePut.forEach(
        (field, value) -> {
          arguments.add(field);
          arguments.add(value);
        });
    arguments.add(Bytes.of(2L * metaPut.size()));
    metaPut.forEach(
        (field, value) -> {
          arguments.add(Bytes.of(field));
          arguments.add(value);
        });
    arguments.add(Bytes.of(pythonDeleted.size()));
    pythonDeleted.forEach(field -> arguments.add(Bytes.of(field)));
    arguments.add(Bytes.of(2L * pythonPut.size()));
    pythonPut.forEach(
        (field, text) -> {
          arguments.add(Bytes.of(field));
          arguments.add(Bytes.of(text));
        });
    return arguments;
  }
}
