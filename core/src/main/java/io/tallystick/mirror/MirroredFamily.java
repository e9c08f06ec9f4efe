package io.tallystick.mirror;

import io.tallystick.shm.Cells;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The series of a family that are put as they are, in rounds: those that a round does not put are
 * removed at its end.
 *
 * <p>Registries give their series sorted, and mostly the same ones as the time before. So the
 * series that stands next in the last round's order is looked at first, which takes no hash and no
 * object; only where it is another one its label values are looked up.
 *
 * <p>Threading: one thread at a time.
 */
final class MirroredFamily {
  private static final int FIRST_CAPACITY = 4;

  private final ProcessFile file;
  private final ProcessFile.Family family;
  private final SeriesLimits.Admission admission;
  private final int[] variable; // where among them the values that a descriptor has stand
  private final Map<List<String>, MirroredSeries> byValues = new HashMap<>();
  private MirroredSeries[] order = new MirroredSeries[FIRST_CAPACITY];
  private MirroredSeries[] nextOrder = new MirroredSeries[FIRST_CAPACITY];
  private int at;
  private int size;
  private int nextSize;
  private long round;

  MirroredFamily(ProcessFile file, ProcessFile.Family family, SeriesLimits limits) {
    this.file = file;
    this.family = family;
    this.admission = limits.of(family);
    FamilyDescriptor descriptor = family.descriptor();
    int labels = descriptor.labelNames().size() + descriptor.constLabelNames().size();
    String[] labelNames = new String[labels]; // of a data point, sorted as there
    int next = 0;
    for (String name : descriptor.labelNames()) {
      labelNames[next++] = name;
    }
    for (String name : descriptor.constLabelNames()) {
      labelNames[next++] = name;
    }
    Arrays.sort(labelNames);
    this.variable =
        descriptor.labelNames().stream()
            .mapToInt(name -> Arrays.asList(labelNames).indexOf(name))
            .toArray();
  }

  int size() {
    return byValues.size();
  }

  void begin() {
    round++;
    at = 0;
    nextSize = 0;
  }

  /**
   * Puts a data point, which must have the family's label names, and its bounds or states.
   *
   * @param present how many series there are of the metric
   * @return what is wrong with it, or null
   */
  @Nullable String put(SnapshotCursor point, int present, long nowMs) {
    MirroredSeries series = at < size && order[at].isOf(point) ? order[at] : find(point);
    if (series == null) {
      List<String> described = describedOf(point);
      if (described == null || !admission.isShort(described)) {
        return "label values are missing or too long";
      }
      if (!admission.admits(described, present)) {
        return "too many series";
      }
      series = make(point, described);
    } else if (series.round == round) {
      return "series is there twice";
    } else {
      at = series.position + 1;
    }
    series.round = round;
    series.position = nextSize;
    if (nextSize == nextOrder.length) {
      nextOrder = Arrays.copyOf(nextOrder, 2 * nextSize);
    }
    nextOrder[nextSize++] = series;
    return series.put(point, nowMs) ? null : "value is none that the type can have";
  }

  private @Nullable MirroredSeries find(SnapshotCursor point) {
    return byValues.isEmpty() ? null : byValues.get(Arrays.asList(valuesOf(point)));
  }

  private static String[] valuesOf(SnapshotCursor point) {
    String[] values = new String[point.labels()];
    for (int label = 0; label < values.length; label++) {
      values[label] = point.labelValue(label);
    }
    return values;
  }

  /** The values that a descriptor has; null where one is missing. */
  private @Nullable List<String> describedOf(SnapshotCursor point) {
    String[] values = valuesOf(point);
    if (Arrays.asList(values).contains(null)) {
      return null;
    }
    return Arrays.stream(variable).mapToObj(label -> values[label]).toList();
  }

  private MirroredSeries make(SnapshotCursor point, List<String> described) {
    Cells cells = file.addSeries(family, described, point.createdMs());
    if (cells == null) {
      throw new AssertionError("label values were short enough: " + described);
    }
    cells.keepTouched(); // it is removed once its source does not say it any more
    String[] values = valuesOf(point);
    MirroredSeries series = MirroredSeries.of(family.descriptor(), cells, values);
    byValues.put(Arrays.asList(values), series);
    return series;
  }

  /** Removes the series that were not put since the beginning. */
  void end() {
    if (nextSize != byValues.size()) {
      for (int i = 0; i < size; i++) {
        if (order[i].round != round) {
          byValues.remove(Arrays.asList(order[i].labelValues()));
          file.removeSeries(order[i].cells());
        }
      }
    }
    MirroredSeries[] free = order;
    order = nextOrder;
    nextOrder = free;
    size = nextSize;
  }

  /** Removes all series. */
  void clear() {
    begin();
    end();
  }
}
