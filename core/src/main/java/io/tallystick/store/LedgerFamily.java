package io.tallystick.store;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A family of a memory store's ledger, whose series change one by one. Not thread-safe.
 *
 * <p>Where each series is, is only found out once one of them changes: a family that is published
 * anew each time costs no more than to count its bytes.
 */
final class LedgerFamily {
  private final Map<Labels, Row> rows = new HashMap<>(); // empty while nothing has changed
  private FamilyValues description;
  private @Nullable FamilyValues values; // null until somebody asks again
  private @Nullable Row[] latest = {}; // places of the series that changed last
  private long bytes;

  LedgerFamily(FamilyValues first) {
    description = first;
    values = first;
    bytes = Room.bytesOf(first);
  }

  private Map<Labels, Row> rows() {
    FamilyValues present = values;
    if (rows.isEmpty() && present != null) {
      present.series().forEach(each -> rows.put(each.labels(), new Row(each)));
    }
    return rows;
  }

  FamilyValues description() {
    return description;
  }

  int size() {
    FamilyValues present = values;
    return present == null ? rows.size() : present.series().size();
  }

  /** What the family takes, about. */
  long bytes() {
    return bytes;
  }

  /** Those of its series that have the labels of one of another family. */
  List<SeriesValues> seriesOf(FamilyValues other) {
    Map<Labels, Row> present = rows();
    return other.series().stream()
        .map(each -> present.get(each.labels()))
        .filter(Objects::nonNull)
        .map(row -> row.values)
        .toList();
  }

  /** What is to become of the family. Until it is made so, nothing else may change it. */
  Change change(FamilyValues changed) {
    Map<Labels, Row> present = rows();
    List<SeriesValues> series = changed.series();
    @Nullable Row[] places = new Row[series.size()];
    long growth = 0;
    for (int i = 0; i < places.length; i++) {
      SeriesValues each = series.get(i);
      Row row = i < latest.length ? latest[i] : null; // most change again, in the same order
      if (row == null || !row.values.labels().equals(each.labels())) {
        row = present.get(each.labels());
      }
      places[i] = row;
      growth += row == null ? Room.bytesOf(each) : Room.growth(row.values, each);
    }
    return new Change(changed, places, growth);
  }

  FamilyValues values() {
    FamilyValues present = values;
    if (present == null) {
      List<SeriesValues> series = new ArrayList<>(rows.size());
      rows.values().forEach(row -> series.add(row.values));
      present = description.withSeries(series);
      values = present;
    }
    return present;
  }

  /** Series that are to be put, each in the place of the one of the same labels. */
  final class Change {
    private final FamilyValues changed;
    private final @Nullable Row[] places;
    private final long growth;

    Change(FamilyValues changed, @Nullable Row[] places, long growth) {
      this.changed = changed;
      this.places = places;
      this.growth = growth;
    }

    /** How many more bytes the family takes then. */
    long growth() {
      return growth;
    }

    /** Puts the series, and describes all of the family anew. */
    void make() {
      for (int i = 0; i < places.length; i++) {
        SeriesValues each = changed.series().get(i);
        Row row = places[i];
        if (row == null) {
          places[i] = new Row(each);
          rows.put(each.labels(), places[i]);
        } else {
          row.values = each;
        }
      }
      description = changed;
      values = null;
      latest = places;
      bytes += growth;
    }
  }

  /** Where a series is. */
  private static final class Row {
    private SeriesValues values;

    Row(SeriesValues values) {
      this.values = values;
    }
  }
}
