package io.tallystick.metrics;

import io.tallystick.shm.Cells;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The data points of series that have expired, to be found for as long as somebody holds them; and
 * after that their cells, which can be gone on with for a while.
 *
 * <p>Threading: under the metric's lock.
 */
final class IdlePoints<P extends LabelledCells> {
  private static final int LEAST_TO_LOOK_AT = 64;

  private final Map<List<String>, Idle<P>> points = new HashMap<>();
  private int lookAt = LEAST_TO_LOOK_AT;

  /** How many there are, but for some that have ended: those are left out now and then. */
  int size() {
    if (points.size() >= lookAt) {
      points.values().removeIf(idle -> idle.cells.hasEnded());
      lookAt = Math.max(LEAST_TO_LOOK_AT, 2 * points.size());
    }
    return points.size();
  }

  void add(P point) {
    WeakReference<P> weak = new WeakReference<>(point);
    points.put(List.of(point.labelValues()), new Idle<>(point.cells(), weak));
    point.cells().holdWeakly(weak);
  }

  /** Takes out a data point that somebody may hold; null where nobody does. */
  @Nullable P take(String[] labelValues) {
    Idle<P> idle = points.isEmpty() ? null : points.get(List.of(labelValues));
    P point = idle == null ? null : idle.point.get();
    if (point != null) {
      points.remove(List.of(labelValues));
      point.cells().hold();
    }
    return point;
  }

  /** The label values of all. */
  List<List<String>> labelValues() {
    return List.copyOf(points.keySet());
  }

  /** Takes out a series, whether or not somebody holds it; null where there is none. */
  @Nullable Cells remove(List<String> labelValues) {
    Idle<P> idle = points.remove(labelValues);
    return idle == null ? null : idle.cells;
  }

  private record Idle<P>(Cells cells, WeakReference<P> point) {}
}
