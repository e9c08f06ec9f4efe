package io.tallystick.replication;

import io.tallystick.shm.NativeSchema;
import io.tallystick.store.NativeValues;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Native buckets without those of an earlier reading of the same histogram: both are brought to the
 * coarser schema and the greater zero bucket, which is exact where the later one has them, as it
 * has.
 */
final class NativeDifference {
  private NativeDifference() {}

  static @Nullable NativeValues of(@Nullable NativeValues later, @Nullable NativeValues earlier) {
    if (later == null || earlier == null) {
      return later;
    }
    int schema = Math.min(later.schema(), earlier.schema());
    double zeroThreshold = Math.max(later.zeroThreshold(), earlier.zeroThreshold());
    NativeValues present = scaled(later, schema, zeroThreshold);
    NativeValues taken = scaled(earlier, schema, zeroThreshold);
    return new NativeValues(
        schema,
        zeroThreshold,
        Math.max(0, present.zeroCount() - taken.zeroCount()),
        difference(present.positive(), taken.positive()),
        difference(present.negative(), taken.negative()));
  }

  private static NativeValues scaled(NativeValues values, int schema, double zeroThreshold) {
    if (values.schema() == schema && values.zeroThreshold() == zeroThreshold) {
      return values;
    }
    SortedMap<Integer, Long> positive = new TreeMap<>();
    SortedMap<Integer, Long> negative = new TreeMap<>();
    long zeroCount =
        values.zeroCount()
            + scale(values.positive(), values.schema() - schema, schema, zeroThreshold, positive)
            + scale(values.negative(), values.schema() - schema, schema, zeroThreshold, negative);
    return new NativeValues(schema, zeroThreshold, zeroCount, positive, negative);
  }

  /**
   * Adds buckets up in coarser ones, and returns the count of those that the zero bucket covers.
   */
  private static long scale(
      SortedMap<Integer, Long> buckets,
      int halvings,
      int schema,
      double zeroThreshold,
      SortedMap<Integer, Long> to) {
    long covered = 0;
    for (var bucket : buckets.entrySet()) {
      int index = ((bucket.getKey() - 1) >> halvings) + 1;
      if (NativeSchema.of(schema).upperBound(index) <= zeroThreshold) {
        covered += bucket.getValue();
      } else {
        to.merge(index, bucket.getValue(), Long::sum);
      }
    }
    return covered;
  }

  private static SortedMap<Integer, Long> difference(
      SortedMap<Integer, Long> present, SortedMap<Integer, Long> taken) {
    SortedMap<Integer, Long> left = new TreeMap<>();
    present.forEach(
        (index, count) -> {
          long rest = count - taken.getOrDefault(index, 0L);
          if (rest > 0) {
            left.put(index, rest);
          }
        });
    return left;
  }
}
