package io.tallystick.merge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How many series a family of a directory has, those included that have nothing to show at present.
 *
 * @param family its name, as client_java compares names
 */
public record FamilySize(String family, int series) {
  private static final String OWN_PREFIX = "tallystick_";
  private static final Comparator<FamilySize> GREATEST_FIRST =
      Comparator.comparingInt(FamilySize::series).reversed().thenComparing(FamilySize::family);

  /** The families with the most series, those first; a scraper's own are left out. */
  public static List<FamilySize> greatest(Merge merge, int most) {
    List<FamilySize> sizes = new ArrayList<>();
    for (MergedFamily family : merge.families()) {
      String name = family.metadata().getPrometheusName();
      if (family.size() > 0 && !name.startsWith(OWN_PREFIX)) {
        sizes.add(new FamilySize(name, family.size()));
      }
    }
    sizes.sort(GREATEST_FIRST);
    return List.copyOf(sizes.subList(0, Math.min(most, sizes.size())));
  }
}
