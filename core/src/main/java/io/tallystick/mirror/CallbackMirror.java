package io.tallystick.mirror;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;

/** One metric of client_java that is collected into a family. */
final class CallbackMirror extends Mirrored {
  private final ProcessFile file;
  private final Collector collector;
  private final MirroredFamily family;
  private final String name;
  private final Complaints complaints = new Complaints();
  private volatile long unmirrored;

  CallbackMirror(
      ProcessFile file, Collector collector, ProcessFile.Family family, SeriesLimits limits) {
    this.file = file;
    this.collector = collector;
    this.family = new MirroredFamily(file, family, limits);
    this.name = family.descriptor().name();
  }

  @Override
  String name() {
    return name;
  }

  @Override
  Hang leave() {
    return new Hang(name, false);
  }

  @Override
  void take() {
    MetricSnapshot snapshot = collector.collect(); // where it throws, nothing was put
    if (snapshot == null) {
      return;
    }
    SnapshotCursor cursor = new ClientJavaCursor(MetricSnapshots.of(snapshot));
    long nowMs = file.clock().nowMs();
    long leftOut = 0;
    family.begin();
    while (cursor.nextFamily()) {
      while (cursor.nextPoint()) {
        String wrong = family.put(cursor, family.size(), nowMs);
        if (wrong != null) {
          leftOut++;
          complaints.sayLeftOut(name, wrong);
        }
      }
    }
    family.end();
    unmirrored = leftOut;
  }

  @Override
  long unmirroredSeries() {
    return unmirrored;
  }
}
