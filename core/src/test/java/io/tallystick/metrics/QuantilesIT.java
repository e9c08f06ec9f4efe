package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Quantiles of several processes, while they live, and when they were killed. */
@Timeout(180)
final class QuantilesIT {
  private static final int PROCESSES = 5;
  private static final int THREADS = 3;
  private static final int OBSERVATIONS = 50_000;
  private static final double[] RANKS = {0, 0.5, 0.99, 1};
  private static final double[] ERRORS = {0, 0.01, 0.001, 0};

  @Test
  void shouldBeWithinTheErrorOfAllObservationsWhenProcessesObserveAndAreKilled() throws Exception {
    List<ChildJvm> children = new ArrayList<>();
    try (TempDirectory directory = TempDirectory.create();
        Scraper scraper = Scraper.open(directory.path())) {
      double[] all = new double[PROCESSES * THREADS * OBSERVATIONS];
      for (int i = 0; i < PROCESSES; i++) {
        ChildJvm.Builder child =
            ChildJvm.of(Observer.class).arguments(directory.path(), i, i % 2 == 0 ? 64 : 0);
        children.add(i == 0 ? child.opensInternals().start() : child.start());
        for (int j = 0; j < THREADS; j++) {
          int thread = i * THREADS + j;
          System.arraycopy(values(thread), 0, all, thread * OBSERVATIONS, OBSERVATIONS);
        }
      }
      Arrays.sort(all);
      for (ChildJvm child : children) {
        child.await("observed");
      }
      assertWithinErrors(all, scraper, "all live");
      children.get(0).kill();
      children.get(1).kill();
      assertWithinErrors(all, scraper, "two are folded");
      for (ChildJvm child : children) {
        child.kill();
      }
      assertWithinErrors(all, scraper, "all are folded");
    } finally {
      children.forEach(ChildJvm::close);
    }
  }

  private static void assertWithinErrors(double[] sorted, Scraper scraper, String how)
      throws IOException {
    Map<String, Double> samples = Samples.ofApplications(scraper);
    assertThat(samples).containsEntry("time_count", (double) sorted.length);
    for (int i = 0; i < RANKS.length; i++) {
      double value = samples.get("time{quantile=\"" + RANKS[i] + "\"}");
      QuantileErrorTest.assertWithinError(sorted, RANKS[i], ERRORS[i], value, how);
    }
  }

  private static double[] values(int thread) {
    Random random = new Random(thread);
    return random.doubles(OBSERVATIONS).map(x -> (thread + 1) * -Math.log(1 - x)).toArray();
  }

  /** Observes from several threads, and waits to be killed. */
  static final class Observer {
    private Observer() {}

    public static void main(String[] args) throws Exception {
      Tallystick tallystick = open(args[0], Integer.parseInt(args[2]));
      Summary.Builder builder = Summary.builder().name("time").maxAgeSeconds(3_600);
      for (int i = 0; i < RANKS.length; i++) {
        builder.quantile(RANKS[i], ERRORS[i]);
      }
      Summary summary = builder.register(tallystick);
      Thread[] threads = new Thread[THREADS];
      for (int i = 0; i < THREADS; i++) {
        double[] values = values(Integer.parseInt(args[1]) * THREADS + i);
        threads[i] = new Thread(() -> Arrays.stream(values).forEach(summary::observe));
        threads[i].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      System.out.println("observed");
      waitForever();
    }
  }

  @Test
  void shouldLackAtMostTheOneInFlightWhenProcessesAreKilledWhileTheyObserve() throws Exception {
    for (int round = 0; round < 6; round++) {
      try (TempDirectory directory = TempDirectory.create();
          Scraper scraper = Scraper.open(directory.path());
          ChildJvm child =
              ChildJvm.of(Counter.class).arguments(directory.path(), round % 2 * 64).start()) {
        child.await("observing");
        double before = Samples.of(scraper).get("time_count");
        child.kill();
        assertOneMomentOf(Samples.of(scraper), before);
        try (Scraper late = Scraper.open(directory.path())) {
          assertOneMomentOf(Samples.of(late), before);
        }
      }
    }
  }

  /** The observations are 1, 2, 3, ...: quantiles and count say of each other what they are. */
  private static void assertOneMomentOf(Map<String, Double> samples, double before) {
    double count = samples.get("time_count");
    double last = samples.get("time{quantile=\"1.0\"}");
    assertThat(count).isGreaterThanOrEqualTo(before);
    assertThat(last).isBetween(count, count + 1);
    assertThat(samples.get("time{quantile=\"0.0\"}")).isEqualTo(1);
    assertThat(samples.get("time{quantile=\"0.5\"}")).isBetween(0.48 * last - 1, 0.52 * last + 1);
  }

  /** Observes 1, 2, 3, ... until it is killed. */
  static final class Counter {
    private Counter() {}

    public static void main(String[] args) throws Exception {
      Tallystick tallystick = open(args[0], Integer.parseInt(args[1]));
      Summary summary =
          Summary.builder()
              .name("time")
              .quantile(0, 0)
              .quantile(0.5, 0.02)
              .quantile(1, 0)
              .maxAgeSeconds(3_600)
              .register(tallystick);
      Thread observer =
          new Thread(
              () -> {
                for (long i = 1; true; i++) {
                  summary.observe((double) i);
                  if (i == 10_000) {
                    System.out.println("observing");
                  }
                }
              });
      observer.start();
      waitForever();
    }
  }

  private static Tallystick open(String directory, int columns) {
    return Tallystick.builder().directory(Path.of(directory)).columns(columns).open();
  }

  private static void waitForever() throws IOException {
    while (System.in.read() >= 0) {
      // its parent kills it, or ends
    }
    Runtime.getRuntime().halt(0);
  }
}
