package io.tallystick.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.metrics.Summary;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TallyBytes;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums of doubles: no fold lowers them, and no order of folds changes them. */
class RoundingTest {
  private static final double[] AMOUNTS = {0.1, 1.0 / 3, 1e-9, 1e15, 0.7, 123_456.789, 1e-3, 2e8};
  private static final int PROCESSES = 24;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldNotLowerATotalWhenProcessesCountFractionsDieAndStart(long seed) throws IOException {
    Random random = new Random(seed);
    try (TempDirectory temp = TempDirectory.create();
        Scraper scraper = Scraper.open(temp.path())) {
      List<Tallystick> alive = new ArrayList<>();
      List<Tallystick> killed = new ArrayList<>();
      Map<String, Double> before = Map.of();
      for (int i = 0; i < 150; i++) {
        if (alive.size() < 2 || random.nextInt(4) == 0) {
          alive.add(Tallystick.builder().directory(temp.path()).segmentCells(64).open());
          count(alive.get(alive.size() - 1), random);
        } else {
          Tallystick dies = alive.remove(random.nextInt(alive.size()));
          if (random.nextBoolean()) {
            dies.close();
          } else {
            RegistrarAccess.kill(dies);
            killed.add(dies);
          }
        }
        Map<String, Double> now = Samples.ofApplications(scraper);
        before.forEach(
            (name, total) ->
                assertThat(now.get(name))
                    .as("%s seed=%s", name, seed)
                    .isGreaterThanOrEqualTo(total));
        before = now;
      }
      assertThat(before).containsKeys("money_total", "time_sum", "size_sum");
      alive.forEach(Tallystick::close);
      killed.forEach(Tallystick::close);
    }
  }

  @Test
  void shouldShowOneTotalWhenProcessesAreFoldedInAnyOrder() throws IOException {
    Random random = new Random(7);
    List<TallyBytes> dead = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      dead.add(deadProcess(random));
    }
    Map<String, Double> unfolded = sumOf(dead, PROCESSES, random);

    for (int order = 0; order < 40; order++) {
      Collections.shuffle(dead, random);
      int together = 1 + random.nextInt(PROCESSES);
      assertThat(sumOf(dead, together, random)).as("order %s", order).isEqualTo(unfolded);
    }
  }

  @Test
  void shouldKeepSmallAmountsWhenTheyAreFoldedIntoAGreatTotal() throws IOException {
    List<TallyBytes> dead = new ArrayList<>();
    dead.add(process(1e15));
    for (int i = 0; i < 1_000; i++) {
      dead.add(dead.size() == 1 ? process(1e-3) : dead.get(1)); // each too small by itself
    }

    assertThat(sumOf(dead, 50, new Random(1)).get("money_total")).isEqualTo(1e15 + 1);
  }

  private static TallyBytes process(double amount) throws IOException {
    try (TempDirectory temp = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(temp.path()).segmentCells(64).open()) {
      Counter.builder().name("money_total").register(tallystick).inc(amount);
      return TallyBytes.of(RegistrarAccess.path(tallystick, temp.path()));
    }
  }

  private static TallyBytes deadProcess(Random random) throws IOException {
    try (TempDirectory temp = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(temp.path()).segmentCells(64).open()) {
      count(tallystick, random);
      return TallyBytes.of(RegistrarAccess.path(tallystick, temp.path()));
    }
  }

  /** Folds processes, so many at a time, and returns what is shown then. */
  private static Map<String, Double> sumOf(List<TallyBytes> dead, int together, Random random)
      throws IOException {
    try (TempDirectory temp = TempDirectory.create()) {
      Retirement retirement =
          new Retirement(
              Directory.open(temp.path()), Scraper.DEFAULT_DEAD_GAUGE_RETENTION, Clock.systemUTC());
      for (int i = 0; i < dead.size(); i++) {
        String token = String.format("%016x%016x", random.nextLong(), random.nextLong());
        Path file = temp.path().resolve(token + ".tally");
        dead.get(i).writeTo(file);
        if ((i + 1) % together == 0) {
          retirement.run();
        }
      }
      retirement.run();
      try (Scraper scraper = Scraper.open(temp.path())) {
        return new TreeMap<>(Samples.ofApplications(scraper));
      }
    }
  }

  /** Counts, in shared and in owned columns. */
  private static void count(Tallystick tallystick, Random random) {
    CounterDataPoint money = Counter.builder().name("money_total").register(tallystick);
    DistributionDataPoint time =
        Histogram.builder().name("time").classicUpperBounds(1, 100).register(tallystick);
    DistributionDataPoint size = Summary.builder().name("size").register(tallystick);
    for (int i = 0; i < 60; i++) {
      double amount = AMOUNTS[random.nextInt(AMOUNTS.length)] * (1 + random.nextInt(9));
      money.inc(amount);
      time.observe(amount);
      size.observe(amount);
      if (i % 20 == 19) {
        RegistrarAccess.turn(tallystick);
      }
    }
  }
}
