package io.tallystick.distributed;

import io.prometheus.metrics.model.snapshots.Label;
import io.tallystick.python.DistributedField;
import io.tallystick.shm.FamilyType;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A series as the fields that prometheus-distributed-client has of it, and what became of them.
 *
 * <p>The fields are less than a series is: whole numbers as doubles, no native buckets, no
 * exemplars. So a store keeps both: as long as the fields have the values that were written, the
 * series is what it was; where Python has changed one, it is what they say. What only grows is
 * finite and not below zero, and a sum is finite; a field that says otherwise is as if it were not
 * there, and so is one that is no number (NaN).
 */
public final class DistributedSeries {
  static final String TOTAL = "_total";
  static final String COUNT = "_count";
  static final String SUM = "_sum";
  static final String BUCKET = "_bucket";
  static final String CREATED = "_created";
  static final String VALUE = "";

  private static final double MS_PER_SECOND = 1e3;
  private static final double EXACT_BELOW = 0x1p53;

  private DistributedSeries() {}

  /** Whether Python knows families of this type. */
  public static boolean hasFields(FamilyType type) {
    return type != FamilyType.INFO && type != FamilyType.STATESET;
  }

  /** Whether different types have fields of one name, the time of creation left aside. */
  public static boolean shareFields(FamilyType a, FamilyType b) {
    return (a == FamilyType.HISTOGRAM && b == FamilyType.SUMMARY)
        || (a == FamilyType.SUMMARY && b == FamilyType.HISTOGRAM);
  }

  /** The values of a series by the names of their fields; none where its type has no fields. */
  public static Map<String, Double> of(FamilyValues family, SeriesValues series) {
    Map<String, String> labels = labels(series);
    Map<String, Double> fields = new LinkedHashMap<>();
    switch (family.type()) {
      case COUNTER -> fields.put(name(TOTAL, labels), series.total());
      case GAUGE -> fields.put(name(VALUE, labels), series.sum());
      case SUMMARY -> {
        fields.put(name(COUNT, labels), (double) series.counts().get(0));
        fields.put(name(SUM, labels), series.sum());
      }
      case HISTOGRAM -> {
        long count = 0;
        for (int i = 0; i < family.bounds().size(); i++) {
          count += series.counts().get(i);
          fields.put(bucketName(family.bounds().get(i), labels), (double) count);
        }
        fields.put(name(COUNT, labels), (double) count);
        fields.put(name(SUM, labels), series.sum());
      }
      case INFO, STATESET -> {
        return Map.of();
      }
    }
    if (family.type() != FamilyType.GAUGE) {
      fields.put(name(CREATED, labels), series.createdMs() / MS_PER_SECOND);
    }
    return fields;
  }

  private static Map<String, String> labels(SeriesValues series) {
    Map<String, String> labels = new HashMap<>();
    for (Label label : series.labels()) {
      labels.put(label.getName(), label.getValue());
    }
    return labels;
  }

  private static String name(String suffix, Map<String, String> labels) {
    return new DistributedField(suffix, labels).text();
  }

  private static String bucketName(double bound, Map<String, String> labels) {
    Map<String, String> withBound = new HashMap<>(labels);
    withBound.put(DistributedField.LE, DistributedField.le(bound));
    return name(BUCKET, withBound);
  }

  /** Whether a field says when a series was created. */
  public static boolean isCreated(String field) {
    return field.startsWith(CREATED + ':');
  }

  /** Whether what a field has is added to, where others only set it. */
  public static boolean isCounted(String field) {
    return onlyGrows(field) || field.startsWith(SUM + ':');
  }

  /** Whether a field can have this value. */
  static boolean isSound(String suffix, double value) {
    return switch (suffix) {
      case TOTAL, COUNT, BUCKET -> Double.isFinite(value) && value >= 0;
      case SUM -> Double.isFinite(value);
      default -> !Double.isNaN(value);
    };
  }

  private static boolean isSoundField(String field, double value) {
    return isSound(field.substring(0, field.indexOf(':')), value);
  }

