package io.tallystick.metrics;

import io.tallystick.shm.Cells;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.Log;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesHolder;
import io.tallystick.shm.SeriesLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A metric whose series are made by their label values, as client_java's class of this name.
 *
 * <p>Threading: any. Looking up a series that is there takes no lock; making and removing one does,
 * and so does a look-up that ends in the overflow series.
 *
 * @param <D> the interface of a data point
 * @param <P> its class
 */
public abstract class StatefulMetric<D, P extends LabelledCells> {
  /** The value of every label of the series that takes what is over a limit. */
  public static final String OVERFLOW = SeriesLimits.OVERFLOW;

  private static final String[] NO_VALUES = {};

  private final ReentrantLock lock = new ReentrantLock();
  private final SeriesTable<P> series = new SeriesTable<>();
  private final IdlePoints<P> idle = new IdlePoints<>();
  private final SeriesHolder holder = this::letGo;
  private final MetricBuilder.Registration registration;
  private final ProcessFile file;
  private final ProcessFile.Family family;
  private final int labels;
  private final SeriesLimits.Admission admission;
  private volatile @Nullable P overflow;
  private volatile @Nullable P noLabels;

  StatefulMetric(MetricBuilder.Registration registration) {
    this.registration = registration;
    this.file = registration.registrar().file();
    this.family = registration.family();
    this.labels = family.descriptor().labelNames().size();
    this.admission = registration.registrar().limits().of(family);
  }

  abstract P newDataPoint(Cells cells, String[] labelValues);

  abstract D asDataPoint(P point);

  /** Makes the series of a metric without labels, so that it shows from the start. */
  final void initNoLabels() {
    if (labels == 0) {
      find(NO_VALUES);
    }
  }

  /** Makes a series, so that it shows before its first update. */
  public void initLabelValues(String... labelValues) {
    find(labelValues);
  }

  /**
   * The data point with these label values, which is made where there is none. Keep it: that saves
   * the look-up.
   *
   * @throws IllegalArgumentException where they are not as many as the label names, or one is null
   */
  public D labelValues(String... labelValues) {
    return asDataPoint(find(labelValues));
  }

  /** As {@link #labelValues(String...)}, without an array. */
  public D labelValues(String value) {
    P point = labels == 1 && value != null ? series.find(value) : null;
    return asDataPoint(point != null ? point : find(new String[] {value}));
  }

  /** As {@link #labelValues(String...)}, without an array. */
  public D labelValues(String first, String second) {
    P point = labels == 2 && first != null && second != null ? series.find(first, second) : null;
    return asDataPoint(point != null ? point : find(new String[] {first, second}));
  }

  /** As {@link #labelValues(String...)}, without an array. */
  public D labelValues(String first, String second, String third) {
    boolean usable = labels == 3 && first != null && second != null && third != null;
    P point = usable ? series.find(first, second, third) : null;
    return asDataPoint(point != null ? point : find(new String[] {first, second, third}));
  }

  /** Takes a series of this process out of the scrape. Updates of its data point are then lost. */
  public void remove(String... labelValues) {
    if (labelValues.length != labels || Arrays.asList(labelValues).contains(null)) {
      return; // as client_java: there is no such series
    }
    P point = series.find(labelValues);
    if (point != null) {
      removeAll(List.of(point));
    }
    removeIdle(List.of(List.of(labelValues)));
    initNoLabels(); // as client_java: a metric without labels always shows
  }

  /**
   * Takes the series of this process out of the scrape for whose label values this is true.
   *
   * @param isRemoved called without a lock, once for each series that there is at the time; where
   *     it throws, those before it are removed
   */
  public void removeIf(Function<List<String>, Boolean> isRemoved) {
    List<P> removed = new ArrayList<>();
    List<List<String>> removedIdle = new ArrayList<>();
    try {
      for (P point : series.points()) {
        if (isRemoved.apply(List.of(point.labelValues()))) {
          removed.add(point);
        }
      }
      for (List<String> labelValues : idle()) {
        if (isRemoved.apply(labelValues)) {
          removedIdle.add(labelValues);
        }
      }
    } finally {
      removeAll(removed);
      removeIdle(removedIdle);
      initNoLabels(); // as above
    }
  }

  /** Takes all series of this process out of the scrape. */
  public void clear() {
    removeAll(series.points());
    removeIdle(idle());
    initNoLabels(); // as above
  }

  /** Those that have expired, and that somebody may hold. */
  private List<List<String>> idle() {
    lock.lock();
    try {
      return idle.labelValues();
    } finally {
      lock.unlock();
    }
  }

