package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Parent;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Native buckets and exemplars of processes that are killed, and read by another meanwhile. */
@Timeout(120)
final class NativeKillIT {
  private static final int KILLS = 8;
  private static final int THREADS = 2;
  private static final int BATCH = 500;
  private static final int SERIES = 100;

  @Test
  void shouldShowEachObservationOnceAndWholeExemplarsWhenProcessesAreKilled() throws Exception {
    Random random = new Random(7);
    try (TempDirectory directory = TempDirectory.create();
        ChildJvm reader = ChildJvm.of(Reader.class).arguments(directory.path()).start();
        Scraper scraper = Scraper.open(directory.path())) {
      long atLeast = 0;
      long atMost = 0;
      boolean sawExemplars = false;
      for (int kill = 0; kill < KILLS; kill++) {
        AtomicInteger batches = new AtomicInteger();
        ChildJvm.Builder builder =
            ChildJvm.of(Observer.class)
                .option("-Dio.prometheus.exemplars.sampleIntervalMilliseconds=1")
                .option("-Dio.prometheus.exemplars.minRetentionPeriodSeconds=1")
                .arguments(directory.path(), kill % 2 == 0 ? 64 : 0, kill)
                .onLine(line -> batches.incrementAndGet());
        if (kill % 4 < 2) {
          builder.opensInternals();
        }
        try (ChildJvm observer = builder.start()) {
          observer.await("batch");
          pass(random.nextInt(100_000_000));
          observer.kill();
        }
        atLeast += (long) BATCH * batches.get();
        atMost += (long) BATCH * (batches.get() + THREADS);
        Seen seen = Seen.of(scraper);
        assertThat(seen.count).isBetween(atLeast, atMost);
        sawExemplars |= seen.exemplars > 0;
        if (kill % 3 == 2) {
          Tallystick.retire(directory.path());
          assertThat(Seen.of(scraper)).isEqualTo(seen);
        }
      }
      assertThat(sawExemplars).isTrue();
      reader.send("stop");
      assertThat(reader.waitFor()).as(reader.errors()).isZero();
    }
  }

  /** Lets a random moment pass: nothing happens then that one could wait for. */
  private static void pass(long ns) {
    long startNs = System.nanoTime();
    while (System.nanoTime() - startNs < ns) {
      Thread.onSpinWait();
    }
  }

  /** What is shown of all series, after a look at what can be wrong in each. */
  private record Seen(long count, double sum, int exemplars) {
    static Seen of(Scraper scraper) {
      long count = 0;
      double sum = 0;
      int exemplars = 0;
      for (MetricSnapshot snapshot : scraper.snapshots()) {
        if (snapshot instanceof HistogramSnapshot histogram) {
          for (HistogramDataPointSnapshot point : histogram.getDataPoints()) {
            count += countOf(point);
            sum += point.getSum();
            for (Exemplar exemplar : point.getExemplars()) {
              assertThat(exemplar.getLabels().compareTo(labels(exemplar.getValue()))).isZero();
              exemplars++;
            }
          }
        }
      }
      return new Seen(count, sum, exemplars);
    }

    private static long countOf(HistogramDataPointSnapshot point) {
      long count = point.getNativeZeroCount();
      NativeHistogramBuckets buckets = point.getNativeBucketsForPositiveValues();
      for (int i = 0; i < buckets.size(); i++) {
        assertThat(buckets.getCount(i)).isPositive();
        count += buckets.getCount(i);
      }
      assertThat(point.getCount()).isEqualTo(count);
      assertThat(point.getSum()).isBetween(0.0, 1024.0 * count);
      return count;
    }
  }

  /** Labels that say the value twice, over several words. */
  private static Labels labels(double value) {
    return Labels.of("value", Double.toString(value), "again", "the same is " + value);
  }

  /** A JVM that observes so widely that buckets are merged all the time. */
  static final class Observer {
    private Observer() {}

    public static void main(String[] args) throws IOException {
      Tallystick tallystick =
          Tallystick.builder()
              .directory(Path.of(args[0]))
              .columns(Integer.parseInt(args[1]))
              .open();
      Histogram sizes =
          Histogram.builder()
              .name("sizes")
              .labelNames("series")
              .nativeOnly()
              .nativeInitialSchema(8)
              .nativeMaxNumberOfBuckets(12)
              .nativeMaxZeroThreshold(0.01)
              .register(tallystick);
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(31L * Integer.parseInt(args[2]) + i);
        new Thread(() -> observe(sizes, random)).start();
      }
      while (System.in.read() >= 0) {
        // its parent kills it, or ends
      }
      Runtime.getRuntime().halt(0);
    }

    private static void observe(Histogram sizes, Random random) {
      while (true) {
        for (int i = 0; i < BATCH; i++) {
          double value = Math.scalb(1 + random.nextInt(256) / 256.0, random.nextInt(20) - 11);
          String series = Integer.toString(random.nextInt(SERIES));
          sizes.labelValues(series).observeWithExemplar(value, labels(value));
        }
        System.out.println("batch");
      }
    }
  }

  /** A JVM that reads until a line comes, and ends with an error where it sees what cannot be. */
  static final class Reader {
    private Reader() {}

    public static void main(String[] args) throws IOException {
      Parent.endWithIt();
      try (Scraper scraper = Scraper.open(Path.of(args[0]))) {
        long count = 0;
        while (System.in.available() == 0) {
          Seen seen = Seen.of(scraper);
          assertThat(seen.count).isGreaterThanOrEqualTo(count);
          count = seen.count;
        }
        assertThat(count).isPositive();
      }
    }
  }
}
