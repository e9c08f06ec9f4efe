package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.NativeShape;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeHistogramTest {
  private TempDirectory temp;

  @BeforeEach
  void createDirectory() throws IOException {
    temp = TempDirectory.create();
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    temp.close();
  }

  /** Both builders, as far as they differ only in their classes. */
  private record Builders(
      Histogram.Builder ours, io.prometheus.metrics.core.metrics.Histogram.Builder theirs) {
    static Builders create() {
      return new Builders(
          Histogram.builder().name("x"),
          io.prometheus.metrics.core.metrics.Histogram.builder().name("x"));
    }

    Builders nativeOnly() {
      ours.nativeOnly();
      theirs.nativeOnly();
      return this;
    }

    Builders schema(int schema) {
      ours.nativeInitialSchema(schema);
      theirs.nativeInitialSchema(schema);
      return this;
    }

    Builders maxBuckets(int buckets) {
      ours.nativeMaxNumberOfBuckets(buckets);
      theirs.nativeMaxNumberOfBuckets(buckets);
      return this;
    }

    Builders zeroThresholds(double min, double max) {
      ours.nativeMinZeroThreshold(min).nativeMaxZeroThreshold(max);
      theirs.nativeMinZeroThreshold(min).nativeMaxZeroThreshold(max);
      return this;
    }
  }

  private static Consumer<DistributionDataPoint> observing(double... values) {
    return point -> {
      for (double value : values) {
        point.observe(value);
      }
    };
  }

  private static Consumer<DistributionDataPoint> observingRandomly(long seed, int values) {
    return point -> {
      Random random = new Random(seed);
      for (int i = 0; i < values; i++) {
        point.observe(Math.exp(3 * random.nextGaussian()) * (random.nextInt(5) == 0 ? -1 : 1));
      }
    };
  }

  private void assertSame(Builders builders, Consumer<DistributionDataPoint> program)
      throws IOException {
    var theirs = builders.theirs.build();
    program.accept(theirs);
    Shown expected = Shown.of(theirs.collect());
    Tallystick tallystick = Tallystick.builder().directory(temp.path()).columns(0).open();
    try (Scraper other = Scraper.open(temp.path())) {
      program.accept(builders.ours.register(tallystick));
      assertThat(shown(tallystick.scraper())).isEqualTo(expected);
      assertThat(shown(other)).isEqualTo(expected);
      tallystick.close();
      assertThat(shown(other)).isEqualTo(expected);
    } finally {
      tallystick.close();
    }
    try (Scraper late = Scraper.open(temp.path())) {
      assertThat(shown(late)).isEqualTo(expected);
    }
  }

  private static Shown shown(Scraper scraper) {
    for (MetricSnapshot snapshot : scraper.snapshots()) {
      if (snapshot.getMetadata().getName().equals("x")) {
        return Shown.of((HistogramSnapshot) snapshot);
      }
    }
    throw new AssertionError("x is not shown");
  }

  @Test
  void shouldShowWhatClientJavaShowsWhenNothingIsSaid() throws IOException {
    assertSame(Builders.create(), observing(0.001, 0.2, 0.2, 3, 0, 17, 1e9));
  }

  @Test
  void shouldShowWhatClientJavaShowsWhenThereAreNativeBucketsOnly() throws IOException {
    assertSame(Builders.create().nativeOnly(), observing(0.001, 0.2, -0.2, 3, 0, -0.0, 17, 1e9));
  }

  @Test
  void shouldShowWhatClientJavaShowsWhenNothingWasObserved() throws IOException {
    assertSame(Builders.create().nativeOnly(), observing());
  }

  @Test
  void shouldShowWhatClientJavaShowsWhenValuesAreAtTheEnds() throws IOException {
    assertSame(
        Builders.create().nativeOnly(),
        observing(
            Double.NaN,
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            Double.MAX_VALUE,
            Double.POSITIVE_INFINITY,
            0x1p-128,
            Math.nextUp(0x1p-128)));
  }

  @ParameterizedTest
  @ValueSource(ints = {-4, -1, 0, 1, 5, 8})
  void shouldShowWhatClientJavaShowsAtEachSchema(int schema) throws IOException {
    assertSame(Builders.create().nativeOnly().schema(schema), observingRandomly(schema, 10_000));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 10, 40, 160, 500})
  void shouldHalveTheResolutionAsClientJavaWhenThereAreTooManyBuckets(int most) throws IOException {
    assertSame(Builders.create().maxBuckets(most).schema(6), observingRandomly(most, 10_000));
  }

  @Test
  void shouldKeepToTheMostBucketsThereAreWhenNoLimitIsSaid() throws IOException {
    try (Tallystick tallystick = Tallystick.builder().directory(temp.path()).columns(0).open()) {
      Histogram histogram =
          Histogram.builder()
              .name("x")
              .nativeInitialSchema(8)
              .nativeMaxNumberOfBuckets(0)
              .register(tallystick);
      observingRandomly(1, 20_000).accept(histogram);
      Shown shown = shown(tallystick.scraper());
      assertThat(shown.positive().size() + shown.negative().size())
          .isBetween(NativeShape.MOST_BUCKETS / 2, NativeShape.MOST_BUCKETS);
      assertThat(shown.nativeCount()).isEqualTo(20_000);
    }
  }

  @Test
  void shouldGrowTheZeroBucketAsClientJavaWhenThereAreTooManyBuckets() throws IOException {
    assertSame(
        Builders.create().nativeOnly().schema(0).maxBuckets(6).zeroThresholds(1e-6, 0.5),
        observing(1e-5, -1e-4, 1e-3, 1e-2, 0.3, 1, 2, 4, -8, 16, 0.001, 32, 64, 128));
  }

  @Test
  void shouldAddUpAtTheCoarsestSchemaWhenThreadsAndProcessesHaveSeveral() throws Exception {
    List<Tallystick> processes = new ArrayList<>();
    long count = 0;
    double[] scales = {1, 1e3, 1e-3};
    for (double scale : scales) {
      Tallystick process = Tallystick.open(temp.path());
      processes.add(process);
      Histogram histogram = Histogram.builder().name("x").nativeOnly().register(process);
      Thread[] threads = new Thread[3];
      for (int i = 0; i < threads.length; i++) {
        int seed = i;
        threads[i] =
            new Thread(
                () -> {
                  Random random = new Random(seed);
                  for (int n = 0; n < 20_000; n++) {
                    histogram.observe(scale * Math.exp(random.nextGaussian()));
                  }
                });
        threads[i].start();
        count += 20_000;
      }
      for (Thread thread : threads) {
        thread.join(TimeUnit.MINUTES.toMillis(1));
      }
    }
    try (Scraper scraper = Scraper.open(temp.path())) {
      Shown before = shown(scraper);
      assertThat(before.nativeCount()).isEqualTo(count);
      assertThat(before.positive().size()).isLessThanOrEqualTo(160);
      for (Tallystick process : processes) {
        process.close();
        assertThat(shown(scraper).withoutSum()).isEqualTo(before.withoutSum());
      }
    }
  }

  @Test
  void shouldShowClassicBucketsOnlyWhenAProcessHasNoNativeOnes() throws IOException {
    try (Tallystick a = Tallystick.open(temp.path())) {
      Tallystick b = Tallystick.open(temp.path());
      Histogram.builder().name("x").classicUpperBounds(1, 2).register(a).observe(1.5);
      Histogram.builder().name("x").classicUpperBounds(2).classicOnly().register(b).observe(3);
      Shown shown = shown(a.scraper());
      assertThat(shown.schema()).isEqualTo(HistogramSnapshot.CLASSIC_HISTOGRAM);
      assertThat(shown.classic()).isEqualTo("[2.0=1, Infinity=1]");
      b.close();
      assertThat(shown(a.scraper()).classic()).isEqualTo("[2.0=1, Infinity=1]");
    }
  }

  @Test
  void shouldCountOnWhenADeadProcessHadNativeBuckets() throws IOException {
    for (int i = 1; i <= 3; i++) {
      try (Tallystick process = Tallystick.open(temp.path())) {
        Histogram.builder().name("x").register(process).observe(0.3);
        assertThat(shown(process.scraper()).nativeCount()).isEqualTo(i);
      }
    }
  }

  /** What a user sees of a histogram's one series. */
  private record Shown(
      String classic,
      int schema,
      long zeroCount,
      double zeroThreshold,
      TreeMap<Integer, Long> positive,
      TreeMap<Integer, Long> negative,
      long count,
      double sum) {
    static Shown of(HistogramSnapshot snapshot) {
      assertThat(snapshot.getDataPoints()).hasSize(1);
      HistogramDataPointSnapshot point = snapshot.getDataPoints().get(0);
      List<String> classic = new ArrayList<>();
      point.getClassicBuckets().forEach(b -> classic.add(b.getUpperBound() + "=" + b.getCount()));
      boolean hasNative = point.hasNativeHistogramData();
      return new Shown(
          classic.toString(),
          point.getNativeSchema(),
          hasNative ? point.getNativeZeroCount() : 0,
          hasNative ? point.getNativeZeroThreshold() : 0,
          map(point.getNativeBucketsForPositiveValues()),
          map(point.getNativeBucketsForNegativeValues()),
          point.getCount(),
          point.getSum());
    }

    private static TreeMap<Integer, Long> map(NativeHistogramBuckets buckets) {
      TreeMap<Integer, Long> map = new TreeMap<>();
      buckets.forEach(bucket -> map.put(bucket.getBucketIndex(), bucket.getCount()));
      return map;
    }

    long nativeCount() {
      return zeroCount
          + positive.values().stream().mapToLong(Long::longValue).sum()
          + negative.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Sums depend on the order of addition in their last bits. */
    Shown withoutSum() {
      return new Shown(classic, schema, zeroCount, zeroThreshold, positive, negative, count, 0);
    }
  }
}