  private void removeIdle(List<List<String>> removed) {
    lock.lock();
    try {
      for (List<String> labelValues : removed) {
        Cells cells = idle.remove(labelValues);
        if (cells != null) {
          file.removeSeries(cells);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has the series that have expired found only for as long as somebody holds their points. */
  private void letGo(List<Cells> expired) {
    Set<Cells> cells = new HashSet<>(expired);
    lock.lock();
    try {
      Set<P> points = Collections.newSetFromMap(new IdentityHashMap<>());
      for (P point : series.points()) {
        if (cells.contains(point.cells()) && point != overflow) {
          points.add(point);
        }
      }
      if (!points.isEmpty()) {
        series.removeAll(points);
        points.forEach(idle::add);
      }
    } finally {
      lock.unlock();
    }
  }

  private void removeAll(List<P> points) {
    lock.lock();
    try {
      Set<P> present = Collections.newSetFromMap(new IdentityHashMap<>());
      for (P point : points) {
        if (series.find(point.labelValues()) == point) { // else another thread was first
          present.add(point);
        }
      }
      if (!present.isEmpty()) {
        series.removeAll(present);
        present.forEach(this::forget);
        present.forEach(point -> file.removeSeries(point.cells()));
      }
    } finally {
      lock.unlock();
    }
  }

  private void forget(P point) {
    if (point == overflow) {
      overflow = null;
    }
    if (point == noLabels) {
      noLabels = null;
    }
  }

  /**
   * The data point of a metric without labels.
   *
   * @throws IllegalArgumentException where the metric has labels
   */
  final P noLabels() {
    P point = noLabels;
    if (point != null) {
      return point;
    }
    return find(NO_VALUES); // throws where there are labels
  }

  final P find(String[] labelValues) {
    requireValues(labelValues);
    P point = series.find(labelValues);
    return point != null ? point : make(labelValues.clone());
  }

  private void requireValues(String[] labelValues) {
    FamilyDescriptor descriptor = family.descriptor();
    if (labelValues.length != labels) {
      if (labelValues.length == 0) {
        throw new IllegalArgumentException(
            getClass().getSimpleName()
                + " "
                + descriptor.name()
                + " was created with label names, so you must call labelValues(...) when using"
                + " it.");
      }
      throw new IllegalArgumentException(
          "Expected " + labels + " label values, but got " + labelValues.length + ".");
    }
    for (int i = 0; i < labels; i++) {
      if (labelValues[i] == null) {
        throw new IllegalArgumentException(
            "null label value for metric "
                + descriptor.name()
                + " and label "
                + descriptor.labelNames().get(i));
      }
    }
  }

  private P make(String[] labelValues) {
    lock.lock();
    try {
      P present = series.find(labelValues);
      if (present != null) {
        return present;
      }
      P held = idle.take(labelValues);
      if (held != null) {
        series.add(held);
        return held;
      }
      Cells known = idle.remove(List.of(labelValues));
      Cells kept = known == null ? null : file.tryGoOn(known);
      if (kept != null) {
        return add(kept, labelValues);
      }
      boolean admitted = admission.admits(List.of(labelValues), series.size() + idle.size());
      P made = admitted ? tryMake(labelValues) : null;
      return made != null ? made : overflow();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable P tryMake(String[] labelValues) {
    Cells cells = file.addSeries(family, List.of(labelValues), file.clock().nowMs());
    if (cells == null) {
      return null; // its label values are longer than a descriptor can be
    }
    return add(cells, labelValues);
  }

  private P add(Cells cells, String[] labelValues) {
    P point = newDataPoint(cells, labelValues);
    cells.setHolder(holder);
    series.add(point);
    if (labels == 0) {
      noLabels = point; // under the lock, as every change of it
    }
    return point;
  }

  private P overflow() {
    file.countOverflow();
    P point = overflow;
    if (point != null) {
      return point;
    }
    sayOverflow(registration);
    String[] labelValues = new String[labels];
    Arrays.fill(labelValues, OVERFLOW);
    point = series.find(labelValues);
    if (point == null) {
      point = tryMake(labelValues);
    }
    if (point == null) {
      throw new IllegalStateException(
          "too many labels for a descriptor: metric=" + family.descriptor().name());
    }
    overflow = point;
    return point;
  }

  static void sayOverflow(MetricBuilder.Registration registration) {
    Log.logger()
        .log(
            System.Logger.Level.WARNING,
            "series that are too many or too long go to one with labels "
                + OVERFLOW
                + ": metric="
                + registration.family().descriptor().name()
                + " maxSeriesPerMetric="
                + registration.registrar().limits().maxPerMetric()
                + " maxSeriesPerDirectory="
                + registration.registrar().limits().maxPerDirectory());
  }
}
