package io.tallystick.metrics;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.CoarseClock;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;
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
  private final SeriesLimits.Admission admission;
  private final Map<List<String>, Point> points = new HashMap<>();

  private Info(MetricBuilder.Registration registration) {
    this.registration = registration;
    this.admission = registration.registrar().limits().of(registration.family());
    if (registration.family().descriptor().labelNames().isEmpty()) {
      List<String> unused = add(List.of(), true);
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
      List<String> shown = add(values, true);
      for (List<String> other : List.copyOf(points.keySet())) {
        if (!other.equals(shown)) {
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
      List<String> unused = add(values, false);
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

  /**
   * Adds a set and returns it, or the overflow set that stands for it.
   *
   * @param alone whether the others are dropped next, so that there is room
   */
  private List<String> add(List<String> values, boolean alone) {
    Point present = points.get(values);
    if (present != null) {
      present.set();
      return values;
    }
    if (admission.admits(values, alone ? 0 : points.size()) && tryAdd(values)) {
      return values;
    }
    ProcessFile file = registration.registrar().file();
    file.countOverflow();
    List<String> overflow = values.stream().map(value -> StatefulMetric.OVERFLOW).toList();
    if (!points.containsKey(overflow)) {
      StatefulMetric.sayOverflow(registration);
      if (!tryAdd(overflow)) {
        throw new IllegalStateException(
            "too many labels for a descriptor: metric="
                + registration.family().descriptor().name());
      }
    }
    return overflow;
  }

  private boolean tryAdd(List<String> values) {
    ProcessFile file = registration.registrar().file();
    Cells cells = file.addSeries(registration.family(), values, file.clock().nowMs());
    if (cells == null) {
      return false;
    }
    Point point = new Point(cells, values.toArray(String[]::new));
    point.set();
    points.put(values, point);
    return true;
  }

  private void drop(List<String> values) {
    Point point = points.remove(values);
    if (point != null) {
      registration.registrar().file().removeSeries(point.cells());
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
