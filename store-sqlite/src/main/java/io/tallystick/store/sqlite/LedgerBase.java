package io.tallystick.store.sqlite;

import io.tallystick.python.DistributedField;
import io.tallystick.shm.FamilyType;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.sqlite.ForeignFamilies.Foreign;
import io.tallystick.store.sqlite.LedgerRows.FamilyRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of retired sources, in a transaction: rows of ours, and those of
 * prometheus-distributed-client's table {@code metrics}, which are what holds (see {@link
 * MetricFields}).
 *
 * <p>Of families of one name the first one has the rows of that name; others, which lose the
 * conflict, are in our rows alone. A source is folded series by series where the family's shape is
 * that of the base; else all of the family is merged anew. So is one whose series can be too old to
 * keep, once it has twice as many of them as after the last time.
 */
final class LedgerBase {
  private static final int FEW_SERIES = 1_000;

  private final Session session;
  private final LedgerRows rows;
  private final long nowMs;

  LedgerBase(Session session, LedgerRows rows, long nowMs) {
    this.session = session;
    this.rows = rows;
    this.nowMs = nowMs;
  }

  /**
   * All families, some without series; of one identity there may be several, whose series have no
   * labels in common.
   */
  List<FamilyValues> families() throws SQLException {
    Map<String, Map<String, Double>> metrics = new HashMap<>();
    session.forEach(
        "SELECT metric_key, subkey, value FROM metrics",
        row ->
            metrics
                .computeIfAbsent(row.getString(1), name -> new HashMap<>())
                .merge(DistributedField.newer(row.getString(2)), row.getDouble(3), Double::sum));
    List<FamilyValues> families = new ArrayList<>();
    Map<String, FamilyValues> owners = new HashMap<>();
    for (FamilyRow family : rows.descriptions(LedgerRows.BASE)) {
      String name = family.values().name();
      FamilyValues values = rows.withSeries(family);
      boolean owns =
          MetricFields.hasFields(values.type()) && owners.putIfAbsent(name, values) == null;
      families.add(owns ? adjusted(values, metrics.getOrDefault(name, new HashMap<>())) : values);
    }
    metrics.forEach(
        (name, left) ->
            ForeignFamilies.of(name, left, owners.get(name), nowMs)
                .forEach(foreign -> families.add(foreign.family())));
    return families;
  }

  private static FamilyValues adjusted(FamilyValues family, Map<String, Double> metrics) {
    List<SeriesValues> series = new ArrayList<>();
    for (SeriesValues each : family.series()) {
      SeriesValues adjusted = MetricFields.adjusted(family, each, metrics);
      if (adjusted != null) {
        series.add(adjusted);
      }
    }
    return family.withSeries(series);
  }

  boolean isEmpty() throws SQLException {
    return session.number(0, "SELECT 1 FROM tallystick_families WHERE source = 0 LIMIT 1") == 0
        && session.number(0, "SELECT 1 FROM metrics LIMIT 1") == 0;
  }

  /** Folds families of a source, which counts once. */
  void fold(String source, long publishedMs, List<FamilyValues> families) throws SQLException {
    for (FamilyValues family : families) {
      fold(family, merge -> merge.addSource(source, false, publishedMs, List.of(family)));
    }
  }

  /** Folds families of another base. */
  void add(FamilyValues family) throws SQLException {
    fold(family, merge -> merge.addBase(List.of(family)));
  }

  private void fold(FamilyValues family, Addition addition) throws SQLException {
    FamilyRow stored = rows.description(LedgerRows.BASE, family.identity());
    FamilyRow owner = owner(family.name());
    boolean owns =
        MetricFields.hasFields(family.type())
            && (owner == null || (stored != null && owner.id() == stored.id()));
    FamilyValues present = stored == null ? null : seriesOf(stored, family, owns);
    if (stored == null || present == null) {
      foldWhole(family, stored, owns, addition);
      return;
    }
    LedgerMerge merge = new LedgerMerge(nowMs);
    merge.addBase(List.of(present));
    addition.addTo(merge);
    for (FamilyValues merged : merge.toBase()) {
      put(merged, owns);
    }
  }

  /** The first family of a name that Python knows the type of. */
  private @Nullable FamilyRow owner(String name) throws SQLException {
    for (FamilyRow family : rows.descriptions(LedgerRows.BASE, name)) {
      if (MetricFields.hasFields(family.values().type())) {
        return family;
      }
    }
    return null;
  }