  /**
   * What a series is by its fields, of a store that lets none of them expire.
   *
   * @param present the fields that are there; those of the series are taken out
   * @return null where none is there any more, though the series has some: Python has removed it
   */
  public static @Nullable SeriesValues kept(
      FamilyValues family, SeriesValues series, Map<String, Double> present) {
    Map<String, Double> fields = of(family, series);
    boolean isThere = hasNoRows(fields);
    boolean isSame = true;
    for (Map.Entry<String, Double> field : fields.entrySet()) {
      Double value = present.remove(field.getKey());
      if (value != null && !isCreated(field.getKey())) {
        isThere = true;
        if (isChange(field, value)) {
          isSame = false;
          field.setValue(value);
        }
      }
    }
    if (!isThere) {
      return null;
    }
    return isSame ? series : withFields(family, series, new ArrayList<>(fields.values()));
  }

  private static boolean hasNoRows(Map<String, Double> fields) {
    return fields.entrySet().stream()
        .allMatch(field -> isCreated(field.getKey()) || field.getValue().isNaN());
  }

  private static boolean isChange(Map.Entry<String, Double> ours, double theirs) {
    return isSoundField(ours.getKey(), theirs) && Double.compare(theirs, ours.getValue()) != 0;
  }

  /**
   * What a series is by its fields, of a store where they all expire together when Python has not
   * touched them for long. Python says when it has created what it counts, once: fields that say
   * another time than was written, or none, have begun anew since, and both count. What only grows
   * and has less than was written is not what Python has counted.
   *
   * @param present the fields that are there; those of the series are taken out
   */
  public static SeriesValues counted(
      FamilyValues family, SeriesValues series, Map<String, Double> present) {
    Map<String, Double> fields = of(family, series);
    boolean beganAnew = hasBegunAnew(fields, present);
    boolean isSame = true;
    for (Map.Entry<String, Double> field : fields.entrySet()) {
      Double theirs = present.remove(field.getKey());
      if (theirs == null || isCreated(field.getKey())) {
        continue;
      }
      double ours = field.getValue();
      if (beganAnew && isSoundField(field.getKey(), theirs)) {
        isSame = false;
        field.setValue(ours + theirs);
      } else if (isChange(field, theirs) && (theirs > ours || !onlyGrows(field.getKey()))) {
        isSame = false;
        field.setValue(theirs);
      }
    }
    return isSame ? series : withFields(family, series, new ArrayList<>(fields.values()));
  }

  private static boolean hasBegunAnew(Map<String, Double> ours, Map<String, Double> present) {
    for (Map.Entry<String, Double> field : ours.entrySet()) {
      if (isCreated(field.getKey())) {
        Double theirs = present.get(field.getKey());
        boolean canBe = theirs != null && Double.isFinite(theirs) && theirs > 0;
        return theirs == null || (canBe && Double.compare(theirs, field.getValue()) != 0);
      }
    }
    return false; // a gauge is what was set last
  }

  private static boolean onlyGrows(String field) {
    return field.startsWith(TOTAL + ':')
        || field.startsWith(COUNT + ':')
        || field.startsWith(BUCKET + ':');
  }

  /** A series with other values, in the order of its fields. */
  private static SeriesValues withFields(
      FamilyValues family, SeriesValues series, List<Double> values) {
    return switch (family.type()) {
      case COUNTER -> counter(series, values.get(0));
      case SUMMARY -> with(series, List.of(toCount(values.get(0))), values.get(1));
      case HISTOGRAM -> {
        int bounds = family.bounds().size();
        yield with(series, counts(values.subList(0, bounds)), values.get(bounds + 1));
      }
      case GAUGE, INFO, STATESET -> with(series, series.counts(), values.get(0));
    };
  }

  static SeriesValues counter(SeriesValues series, double total) {
    boolean isWhole = total >= 0 && total < EXACT_BELOW && total == Math.rint(total);
    return isWhole ? with(series, List.of((long) total), 0) : with(series, List.of(0L), total);
  }

  /** Counts of buckets from cumulative ones, which may have been read between two commands. */
  static List<Long> counts(List<Double> cumulative) {
    List<Long> counts = new ArrayList<>();
    long before = 0;
    for (double each : cumulative) {
      long count = Math.max(before, toCount(each));
      counts.add(count - before);
      before = count;
    }
    return Collections.unmodifiableList(counts);
  }

  static long toCount(double value) {
    return Math.max(0, Math.round(value));
  }

  static SeriesValues with(SeriesValues series, List<Long> counts, double sum) {
    return new SeriesValues(
        series.labels(),
        series.createdMs(),
        series.writtenMs(),
        counts,
        sum,
        0,
        series.nativeValues(),
        series.quantileValues(),
        series.exemplars());
  }
}
