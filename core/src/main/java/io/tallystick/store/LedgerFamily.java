package io.tallystick.store;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A family of a memory store's ledger, whose series change one by one. Not thread-safe. */
final class LedgerFamily {
  private final Map<Labels, SeriesValues> series = new HashMap<>();
  private FamilyValues description;
  private @Nullable FamilyValues values; // null until somebody asks again

  LedgerFamily(FamilyValues first) {
    description = first;
    put(first);
  }

  /** Puts series, each in the place of the one of the same labels, and describes all anew. */
  void put(FamilyValues changed) {
    description = changed;
    values = null;
    changed.series().forEach(each -> series.put(each.labels(), each));
  }

  FamilyValues description() {
    return description;
  }

  int size() {
    return series.size();
  }

  /** Those of its series that have the labels of one of another family. */
  List<SeriesValues> seriesOf(FamilyValues other) {
    return other.series().stream()
        .map(each -> series.get(each.labels()))
        .filter(Objects::nonNull)
        .toList();
  }

  /** How many more bytes it takes once series are put. */
  long growth(FamilyValues changed) {
    long bytes = 0;
    for (SeriesValues each : changed.series()) {
      SeriesValues present = series.get(each.labels());
      bytes += Room.bytesOf(each) - (present == null ? 0 : Room.bytesOf(present));
    }
    return bytes;
  }

  FamilyValues values() {
    FamilyValues present = values;
    if (present == null) {
      present = description.withSeries(new ArrayList<>(series.values()));
      values = present;
    }
    return present;
  }
}