  /**
   * A family of ours with those series that have the labels of one of another family; null where
   * they alone do not do.
   */
  private @Nullable FamilyValues seriesOf(FamilyRow stored, FamilyValues other, boolean owns)
      throws SQLException {
    if (!stored.values().hasShapeOf(other) || isToBeMerged(stored)) {
      return null;
    }
    List<SeriesValues> series = new ArrayList<>();
    for (SeriesValues each : other.series()) {
      SeriesValues known = rows.series(stored, each.labels());
      Map<String, Double> metrics =
          owns ? metrics(other, known == null ? each : known) : new HashMap<>();
      if (known == null) {
        if (!metrics.isEmpty()) {
          return null; // Python has begun this series
        }
      } else {
        SeriesValues adjusted =
            owns ? MetricFields.adjusted(stored.values(), known, metrics) : known;
        if (adjusted != null) {
          series.add(adjusted);
        }
      }
    }
    return stored.values().withSeries(series);
  }

  private boolean isToBeMerged(FamilyRow stored) throws SQLException {
    FamilyValues values = stored.values();
    boolean canExpire =
        values.type() == FamilyType.INFO
            || (values.type() == FamilyType.GAUGE && values.mode().isPerProcess());
    return canExpire && rows.size(stored) > Math.max(FEW_SERIES, 2 * stored.mergedSize());
  }

  private Map<String, Double> metrics(FamilyValues family, SeriesValues series)
      throws SQLException {
    Map<String, Double> metrics = new HashMap<>();
    for (String field : MetricFields.of(family, series).keySet()) {
      session.forEach(
          "SELECT value FROM metrics WHERE metric_key = ? AND subkey IN (?, ?)",
          row -> metrics.merge(field, row.getDouble(1), Double::sum),
          family.name(),
          field,
          DistributedField.older(field));
    }
    return metrics;
  }

  private void foldWhole(
      FamilyValues family, @Nullable FamilyRow stored, boolean owns, Addition addition)
      throws SQLException {
    LedgerMerge merge = new LedgerMerge(nowMs);
    Set<String> gone = new HashSet<>();
    Map<String, Double> metrics = new HashMap<>();
    if (owns) {
      session.forEach(
          "SELECT subkey, value FROM metrics WHERE metric_key = ?",
          row ->
              metrics.merge(
                  DistributedField.newer(row.getString(1)), row.getDouble(2), Double::sum),
          family.name());
    }
    if (stored != null) {
      FamilyValues all = rows.withSeries(stored);
      all.series().forEach(each -> gone.addAll(MetricFields.of(all, each).keySet()));
      merge.addBase(List.of(owns ? adjusted(all, metrics) : all));
      rows.removeAll(stored);
    }
    for (Foreign foreign : ForeignFamilies.of(family.name(), metrics, family, nowMs)) {
      if (foreign.family().identity().equals(family.identity())) {
        merge.addBase(List.of(foreign.family()));
        gone.addAll(foreign.rows());
      }
    }
    addition.addTo(merge);
    if (owns) {
      for (String field : gone) {
        deleteMetric(family.name(), field);
      }
    }
    for (FamilyValues merged : merge.toBase()) {
      put(merged, owns);
    }
    rows.setMerged(LedgerRows.BASE, family.identity());
  }

  private void put(FamilyValues family, boolean owns) throws SQLException {
    rows.put(LedgerRows.BASE, family);
    if (!owns) {
      return;
    }
    for (SeriesValues series : family.series()) {
      for (Map.Entry<String, Double> field : MetricFields.of(family, series).entrySet()) {
        putMetric(family.name(), field.getKey(), field.getValue());
      }
    }
  }

  private void putMetric(String name, String field, double value) throws SQLException {
    if (Double.isNaN(value)) {
      deleteMetric(name, field);
      return;
    }
    session.update(
        "INSERT INTO metrics VALUES (?, ?, ?)"
            + " ON CONFLICT (metric_key, subkey) DO UPDATE SET value = excluded.value",
        name,
        field,
        value);
    String older = DistributedField.older(field);
    if (!older.equals(field)) {
      deleteMetric(name, older); // which is in the value
    }
  }

  private void deleteMetric(String name, String field) throws SQLException {
    session.update(
        "DELETE FROM metrics WHERE metric_key = ? AND subkey IN (?, ?)",
        name,
        field,
        DistributedField.older(field));
  }

  /** Adds what is folded to a merge. */
  private interface Addition {
    void addTo(LedgerMerge merge);
  }
}
