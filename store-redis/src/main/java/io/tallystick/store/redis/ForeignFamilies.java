package io.tallystick.store.redis;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.python.DistributedField;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The families that prometheus-distributed-client has written and we have not. It stores no type;
 * the fields of a series say which it is. What makes no family is left out.
 */
final class ForeignFamilies {
  private static final double MS_PER_SECOND = 1e3;

  private final String name;
  private final @Nullable FamilyValues known;
  private final long nowMs;
  private final Map<Map<String, String>, Fields> bySeries = new LinkedHashMap<>();

  private ForeignFamilies(String name, @Nullable FamilyValues known, long nowMs) {
    this.name = name;
    this.known = known;
    this.nowMs = nowMs;
  }

  /**
   * The families of a name.
   *
   * @param rows values by the names of their fields
   * @param known a family of ours of this name: gauges have its mode
   */
  static List<Foreign> of(
      String name, Map<String, Double> rows, @Nullable FamilyValues known, long nowMs) {
    ForeignFamilies families = new ForeignFamilies(name, known, nowMs);
    rows.forEach(families::add);
    return families.toFamilies();
  }

  private void add(String row, double value) {
    DistributedField.parse(row)
        .ifPresent(
            field -> {
              Map<String, String> labels = new TreeMap<>(field.labels());
              boolean isBucket = field.suffix().equals(MetricFields.BUCKET);
              String le = isBucket ? labels.remove(DistributedField.LE) : null;
              bySeries
                  .computeIfAbsent(labels, l -> new Fields())
                  .add(row, field.suffix(), le, value);
            });
  }

  private List<Foreign> toFamilies() {
    Map<Shape, Foreign> byShape = new LinkedHashMap<>();
    bySeries.forEach(
        (labels, fields) -> {
          Shape shape = fields.shape();
          SeriesValues series = shape == null ? null : fields.toSeries(labels, shape);
          if (shape != null && series != null) {
            Foreign before = byShape.get(shape);
            Foreign after = with(before, shape, series, fields.rows);
            if (after != null) {
              byShape.put(shape, after);
            }
          }
        });
    return new ArrayList<>(byShape.values());
  }

  private @Nullable Foreign with(
      @Nullable Foreign before, Shape shape, SeriesValues series, List<String> rows) {
    try {
      FamilyValues one = family(shape, List.of(series)); // which checks it
      if (before == null) {
        return new Foreign(one, List.copyOf(rows));
      }
      List<SeriesValues> all = new ArrayList<>(before.family.series());
      all.add(series);
      List<String> allRows = new ArrayList<>(before.rows);
      allRows.addAll(rows);
      return new Foreign(before.family.withSeries(all), allRows);
    } catch (IllegalArgumentException e) {
      return null; // a name or label that no family can have
    }
  }

  private FamilyValues family(Shape shape, List<SeriesValues> series) {
    GaugeMode mode = shape.type == FamilyType.GAUGE ? GaugeMode.MOSTRECENT : GaugeMode.ALL;
    if (known != null && known.type() == shape.type && !known.mode().isPerProcess()) {
      mode = known.mode();
    }
    return new FamilyValues(
        name,
        name,
        name,
        shape.type,
        mode,
        known == null ? null : known.help(),
        known == null ? null : known.unit(),
        shape.bounds,
        List.of(),
        List.of(),
        known == null ? series.get(0).createdMs() : known.createdMs(),
        series);
  }

  /** A family, and the rows that it is made of. */
  record Foreign(FamilyValues family, List<String> rows) {}

  /** What series of one family have in common. */
  private record Shape(FamilyType type, List<Double> bounds) {}

  /** The fields of a series. */
  private final class Fields {
    private final List<String> rows = new ArrayList<>();
    private final Map<String, Double> bySuffix = new HashMap<>();
    private final TreeMap<Double, Double> buckets = new TreeMap<>();

    void add(String row, String suffix, @Nullable String le, double value) {
      if (le == null) {
        bySuffix.put(suffix, value);
      } else {
        try {
          buckets.put(DistributedField.bound(le), value);
        } catch (NumberFormatException e) {
          return; // a bucket without a bound is none
        }
      }
      rows.add(row);
    }

    @Nullable Shape shape() {
      if (bySuffix.containsKey(MetricFields.TOTAL)) {
        return new Shape(FamilyType.COUNTER, List.of());
      }
      if (!buckets.isEmpty()) {
        return new Shape(FamilyType.HISTOGRAM, List.copyOf(buckets.keySet()));
      }
      if (bySuffix.containsKey(MetricFields.COUNT)) {
        return new Shape(FamilyType.SUMMARY, List.of());
      }
      boolean isGauge = bySuffix.containsKey(MetricFields.VALUE);
      return isGauge ? new Shape(FamilyType.GAUGE, List.of()) : null;
    }

    private double value(String suffix) {
      return bySuffix.getOrDefault(suffix, 0.0);
    }

    @Nullable SeriesValues toSeries(Map<String, String> labels, Shape shape) {
      try {
        SeriesValues bare = bare(labels, shape.type == FamilyType.GAUGE);
        return switch (shape.type) {
          case COUNTER -> MetricFields.counter(bare, value(MetricFields.TOTAL));
          case HISTOGRAM ->
              MetricFields.with(
                  bare,
                  MetricFields.counts(new ArrayList<>(buckets.values())),
                  value(MetricFields.SUM));
          case SUMMARY ->
              MetricFields.with(
                  bare,
                  List.of(MetricFields.toCount(value(MetricFields.COUNT))),
                  value(MetricFields.SUM));
          default -> MetricFields.with(bare, List.of(), value(MetricFields.VALUE));
        };
      } catch (IllegalArgumentException e) {
        return null; // a label that no series can have
      }
    }

    private SeriesValues bare(Map<String, String> labels, boolean isGauge) {
      List<String> texts = new ArrayList<>();
      labels.forEach((label, value) -> texts.addAll(List.of(label, value)));
      Double created = bySuffix.get(MetricFields.CREATED);
      double createdMs = created == null ? nowMs : created * MS_PER_SECOND;
      return new SeriesValues(
          Labels.of(texts.toArray(String[]::new)),
          Math.max(1, Math.min(nowMs, Math.round(createdMs))),
          isGauge ? 1 : 0,
          List.of(),
          0,
          0,
          null,
          null,
          List.of());
    }
  }
}
