package io.tallystick.distributed;

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
public final class DistributedFamilies {
  private static final double MS_PER_SECOND = 1e3;

  private final String name;
  private final @Nullable FamilyValues known;
  private final long nowMs;
  private final Map<Map<String, String>, Fields> bySeries = new LinkedHashMap<>();

  private DistributedFamilies(String name, @Nullable FamilyValues known, long nowMs) {
    this.name = name;
    this.known = known;
    this.nowMs = nowMs;
  }

  /**
   * The families of a name.
   *
   * @param rows values by the names of their fields
   * @param known a family of ours of this name: those of its type have its texts and mode
   */
  public static List<Foreign> of(
      String name, Map<String, Double> rows, @Nullable FamilyValues known, long nowMs) {
    DistributedFamilies families = new DistributedFamilies(name, known, nowMs);
    rows.forEach(families::add);
    return families.toFamilies();
  }

  private void add(String row, double value) {
    DistributedField.parse(row)
        .filter(field -> DistributedSeries.isSound(field.suffix(), value))
        .ifPresent(
            field -> {
              Map<String, String> labels = new TreeMap<>(field.labels());
              boolean isBucket = field.suffix().equals(DistributedSeries.BUCKET);
              String le = isBucket ? labels.remove(DistributedField.LE) : null;
              bySeries
                  .computeIfAbsent(labels, l -> new Fields())
                  .add(row, field.suffix(), le, value);
            });
  }

  private List<Foreign> toFamilies() {
    Map<Shape, Parts> byShape = new LinkedHashMap<>();
    bySeries.forEach(
        (labels, fields) -> {
          Shape shape = fields.shape();
          SeriesValues series = shape == null ? null : fields.toSeries(labels, shape);
          if (shape != null && series != null && canBe(shape, series)) {
            Parts parts = byShape.computeIfAbsent(shape, s -> new Parts());
            parts.series.add(series);
            parts.rows.addAll(fields.rows);
          }
        });
    List<Foreign> families = new ArrayList<>();
    byShape.forEach(
        (shape, parts) -> families.add(new Foreign(family(shape, parts.series), parts.rows)));
    return families;
  }

  /** Whether a family can have this name and these labels; no two series have the same. */
  private boolean canBe(Shape shape, SeriesValues series) {
    try {
      return family(shape, List.of(series)).series().size() == 1;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private FamilyValues family(Shape shape, List<SeriesValues> series) {
    FamilyValues ours = known != null && known.type() == shape.type ? known : null;
    GaugeMode mode = shape.type == FamilyType.GAUGE ? GaugeMode.MOSTRECENT : GaugeMode.ALL;
    if (ours != null && !ours.mode().isPerProcess()) {
      mode = ours.mode();
    }
    return new FamilyValues(
        name,
        name,
        name,
        shape.type,
        mode,
        ours == null ? null : ours.help(),
        ours == null ? null : ours.unit(),
        shape.bounds,
        List.of(),
        List.of(),
        ours == null ? series.get(0).createdMs() : ours.createdMs(),
        series);
  }

  /** A family, and the rows that it is made of. */
  public record Foreign(FamilyValues family, List<String> rows) {
    /** Copies the list. */
    public Foreign {
      rows = List.copyOf(rows);
    }
  }

  /** What there is of a family. */
  private static final class Parts {
    private final List<SeriesValues> series = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();
  }

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
      if (bySuffix.containsKey(DistributedSeries.TOTAL)) {
        return new Shape(FamilyType.COUNTER, List.of());
      }
      if (!buckets.isEmpty()) {
        return new Shape(FamilyType.HISTOGRAM, List.copyOf(buckets.keySet()));
      }
      if (bySuffix.containsKey(DistributedSeries.COUNT)) {
        return new Shape(FamilyType.SUMMARY, List.of());
      }
      boolean isGauge = bySuffix.containsKey(DistributedSeries.VALUE);
      return isGauge ? new Shape(FamilyType.GAUGE, List.of()) : null;
    }

    private double value(String suffix) {
      return bySuffix.getOrDefault(suffix, 0.0);
    }

    @Nullable SeriesValues toSeries(Map<String, String> labels, Shape shape) {
      try {
        SeriesValues bare = bare(labels, shape.type == FamilyType.GAUGE);
        return switch (shape.type) {
          case COUNTER -> DistributedSeries.counter(bare, value(DistributedSeries.TOTAL));
          case HISTOGRAM ->
              DistributedSeries.with(
                  bare,
                  DistributedSeries.counts(new ArrayList<>(buckets.values())),
                  value(DistributedSeries.SUM));
          case SUMMARY ->
              DistributedSeries.with(
                  bare,
                  List.of(DistributedSeries.toCount(value(DistributedSeries.COUNT))),
                  value(DistributedSeries.SUM));
          default -> DistributedSeries.with(bare, List.of(), value(DistributedSeries.VALUE));
        };
      } catch (IllegalArgumentException e) {
        return null; // a label that no series can have
      }
    }

    private SeriesValues bare(Map<String, String> labels, boolean isGauge) {
      List<String> texts = new ArrayList<>();
      labels.forEach((label, value) -> texts.addAll(List.of(label, value)));
      Double created = bySuffix.get(DistributedSeries.CREATED);
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
