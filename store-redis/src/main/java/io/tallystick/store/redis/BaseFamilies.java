package io.tallystick.store.redis;

import io.tallystick.distributed.DistributedFamilies;
import io.tallystick.distributed.DistributedFamilies.Foreign;
import io.tallystick.distributed.DistributedSeries;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The families of one name in the base: ours, as Python's hash has changed them, and those that
 * Python alone has written. Of ours the first one that Python knows the type of owns the hash.
 */
final class BaseFamilies {
  private BaseFamilies() {}

  /**
   * All families; of one identity there may be several, whose series have no labels in common.
   *
   * @param ours with all of their series
   * @param owner the tag of the one that owns the hash; null where none does
   */
  static List<FamilyValues> of(
      String name,
      List<FamilyValues> ours,
      @Nullable String owner,
      Map<String, Double> python,
      long nowMs) {
    List<FamilyValues> families = new ArrayList<>();
    FamilyValues owning = null;
    for (FamilyValues family : ours) {
      boolean owns = FamilyFields.tag(family).equals(owner);
      families.add(owns ? adjusted(family, python) : family);
      owning = owns ? family : owning;
    }
    for (Foreign foreign : DistributedFamilies.of(name, python, owning, nowMs)) {
      families.add(foreign.family());
    }
    return families;
  }

  /** A family as Python's fields say, which are taken out of those that are there. */
  static FamilyValues adjusted(FamilyValues family, Map<String, Double> python) {
    List<SeriesValues> series = new ArrayList<>();
    for (SeriesValues each : family.series()) {
      series.add(DistributedSeries.counted(family, each, python));
    }
    return family.withSeries(series);
  }
}
