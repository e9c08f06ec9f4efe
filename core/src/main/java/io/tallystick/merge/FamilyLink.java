package io.tallystick.merge;

import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.QuantileShape;
import java.util.Arrays;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/** A family of one file and the merged family that it is part of. */
final class FamilyLink {
  private final FamilyDescriptor descriptor;
  private final @Nullable MergedFamily family; // null where this source has no part in any
  private final LabelSet labels;
  private final int schema;
  private final @Nullable NativeShape nativeShape;
  private final @Nullable QuantileShape quantileShape;
  private int @Nullable [] bucketMap;
  private int bucketMapVersion = -1;
  private final Int2ObjectHashMap<CellMap> maps = new Int2ObjectHashMap<>(); // by segment

  FamilyLink(FamilyDescriptor descriptor, @Nullable MergedFamily family, LabelSet labels) {
    this.descriptor = descriptor;
    this.family = family;
    this.labels = labels;
    this.nativeShape = NativeShape.of(descriptor);
    this.quantileShape = QuantileShape.of(descriptor);
    this.schema = family == null ? -1 : family.index().schema(labels.names());
  }

  FamilyDescriptor descriptor() {
    return descriptor;
  }

  @Nullable NativeShape nativeShape() {
    return nativeShape;
  }

  @Nullable QuantileShape quantileShape() {
    return quantileShape;
  }

  @Nullable MergedFamily family() {
    return family;
  }

  LabelSet labels() {
    return labels;
  }

  int schema() {
    return schema;
  }

  /** The map of this family in a segment; null where there is none yet. */
  @Nullable CellMap map(int segment) {
    return maps.get(segment);
  }

  void setMap(int segment, CellMap map) {
    maps.put(segment, map);
  }

  /** The merged bucket of each of this file's buckets; null where they are the same. */
  int @Nullable [] bucketMap() {
    if (family != null && bucketMapVersion != family.boundsVersion()) {
      bucketMapVersion = family.boundsVersion();
      double[] ours = descriptor.bounds();
      double[] merged = family.bounds();
      bucketMap = Arrays.equals(ours, merged) ? null : Buckets.map(ours, merged);
    }
    return bucketMap;
  }
}
