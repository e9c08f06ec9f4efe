package io.tallystick.scrape;

import io.tallystick.merge.FamilySize;
import io.tallystick.merge.Merge;
import io.tallystick.merge.Source;
import io.tallystick.shm.ProcessFile;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The families of a directory with the most series, as gauges in a process file of the heap.
 *
 * <p>Which ones they are changes seldom. When it does, another file takes the place of this one, so
 * that those which were shown once take no room.
 */
final class GreatestFamilies {
  private static final int MOST = 20;

  private final Clock clock;
  private Map<String, SelfMetrics.Value> values = Map.of();
  private @Nullable Source source;

  GreatestFamilies(Clock clock) {
    this.clock = clock;
  }

  /** Sets the gauges by the records that the merge has read; its cells are read after that. */
  void show(Merge merge) throws IOException {
    List<FamilySize> greatest = FamilySize.greatest(merge, MOST);
    Set<String> names = greatest.stream().map(FamilySize::family).collect(Collectors.toSet());
    if (!names.equals(values.keySet())) {
      replace(merge, names);
    }
    for (FamilySize size : greatest) {
      Objects.requireNonNull(values.get(size.family())).set(size.series());
    }
  }

  /** How many gauges there are. */
  int size() {
    return values.size();
  }

  private void replace(Merge merge, Set<String> names) throws IOException {
    clear(merge);
    ProcessFile file =
        ProcessFile.inHeap(new ProcessFile.Settings(0, 64, Long.MAX_VALUE, null, clock));
    ProcessFile.Family family =
        SelfMetrics.family(
            file, "tallystick_family_series", "Series of the families that have most.", "family");
    Map<String, SelfMetrics.Value> made = new HashMap<>();
    names.forEach(name -> made.put(name, new SelfMetrics.Value(file, family, name)));
    values = made;
    Source next = new Source(file.readers().get(0), true);
    source = next;
    merge.add(next);
  }

  private void clear(Merge merge) throws IOException {
    values = Map.of();
    Source present = source;
    source = null;
    if (present != null) {
      merge.remove(List.of(present));
    }
  }

  /** Forgets what the merge has closed. */
  void close() {
    values = Map.of();
    source = null;
  }
}
