package io.tallystick.store.redis;

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

/**
 * A series as the fields that prometheus-distributed-client has of it, and what became of them.
 *
 * <p>The fields are less than a series is: whole numbers as doubles, no native buckets, no
 * exemplars. So both are kept: as long as the fields have the values that were written, or are not
 * there, the series is what it was; where Python has changed one, it is what they say. Python gives
 * its hashes an hour to live: what only grows and has less than was written has begun anew since,
 * and both count.
 */
final class MetricFields {
  static final String TOTAL = "_total";
  static final String COUNT = "_count";
  static final String SUM = "_sum";
  static final String BUCKET = "_bucket";
  static final String CREATED = "_created";
  static final String VALUE = "";

  private static final double MS_PER_SECOND = 1e3;
  private static final double EXACT_BELOW = 0x1p53;

  private MetricFields() {}

  /** Whether Python knows families of this type. */
  static boolean hasFields(FamilyType type) {
    return type != FamilyType.INFO && type != FamilyType.STATESET;
  }

  /** The values of a series by the names of their fields; none where its type has no fields. */
  static Map<String, Double> of(FamilyValues family, SeriesValues series) {
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

  /** What a series is by its fields, which are taken out of those that are there. */
  static SeriesValues adjusted(
      FamilyValues family, SeriesValues series, Map<String, Double> present) {
    Map<String, Double> fields = of(family, series);
    List<Double> ours = new ArrayList<>(fields.values());
    boolean isSame = true;
    for (Map.Entry<String, Double> field : fields.entrySet()) {
      Double value = present.remove(field.getKey());
      boolean isValue = !field.getKey().startsWith(CREATED);
      if (isValue && value != null && Double.compare(value, field.getValue()) != 0) {
        isSame = false;
        field.setValue(value);
      }
    }
    if (isSame) {
      return series;
    }
    List<Double> values = new ArrayList<>(fields.values());
    int total = totalAt(family);
    if (total >= 0 && values.get(total) < ours.get(total)) {
      for (int i = 0; i < values.size() - 1; i++) { // the last one is when it was created
        values.set(i, fieldsBegunAnew(ours.get(i), values.get(i)));
      }
    }
    return withFields(family, series, values);
  }

  private static double fieldsBegunAnew(double ours, double theirs) {
    return Double.compare(ours, theirs) == 0 ? ours : ours + theirs;
  }

  /** The place of the field that tells whether a series has begun anew; -1 where none does. */
  private static int totalAt(FamilyValues family) {
    return switch (family.type()) {
      case COUNTER, SUMMARY -> 0;
      case HISTOGRAM -> family.bounds().size();
      case GAUGE, INFO, STATESET -> -1;
    };
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
