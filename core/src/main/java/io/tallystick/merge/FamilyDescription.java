package io.tallystick.merge;

import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.NativeShape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What the processes that have a metric family say of it, as one. */
final class FamilyDescription {
  private static final double[] NONE = {};

  private MetricMetadata metadata;
  private long createdMs = Long.MAX_VALUE;
  private long describedMs = Long.MIN_VALUE;
  private double @Nullable [] bounds;
  private @Nullable NativeShape nativeShape; // null where not all have one
  private int boundsVersion;

  /** With the texts of the first process, which joins later. */
  FamilyDescription(FamilyDescriptor first) {
    this.metadata = metadataOf(first);
  }

  static MetricMetadata metadataOf(FamilyDescriptor family) {
    String unit = family.unit();
    MetricMetadata.Builder builder =
        MetricMetadata.builder()
            .name(family.name())
            .expositionBaseName(family.expositionBaseName())
            .originalName(family.originalName());
    if (family.help() != null) {
      builder.help(family.help());
    }
    if (unit != null) {
      builder.unit(new Unit(unit));
    }
    return builder.build();
  }

  MetricMetadata metadata() {
    return metadata;
  }

  /** When it was first registered by a process that is still counted. */
  long createdMs() {
    return createdMs;
  }

  /** A histogram's upper bounds: those that all its processes have. */
  double[] bounds() {
    return bounds == null ? NONE : bounds;
  }

  /** Changes whenever the bounds do. */
  int boundsVersion() {
    return boundsVersion;
  }

  /** What a histogram's native buckets are kept within; null where not all processes have them. */
  @Nullable NativeShape nativeShape() {
    return nativeShape;
  }

  /** Forgets what processes said, before those that are left say it again. */
  void leaveAll() {
    createdMs = Long.MAX_VALUE;
    describedMs = Long.MIN_VALUE;
    bounds = null;
  }

  /**
   * Takes in a process' description: the newest process' texts win, the bounds are those that all
   * have.
   */
  void join(FamilyDescriptor family, long theirDescribedMs) {
    createdMs = Math.min(createdMs, family.createdMs());
    if (theirDescribedMs >= describedMs) {
      describedMs = theirDescribedMs;
      metadata = metadataOf(family);
    }
    if (family.type() == FamilyType.HISTOGRAM) {
      NativeShape theirs = NativeShape.of(family);
      if (bounds == null) {
        nativeShape = theirs;
      } else {
        nativeShape = nativeShape == null || theirs == null ? null : nativeShape.join(theirs);
      }
      joinBounds(family.bounds());
    }
  }

  private void joinBounds(double[] theirs) {
    double[] ours = bounds;
    if (ours == null) {
      bounds = theirs;
      boundsVersion++;
    } else if (!Arrays.equals(ours, theirs)) {
      double[] common = Buckets.common(ours, theirs);
      if (common.length != ours.length) {
        bounds = common;
        boundsVersion++;
      }
    }
  }
}
