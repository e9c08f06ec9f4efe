package io.tallystick.merge;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which of the families of one name are shown: the oldest with anything to show.
 *
 * @param families those to show, sorted by name
 * @param hidden those with something to show that lose to another one of their name
 * @param contested names of several families, be it with nothing to show
 */
record ShownFamilies(
    List<MergedFamily> families, List<MergedFamily> hidden, Set<String> contested) {

  static ShownFamilies of(Collection<MergedFamily> all) {
    Map<String, MergedFamily> byName = new LinkedHashMap<>();
    for (MergedFamily family : all) {
      byName.merge(nameOf(family), family, (a, b) -> older(a, b) ? a : b);
    }
    List<MergedFamily> chosen = new ArrayList<>(byName.values());
    chosen.sort(Comparator.comparing(ShownFamilies::nameOf));
    Set<MergedFamily> others = new HashSet<>(all);
    chosen.forEach(others::remove);
    Set<String> contested =
        others.stream().map(ShownFamilies::nameOf).collect(Collectors.toUnmodifiableSet());
    others.removeIf(family -> !family.isSeen());
    return new ShownFamilies(chosen, List.copyOf(others), contested);
  }

  /** Whether there is another family of its name. */
  boolean isContested(MergedFamily family) {
    return contested.contains(nameOf(family));
  }

  boolean hasContested() {
    return !contested.isEmpty();
  }

  private static String nameOf(MergedFamily family) {
    return family.metadata().getPrometheusName();
  }

  private static boolean older(MergedFamily a, MergedFamily b) {
    if (a.isSeen() != b.isSeen()) {
      return a.isSeen();
    }
    if (a.createdMs() != b.createdMs()) {
      return a.createdMs() < b.createdMs();
    }
    if (a.type() != b.type()) {
      return a.type().compareTo(b.type()) < 0;
    }
    return a.mode().compareTo(b.mode()) <= 0;
  }
}
