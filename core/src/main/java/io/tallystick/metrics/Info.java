package io.tallystick.metrics;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.CoarseClock;
import io.tallystick.shm.FamilyType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An info: facts as label values, each set with the value 1. The directory shows the sets of all
 * its processes, those of dead ones for as long as dead gauges are kept.
 *
 * <p>Threading: any; changes wait for each other.
 */
public final class Info {
  private final ReentrantLock lock = new ReentrantLock();
  private final MetricBuilder.Registration registration;
  private final Map<List<String>, Point> points = new HashMap<>();

  private Info(MetricBuilder.Registration registration) {
    this.registration = registration;
    if (registration.family().descriptor().labelNames().isEmpty()) {
      add(List.of());
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Makes this the only set of this process. */
  public void setLabelValues(String... labelValues) {
    List<String> values = checked("setLabelValues", labelValues);
    lock.lock();
    try {
      add(values);
      for (List<String> other : List.copyOf(points.keySet())) {
        if (!other.equals(values)) {
          drop(other);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Adds a set. */
  public void addLabelValues(String... labelValues) {
    List<String> values = checked("addLabelValues", labelValues);
    lock.lock();
    try {
      add(values);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a set out of the scrape. */
  public void remove(String... labelValues) {
    requireLength("remove", labelValues);
    if (labelValues.length == 0 || Arrays.asList(labelValues).contains(null)) {
      return; // as client_java: an info without labels always shows, and there is none with null
    }
    List<String> values = List.of(labelValues);
    lock.lock();
    try {
      drop(values);
    } finally {
      lock.unlock();
    }
  }

  private void add(List<String> values) {
    if (points.containsKey(values)) {
      return;
    }
    var file = registration.tallystick().file();
    List<String> stored = values;
    Cells cells = null;
    if (points.size() < registration.tallystick().maxSeriesPerMetric()) {
      cells = file.addSeries(registration.family(), values, file.clock().nowMs());
    }
    if (cells == null) {
      file.countOverflow();
      stored = values.stream().map(value -> StatefulMetric.OVERFLOW).toList();
      if (points.containsKey(stored)) {
        return;
      }
      cells = file.addSeries(registration.family(), stored, file.clock().nowMs());
    }
    if (cells != null) {
      Point point = new Point(cells, stored.toArray(String[]::new));
      point.set();
      points.put(stored, point);
    }
  }

  private void drop(List<String> values) {
    Point point = points.remove(values);
    if (point != null) {
      registration.tallystick().file().removeSeries(point.cells());
    }
  }

  private void requireLength(String method, String[] labelValues) {
    var descriptor = registration.family().descriptor();
    int labels = descriptor.labelNames().size();
    if (labelValues.length != labels) {
      throw new IllegalArgumentException(
          "Info "
              + descriptor.name()
              + " was created with "
              + labels
              + " label names, but you called "
              + method
              + "() with "
              + labelValues.length
              + " label values.");
    }
  }

  private List<String> checked(String method, String[] labelValues) {
    requireLength(method, labelValues);
    var descriptor = registration.family().descriptor();
    int missing = Arrays.asList(labelValues).indexOf(null);
    if (missing >= 0) {
      throw new IllegalArgumentException(
          "null label value for metric "
              + descriptor.name()
              + " and label "
              + descriptor.labelNames().get(missing));
    }
    return List.of(labelValues);
  }

  /** Makes an {@link Info}. */
  public static final class Builder extends MetricBuilder<Builder, Info> {
    private Builder() {
      super(io.prometheus.metrics.core.metrics.Info.builder());
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    FamilyType type() {
      return FamilyType.INFO;
    }

    @Override
    Info metric(Registration registration) {
      return new Info(registration);
    }
  }

  private static final class Point extends LabelledCells {
    private final CoarseClock clock;

    Point(Cells cells, String[] labelValues) {
      super(cells, labelValues);
      this.clock = cells.clock();
    }

    void set() {
      single().putRelease(cell + CellLayout.GAUGE_WRITTEN_MS, clock.nowMs());
      single().putRelease(cell + CellLayout.GAUGE_VALUE, Double.doubleToRawLongBits(1));
    }
  }
}
