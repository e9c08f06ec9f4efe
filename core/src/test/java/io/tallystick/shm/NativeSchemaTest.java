package io.tallystick.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NativeSchemaTest {
  private static final int VALUES = 2_000;

  static int[] schemas() {
    return java.util.stream.IntStream.rangeClosed(NativeSchema.MIN, NativeSchema.MAX).toArray();
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void shouldFindTheBucketThatClientJavaFinds(int schema) {
    Random random = new Random(schema);
    for (int i = 0; i < VALUES; i++) {
      assertSameBucket(schema, Double.longBitsToDouble(random.nextLong() & Long.MAX_VALUE));
      assertSameBucket(schema, random.nextDouble());
    }
    for (int exponent = Double.MIN_EXPONENT - 52; exponent <= Double.MAX_EXPONENT; exponent++) {
      double power = Math.scalb(1.0, exponent);
      assertSameBucket(schema, power);
      assertSameBucket(schema, Math.nextUp(power));
      assertSameBucket(schema, Math.nextDown(power));
    }
    assertSameBucket(schema, Double.MAX_VALUE);
    assertSameBucket(schema, Double.POSITIVE_INFINITY);
  }

  private static void assertSameBucket(int schema, double value) {
    if (value == 0 || Double.isNaN(value)) {
      return;
    }
    Histogram histogram =
        Histogram.builder()
            .name("x")
            .nativeOnly()
            .nativeInitialSchema(schema)
            .nativeMinZeroThreshold(0)
            .nativeMaxZeroThreshold(0)
            .build();
    histogram.observe(value);
    HistogramDataPointSnapshot point = histogram.collect().getDataPoints().get(0);
    assertThat(NativeSchema.of(schema).index(value))
        .as("schema %s, value %s", schema, value)
        .isEqualTo(point.getNativeBucketsForPositiveValues().getBucketIndex(0));
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void shouldTakeAnUpperBoundIntoItsBucketAndWhatIsAboveIntoTheNext(int schema) {
    NativeSchema buckets = NativeSchema.of(schema);
    int last = buckets.index(Double.MAX_VALUE);
    for (int index = buckets.index(Double.MIN_NORMAL); index < last; index++) {
      double bound = buckets.upperBound(index);
      assertThat(buckets.index(bound)).as("bound of %s", index).isEqualTo(index);
      assertThat(buckets.index(Math.nextUp(bound))).as("above %s", index).isEqualTo(index + 1);
    }
    assertThat(buckets.index(buckets.upperBound(last))).isEqualTo(last);
  }
}
