package io.tallystick.merge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many series a directory has under one name: those that have nothing to show at present count,
 * and so do those that an older registration of the name keeps from being shown.
 *
 * @param family its name, as client_java compares names
 */
public record FamilySize(String family, int series) {
  /** How the names of Tallystick's own families begin. */
  public static final String OWN_PREFIX = "tallystick_";

  private static final Comparator<FamilySize> GREATEST_FIRST =
      Comparator.comparingInt(FamilySize::series).reversed().thenComparing(FamilySize::family);

  /** Whether a family is Tallystick's own, of a directory and what works on it. */
  public static boolean isOwn(MergedFamily family) {
    return family.metadata().getPrometheusName().startsWith(OWN_PREFIX);
  }

  /** The families with the most series, those first; Tallystick's own are left out. */
  public static List<FamilySize> greatest(Merge merge, int most) {
    List<MergedFamily> unused = merge.families(); // leaves out what no source has any more
    Map<String, Integer> series = new HashMap<>();
    for (MergedFamily family : merge.allFamilies()) {
      if (family.size() > 0 && !isOwn(family)) {
        series.merge(family.metadata().getPrometheusName(), family.size(), Integer::sum);
      }
    }
    List<FamilySize> sizes = new ArrayList<>();
    series.forEach((name, size) -> sizes.add(new FamilySize(name, size)));
    sizes.sort(GREATEST_FIRST);
    return List.copyOf(sizes.subList(0, Math.min(most, sizes.size())));
  }
}
