package io.tallystick.scrape;

import io.tallystick.merge.FamilySize;
import io.tallystick.merge.Merge;
import io.tallystick.merge.Source;
import io.tallystick.shm.ProcessFile;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
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
  private List<String> names = List.of();
  private List<SelfMetrics.Value> values = List.of();
  private @Nullable Source source;

  GreatestFamilies(Clock clock) {
    this.clock = clock;
  }

  /** Sets the gauges by the records that the merge has read; its cells are read after that. */
  void show(Merge merge) throws IOException {
    List<FamilySize> greatest = FamilySize.greatest(merge, MOST);
    List<String> present = greatest.stream().map(FamilySize::family).toList();
    if (!present.equals(names)) {
      replace(merge, present);
    }
    for (int i = 0; i < greatest.size(); i++) {
      values.get(i).set(greatest.get(i).series());
    }
  }

  /** How many gauges there are. */
  int size() {
    return values.size();
  }

  private void replace(Merge merge, List<String> present) throws IOException {
    clear(merge);
    ProcessFile file =
        ProcessFile.inHeap(new ProcessFile.Settings(0, 64, Long.MAX_VALUE, null, clock));
    ProcessFile.Family family =
        SelfMetrics.family(
            file, "tallystick_family_series", "Series of the families that have most.", "family");
    List<SelfMetrics.Value> made = new ArrayList<>();
    present.forEach(name -> made.add(new SelfMetrics.Value(file, family, name)));
    values = made;
    names = present;
    Source next = new Source(file.readers().get(0), true);
    source = next;
    merge.add(next);
  }

  private void clear(Merge merge) throws IOException {
    names = List.of();
    Source present = source;
    source = null;
    if (present != null) {
      merge.remove(List.of(present));
    }
  }

  /** Forgets what the merge has closed. */
  void close() {
    names = List.of();
    source = null;
  }
}
