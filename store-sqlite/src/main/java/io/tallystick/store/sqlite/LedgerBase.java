package io.tallystick.store.sqlite;

import io.tallystick.distributed.DistributedFamilies;
import io.tallystick.distributed.DistributedFamilies.Foreign;
import io.tallystick.distributed.DistributedSeries;
import io.tallystick.shm.FamilyType;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.SeriesValues;
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
 * The values of retired sources, in a transaction: rows of ours, and those of {@link MetricsTable},
 * which are what holds (see {@link DistributedSeries}).
 *
 * <p>Of families of one name the first one has the rows of that name, unless Python has begun one
 * there whose rows have the same names; others, which lose the conflict, are in our rows alone. A
 * source is folded series by series where the family's shape is that of the base; else all of the
 * family is merged anew. So is one whose series can be too old to keep, once it has twice as many
 * of them as after the last time.
 */
final class LedgerBase {
  private static final int FEW_SERIES = 1_000;

  private final LedgerRows rows;
  private final MetricsTable table;
  private final long nowMs;

  LedgerBase(Session session, LedgerRows rows, long nowMs) {
    this.rows = rows;
    this.table = new MetricsTable(session);
    this.nowMs = nowMs;
  }

  /**
   * All families, but those whose rows Python has removed; of one identity there may be several,
   * whose series have no labels in common.
   */
  List<FamilyValues> families() throws SQLException {
    Map<String, Map<String, Double>> metrics = table.all();
    List<FamilyValues> families = new ArrayList<>();
    Map<String, FamilyValues> owners = new HashMap<>();
    for (FamilyRow family : rows.descriptions(LedgerRows.BASE)) {
      String name = family.values().name();
      FamilyValues values = rows.withSeries(family);
      if (family.ownsName()) {
        owners.put(name, values);
        values = adjusted(values, metrics.getOrDefault(name, new HashMap<>()));
      }
      if (values != null) {
        families.add(values);
      }
    }
    metrics.forEach(
        (name, left) ->
            DistributedFamilies.of(name, left, owners.get(name), nowMs)
                .forEach(foreign -> families.add(foreign.family())));
    return families;
  }

  /** A family with what its rows say; null where it had series and all of their rows have gone. */
  private static @Nullable FamilyValues adjusted(FamilyValues family, Map<String, Double> metrics) {
    List<SeriesValues> series = new ArrayList<>();
    for (SeriesValues each : family.series()) {
      SeriesValues adjusted = DistributedSeries.kept(family, each, metrics);
      if (adjusted != null) {
        series.add(adjusted);
      }
    }
    return series.isEmpty() && !family.series().isEmpty() ? null : family.withSeries(series);
  }

  boolean isEmpty() throws SQLException {
    return !rows.hasFamilies(LedgerRows.BASE) && table.isEmpty();
  }

  /** Folds families of a source, which counts once. */
  void fold(String source, long publishedMs, List<FamilyValues> families) throws SQLException {
    for (FamilyValues family : families) {
      FamilyValues named = LedgerMerge.withInstance(family, source); // as the base has its series
      fold(named, merge -> merge.addSource(source, false, publishedMs, List.of(named)));
    }
  }

  /** Folds families of another base. */
  void add(FamilyValues family) throws SQLException {
    fold(family, merge -> merge.addBase(List.of(family)));
  }

  private void fold(FamilyValues family, Addition addition) throws SQLException {
    table.make(); // Python may have dropped it
    FamilyRow stored = rows.description(LedgerRows.BASE, family.identity());
    boolean owns = stored == null ? canOwnName(family) : stored.ownsName();
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

  private boolean canOwnName(FamilyValues family) throws SQLException {
    if (!DistributedSeries.hasFields(family.type())) {
      return false;
    }
    for (FamilyRow other : rows.descriptions(LedgerRows.BASE, family.name())) {
      if (other.ownsName()) {
        return false;
      }
    }
    for (Foreign foreign :
        DistributedFamilies.of(family.name(), table.of(family.name()), null, nowMs)) {
      if (DistributedSeries.shareFields(foreign.family().type(), family.type())) {
        return false;
      }
    }
    return true;
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
            owns ? DistributedSeries.kept(stored.values(), known, metrics) : known;
        if (adjusted != null) {
          series.add(adjusted);
        }
      }
    }
    return stored.values().withSeries(series);
  }

  private Map<String, Double> metrics(FamilyValues family, SeriesValues series)
      throws SQLException {
    return table.of(family.name(), DistributedSeries.of(family, series).keySet());
  }

  private boolean isToBeMerged(FamilyRow stored) throws SQLException {
    FamilyValues values = stored.values();
    boolean canExpire =
        values.type() == FamilyType.INFO
            || (values.type() == FamilyType.GAUGE && values.mode().isPerProcess());
    return canExpire && rows.size(stored) > Math.max(FEW_SERIES, 2 * stored.mergedSize());
  }

  private void foldWhole(
      FamilyValues family, @Nullable FamilyRow stored, boolean owns, Addition addition)
      throws SQLException {
    LedgerMerge merge = new LedgerMerge(nowMs);
    Set<String> gone = new HashSet<>();
    Map<String, Double> metrics = owns ? table.of(family.name()) : new HashMap<>();
    if (stored != null) {
      FamilyValues all = rows.withSeries(stored);
      all.series().forEach(each -> gone.addAll(DistributedSeries.of(all, each).keySet()));
      FamilyValues present = owns ? adjusted(all, metrics) : all;
      if (present != null) {
        merge.addBase(List.of(present));
      }
      rows.removeAll(stored);
    }
    for (Foreign foreign : DistributedFamilies.of(family.name(), metrics, family, nowMs)) {
      if (foreign.family().identity().equals(family.identity())) {
        merge.addBase(List.of(foreign.family()));
        gone.addAll(foreign.rows());
      }
    }
    addition.addTo(merge);
    if (owns) {
      for (String field : gone) {
        table.delete(family.name(), field);
      }
    }
    for (FamilyValues merged : merge.toBase()) {
      put(merged, owns);
    }
    rows.setMerged(LedgerRows.BASE, family.identity(), owns);
  }

  private void put(FamilyValues family, boolean owns) throws SQLException {
    rows.put(LedgerRows.BASE, family);
    if (!owns) {
      return;
    }
    for (SeriesValues series : family.series()) {
      for (Map.Entry<String, Double> field : DistributedSeries.of(family, series).entrySet()) {
        table.put(family.name(), field.getKey(), field.getValue());
      }
    }
  }

  /** Adds what is folded to a merge. */
  private interface Addition {
    void addTo(LedgerMerge merge);
  }
}
