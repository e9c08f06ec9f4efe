package io.tallystick.mirror;

import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A registry that is copied as a whole.
 *
 * <p>A registry collects all its metrics in one call, so that one collector that throws or hangs
 * would stop all. But it asks for the name of each before it collects it, and the name that was
 * asked for last says which one it is. That one is left out of the next call, and tried alone, once
 * in each round or when its call has returned. Weak point: a collector that does not say its names
 * is not asked for. Where one of these throws or hangs, the whole registry keeps its values.
 *
 * <p>Threading: collecting takes no lock, and a thread that hangs in it may be left behind; what
 * was collected is put under a lock.
 */
final class RegistryMirror extends Mirrored {
  private static final int MOST_TRIES = 8;
  private static final String WHOLE = "(a whole registry)";

  private final ReentrantLock lock = new ReentrantLock();
  private final ProcessFile file;
  private final FamilyRegistry registry;
  private final SeriesLimits limits;
  private final Source source;
  private final Map<String, MirroredMetric> abandoned;
  private final Complaints complaints = new Complaints();
  private final Culprits culprits = new Culprits();
  private final Map<String, MirroredMetric> metrics = new HashMap<>(); // guarded by lock, as below
  private long round;
  private boolean closed;
  private volatile @Nullable Attempt attempt;
  private volatile long unmirrored;

  /**
   * @param abandoned metrics of mirrors that were closed, which another mirror may go on with
   */
  RegistryMirror(
      ProcessFile file,
      FamilyRegistry registry,
      SeriesLimits limits,
      Source source,
      ConcurrentHashMap<String, MirroredMetric> abandoned) {
    this.file = file;
    this.registry = registry;
    this.limits = limits;
    this.source = source;
    this.abandoned = abandoned;
  }

  @Override
  String name() {
    return WHOLE;
  }

  @Override
  long unmirroredSeries() {
    return unmirrored;
  }

  @Override
  void take() {
    if (takeAll()) {
      for (String name : culprits.someFailing(MOST_TRIES)) {
        if (!takeAlone(name)) {
          return;
        }
      }
    }
  }

  /** False where this thread was left behind. */
  private boolean takeAll() {
    String blamed = null;
    for (int tries = 1; ; tries++) {
      Attempt next = new Attempt(source.includedNames(), culprits.all());
      try {
        return collect(next, null);
      } catch (RuntimeException | Error e) {
        String culprit = next.collecting();
        if (culprit == null) {
          culprits.forgive(blamed); // it only stood beside the one that says no name
        }
        if (culprit == null || tries == MOST_TRIES) {
          throw e;
        }
        blamed = culprit;
        blame(culprit, e);
      }
    }
  }

  /** Tries what failed before by itself, which leaves the others as they are. */
  private boolean takeAlone(String name) {
    try {
      boolean stays = collect(new Attempt(name::equals, Set.of()), name);
      if (stays) {
        culprits.forgive(name);
      }
      return stays;
    } catch (RuntimeException | Error e) {
      blame(name, e);
      return true;
    }
  }

  /**
   * Collects and puts.
   *
   * @param only the one metric to put; null for all
   * @return false where this thread was left behind meanwhile
   */
  private boolean collect(Attempt next, @Nullable String only) {
    attempt = next;
    SnapshotCursor cursor;
    try {
      cursor = source.snapshots().collect(next);
    } catch (RuntimeException | Error e) {
      if (next.tryEnd()) {
        throw e;
      }
      returnLate(next, null, e);
      return false;
    }
    if (next.tryEnd()) {
      put(cursor, next, only);
      return true;
    }
    returnLate(next, cursor, null);
    return false;
  }

  /** Of what a thread that was left behind brings, only what it hung at is not known better. */
  private void returnLate(
      Attempt late, @Nullable SnapshotCursor cursor, @Nullable Throwable failure) {
    String name = late.givenUpAt();
    if (name == null) {
      return;
    }
    if (cursor != null) {
      put(cursor, late, name);
      culprits.forgive(name);
    } else {
      blame(name, failure);
    }
    culprits.returned(name);
  }

  @Override
  Hang leave() {
    Attempt hung = attempt;
    String name = hung == null ? null : hung.collecting();
    if (hung == null || name == null || !culprits.setHanging(name)) {
      return new Hang(WHOLE, false);
    }
    if (!hung.tryGiveUp(name)) {
      culprits.returned(name);
      return new Hang(WHOLE, false);
    }
    return new Hang(name, true);
  }

  private void blame(String name, @Nullable Throwable failure) {
    file.countCallbackFailure();
    complaints.sayFailed(name, failure);
    culprits.setFailing(name);
  }

  private void put(SnapshotCursor cursor, Attempt from, @Nullable String only) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      round++;
      long nowMs = file.clock().nowMs();
      long leftOut = 0;
      while (cursor.nextFamily()) {
        if (only == null || only.equals(PrometheusNaming.prometheusName(cursor.name()))) {
          leftOut += putFamily(cursor, nowMs);
        }
      }
      end(from, only == null);
      if (only == null) {
        unmirrored = leftOut;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Puts a family's data points and returns how many cannot be in the directory. */
  private long putFamily(SnapshotCursor cursor, long nowMs) {
    FamilyType type = cursor.type();
    MirroredMetric metric = type == null ? null : metricOf(cursor.name(), type);
    long leftOut = 0;
    while (cursor.nextPoint()) {
      String wrong = metric == null ? "type is not known" : metric.put(cursor, nowMs);
      if (wrong != null) {
        leftOut++;
        complaints.sayLeftOut(cursor.name(), wrong);
      }
    }
    return leftOut;
  }

  private MirroredMetric metricOf(String name, FamilyType type) {
    MirroredMetric known = metrics.get(name);
    if (known != null && known.type() != type) {
      known.clear();
      known = null;
    }
    if (known == null) {
      known = begin(name, type);
      metrics.put(name, known);
    }
    if (known.round() != round) {
      known.begin(round);
    }
    return known;
  }

  private MirroredMetric begin(String name, FamilyType type) {
    GaugeMode mode = type == FamilyType.GAUGE ? source.gaugeModes().apply(name) : GaugeMode.ALL;
    MirroredMetric before = abandoned.remove(name);
    if (before != null && before.type() == type && before.mode() == mode) {
      before.begin(round);
      return before;
    }
    if (before != null) {
      before.clear();
    }
    return new MirroredMetric(file, registry, limits, type, mode);
  }

  /** Removes what was not put in this round, but for what was not collected because it failed. */
  private void end(Attempt from, boolean whole) {
    Iterator<Map.Entry<String, MirroredMetric>> present = metrics.entrySet().iterator();
    while (present.hasNext()) {
      Map.Entry<String, MirroredMetric> entry = present.next();
      MirroredMetric metric = entry.getValue();
      if (metric.round() == round) {
        if (!metric.end()) {
          present.remove();
        }
      } else if (whole && !from.isExcluded(PrometheusNaming.prometheusName(entry.getKey()))) {
        metric.clear();
        present.remove();
      }
    }
  }

  /** Puts nothing more. The directory keeps what was put. */
  void close() {
    lock.lock();
    try {
      closed = true;
      metrics.forEach(
          (name, metric) -> {
            if (metric.hasSeries()) {
              abandoned.put(name, metric);
            }
          });
      metrics.clear();
      unmirrored = 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What is copied.
   *
   * @param gaugeModes how the processes of a gauge become one, by its name
   */
  record Source(
      SnapshotSource snapshots,
      Predicate<String> includedNames,
      Function<String, GaugeMode> gaugeModes) {}
}
