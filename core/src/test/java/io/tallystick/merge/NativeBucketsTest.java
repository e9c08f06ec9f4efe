package io.tallystick.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeReader;
import io.tallystick.shm.NativeSchema;
import io.tallystick.shm.NativeShape;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What native buckets of several copies become, with copies as threads and folds write them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NativeBucketsTest {
  private static final int ROUNDS = 300;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldShowTheSameWhateverTheOrderOfTheCopies(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      NativeShape shape = shape(random);
      List<Copy> copies = copies(random, shape);
      Copy expected = merge(shape, copies);

      Collections.shuffle(copies, random);

      assertThat(merge(shape, copies)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldShowWhatWasObservedOfEachBucket(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      NativeShape shape = shape(random);
      List<Copy> copies = copies(random, shape);
      Copy merged = merge(shape, copies);

      Map<Long, Long> expected = new TreeMap<>();
      long zeroCount = 0;
      for (Copy copy : copies) {
        zeroCount += copy.zeroCount;
        for (Map.Entry<Long, Long> bucket : copy.buckets.entrySet()) {
          long key = atSchema(bucket.getKey(), merged.schema);
          if (bound(key) <= merged.zeroThreshold) {
            zeroCount += bucket.getValue();
          } else {
            expected.merge(key, bucket.getValue(), Long::sum);
          }
        }
      }

      assertThat(merged.buckets).isEqualTo(expected);
      assertThat(merged.zeroCount).isEqualTo(zeroCount);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldShowTheSameWhenSomeAreFoldedAndNotGoBackWhenOneIsAdded(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      NativeShape shape = shape(random);
      List<Copy> copies = copies(random, shape);
      Copy before = merge(shape, copies);

      List<Copy> rest = copies.subList(random.nextInt(copies.size()), copies.size());
      Copy folded = merge(shape, rest);
      rest.clear();
      copies.add(folded);
      assertThat(merge(shape, copies)).isEqualTo(before);

      copies.add(copy(random, shape));
      assertGoesOn(before, merge(shape, copies));
    }
  }

  private static void assertGoesOn(Copy before, Copy after) {
    assertThat(after.schema).isLessThanOrEqualTo(before.schema);
    assertThat(after.zeroThreshold).isGreaterThanOrEqualTo(before.zeroThreshold);
    assertThat(after.zeroCount).isGreaterThanOrEqualTo(before.zeroCount);
  }

  @Test
  void shouldTakeTheCoarserSchemaWhenAProcessJoinsBeforeAnyObservation() {
    NativeBuckets buckets = new NativeBuckets(new NativeShape(8, 0, 0, 10));

    buckets.settle(new NativeShape(3, 0, 0, 10));

    assertThat(buckets.schema()).isEqualTo(3);
  }

  @Test
  void shouldBecomeFewerBucketsWhenTheirBoundsAreOne() {
    NativeShape shape = new NativeShape(8, 0, 1, 5);
    Copy copy = new Copy(8, 0, 0, new TreeMap<>());
    int first = NativeSchema.of(8).index(Double.MIN_VALUE);
    for (int index = first; index < first + shape.capacity(); index++) {
      copy.buckets.put(NativeLayout.key(8, false, index), 1L);
    }

    assertThat(merge(shape, List.of(copy, copy)).buckets).hasSizeLessThanOrEqualTo(5);
  }

  // ---- copies ----

  /** A copy, or what is shown of several. */
  private record Copy(int schema, double zeroThreshold, long zeroCount, Map<Long, Long> buckets) {}

  private static NativeShape shape(Random random) {
    double min = random.nextInt(3) == 0 ? 0 : Math.scalb(1.0, -random.nextInt(20));
    double max = Math.max(min, random.nextBoolean() ? min : random.nextInt(8) * 0.3);
    return new NativeShape(random.nextInt(9), min, max, 1 + random.nextInt(30));
  }

  private static List<Copy> copies(Random random, NativeShape shape) {
    List<Copy> copies = new ArrayList<>();
    for (int i = 2 + random.nextInt(4); i > 0; i--) {
      copies.add(copy(random, shape));
    }
    return copies;
  }

  private static Copy copy(Random random, NativeShape shape) {
    int schema = shape.schema() - (random.nextBoolean() ? 0 : random.nextInt(4));
    NativeSchema bounds = NativeSchema.of(schema);
    double zeroThreshold = shape.minZeroThreshold();
    if (random.nextBoolean() && shape.maxZeroThreshold() > zeroThreshold) {
      double grown = bounds.upperBound(bounds.index(random.nextDouble()));
      boolean canGrow = grown > zeroThreshold && grown <= shape.maxZeroThreshold();
      zeroThreshold = canGrow ? grown : zeroThreshold;
    }
    Map<Long, Long> buckets = new TreeMap<>();
    long zeroCount = 1;
    double spread = random.nextDouble() * 10;
    for (int i = random.nextInt(60); i > 0 && buckets.size() < shape.maxBuckets(); i--) {
      double value = Math.exp(random.nextGaussian() * spread);
      if (value > zeroThreshold) {
        long key = NativeLayout.key(schema, random.nextInt(4) == 0, bounds.index(value));
        buckets.merge(key, 1L, Long::sum);
      } else {
        zeroCount++;
      }
    }
    return new Copy(schema, zeroThreshold, zeroCount, buckets);
  }

  private static long atSchema(long key, int schema) {
    int halvings = NativeLayout.schemaOf(key) - schema;
    int index = ((NativeLayout.indexOf(key) - 1) >> halvings) + 1;
    return NativeLayout.key(schema, NativeLayout.isNegative(key), index);
  }

  private static double bound(long key) {
    return NativeSchema.of(NativeLayout.schemaOf(key)).upperBound(NativeLayout.indexOf(key));
  }

  private static Copy merge(NativeShape shape, List<Copy> copies) {
    NativeBuckets merged = new NativeBuckets(shape);
    NativeReader reader = new NativeReader();
    for (Copy copy : copies) {
      reader.read(cells(copy, shape), 0, shape);
      assertThat(reader.isPossible()).isTrue();
      merged.add(reader, shape);
    }
    merged.settle(shape);
    merged.limit(shape.capacity());
    Map<Long, Long> buckets = new TreeMap<>();
    for (boolean negative : new boolean[] {false, true}) {
      for (int index : merged.indexes(negative)) {
        long key = NativeLayout.key(merged.schema(), negative, index);
        buckets.put(key, merged.count(negative, index));
      }
    }
    return new Copy(merged.schema(), merged.zeroThreshold(), merged.zeroCount(), buckets);
  }

  private static LongBuffer cells(Copy copy, NativeShape shape) {
    LongBuffer cells = LongBuffer.allocate(NativeLayout.ENTRIES + 2 * shape.capacity());
    double threshold = copy.zeroThreshold == 0 ? -0.0 : copy.zeroThreshold;
    cells.put(NativeLayout.SCHEMA, NativeLayout.schemaWord(copy.schema));
    cells.put(NativeLayout.ZERO_THRESHOLD, Double.doubleToRawLongBits(threshold));
    cells.put(NativeLayout.ZERO_COUNT, copy.zeroCount);
    cells.put(NativeLayout.USED, copy.buckets.size());
    int at = NativeLayout.ENTRIES;
    for (Map.Entry<Long, Long> bucket : copy.buckets.entrySet()) {
      cells.put(at++, bucket.getKey());
      cells.put(at++, bucket.getValue());
    }
    return cells;
  }
}
