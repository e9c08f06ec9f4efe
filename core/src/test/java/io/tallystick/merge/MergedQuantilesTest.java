package io.tallystick.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.metrics.Summary;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Samples;
import io.tallystick.testing.Seed;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Quantiles of processes that disagree, die and are folded. */
class MergedQuantilesTest {
  private static final String MEDIAN = "time{quantile=\"0.5\"}";
  private static final String TAIL = "time{quantile=\"0.99\"}";
  private static final double MEDIAN_ERROR = 0.01;
  private static final double TAIL_ERROR = 0.001;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
  private final List<Tallystick> opened = new ArrayList<>();
  private TempDirectory temp;
  private Scraper scraper;

  @BeforeEach
  void open() throws IOException {
    temp = TempDirectory.create();
    scraper = Scraper.of(Directory.open(temp.path()), null, Duration.ofHours(1), clock);
  }

  @AfterEach
  void close() throws IOException {
    opened.forEach(Tallystick::close);
    scraper.close();
    temp.close();
  }

  private Tallystick start(String name) {
    Tallystick tallystick =
        Tallystick.builder()
            .directory(temp.path())
            .instanceName(name)
            .clock(clock)
            .columns(0)
            .open();
    opened.add(tallystick);
    return tallystick;
  }

  private static Summary summary(Tallystick tallystick, double... ranks) {
    Summary.Builder builder = Summary.builder().name("time");
    for (double rank : ranks) {
      builder.quantile(rank);
    }
    return builder.register(tallystick);
  }

  private static void observe(Summary summary, double... values) {
    for (double value : values) {
      summary.observe(value);
    }
  }

  // ---- what processes say ----

  @Test
  void shouldShowQuantilesOfAllProcessesTogether() throws IOException {
    observe(summary(start("a"), 0.5), 1, 2, 3);
    observe(summary(start("b"), 0.5), 100, 200);

    assertThat(Samples.ofApplications(scraper)).containsEntry(MEDIAN, 3.0);
  }

  @Test
  void shouldShowTheQuantilesThatAllHaveWhenProcessesDisagree() throws IOException {
    Tallystick first = start("a");
    observe(summary(first, 0.5, 0.9), 1);
    clock.turn(Duration.ofSeconds(1));
    observe(summary(start("b"), 0.5, 0.99), 2, 3);

    assertThat(Samples.ofApplications(scraper).keySet())
        .containsExactlyInAnyOrder(MEDIAN, "time_count", "time_sum");
    assertThat(Samples.ofApplications(scraper)).containsEntry(MEDIAN, 2.0);
    RegistrarAccess.kill(first);
    assertThat(Samples.ofApplications(scraper)).containsEntry(MEDIAN, 2.0);
  }

  @Test
  void shouldShowTheNewestProcessQuantilesWhenTheyHaveNoneInCommon() throws IOException {
    observe(summary(start("a"), 0.9), 1);
    clock.turn(Duration.ofSeconds(1));
    observe(summary(start("b"), 0.25, 0.99), 2, 3, 4);

    assertThat(Samples.ofApplications(scraper))
        .containsEntry("time{quantile=\"0.25\"}", 1.0)
        .containsEntry(TAIL, 4.0)
        .doesNotContainKey("time{quantile=\"0.9\"}");
  }

  @Test
  void shouldShowQuantilesOfThoseThatHaveThemWhenOthersHaveNone() throws IOException {
    observe(summary(start("a"), 0.5), 1, 2, 3);
    clock.turn(Duration.ofSeconds(1));
    observe(summary(start("b")), 100);

    assertThat(Samples.ofApplications(scraper))
        .containsEntry(MEDIAN, 2.0)
        .containsEntry("time_count", 4.0);
  }

  @Test
  void shouldMergeSlicesOfAnyLengthWhenProcessesHaveOtherWindows() throws IOException {
    Summary longer =
        Summary.builder()
            .name("time")
            .quantile(0, 0)
            .maxAgeSeconds(600)
            .numberOfAgeBuckets(2)
            .register(start("a"));
    Tallystick b = start("b");
    Summary shorter =
        Summary.builder()
            .name("time")
            .quantile(0, 0)
            .maxAgeSeconds(60)
            .numberOfAgeBuckets(6)
            .register(b);
    longer.observe(2);
    shorter.observe(1);
    String least = "time{quantile=\"0.0\"}";
    assertThat(Samples.of(scraper)).containsEntry(least, 1.0);

    clock.turn(Duration.ofSeconds(50));
    assertThat(Samples.of(scraper)).containsEntry(least, 1.0);
    clock.turn(Duration.ofSeconds(10));
    assertThat(Samples.of(scraper)).containsEntry(least, 2.0);
    clock.turn(Duration.ofSeconds(539));
    assertThat(Samples.of(scraper)).containsEntry(least, 2.0);
    clock.turn(Duration.ofSeconds(1));
    assertThat(Samples.of(scraper)).containsEntry(least, Double.NaN);
  }

  // ---- the dead ----

  @Test
  void shouldShowTheDeadAsLongAsTheirObservationsCountWhenTheyAreFolded() throws IOException {
    observe(summary(start("a"), 0.5, 0.99), 1, 2, 3);
    Tallystick second = start("b");
    observe(summary(second, 0.5, 0.99), 4, 5, 6, 7, 8);
    RegistrarAccess.kill(second);
    assertThat(Samples.of(scraper)).containsEntry(MEDIAN, 4.0).containsEntry(TAIL, 8.0);
    assertThat(Samples.of(scraper))
        .containsEntry("tallystick_process_files{state=\"retired\"}", 1.0);

    clock.turn(Duration.ofSeconds(60));
    Tallystick third = start("c");
    observe(summary(third, 0.5, 0.99), 9, 10, 11);
    third.close();
    assertThat(Samples.of(scraper)).containsEntry(MEDIAN, 6.0).containsEntry(TAIL, 11.0);

    clock.turn(Duration.ofSeconds(239)); // 299 s: all still count
    assertThat(Samples.of(scraper)).containsEntry(MEDIAN, 6.0);
    clock.turn(Duration.ofSeconds(1));
    assertThat(Samples.of(scraper)).containsEntry(MEDIAN, 10.0);
    clock.turn(Duration.ofSeconds(60));
    assertThat(Samples.of(scraper))
        .containsEntry(MEDIAN, Double.NaN)
        .containsEntry("time_count", 11.0);
  }

  @Test
  void shouldKeepLittleInTheRetiredFileWhenObservationsAreTooOld() throws IOException {
    Tallystick first = start("a");
    Summary summary = summary(first, 0.5, 0.99);
    for (int i = 0; i < 10_000; i++) {
      summary.observe(i);
    }
    first.close();
    long withSketch = Files.size(temp.path().resolve("retired.tally"));
    clock.turn(Duration.ofMinutes(10));
    start("b").close();

    assertThat(Files.size(temp.path().resolve("retired.tally"))).isLessThan(withSketch / 4);
    assertThat(Samples.of(scraper))
        .containsEntry(MEDIAN, Double.NaN)
        .containsEntry("time_count", 10_000.0);
  }

  @Test
  void shouldBeWithinTheErrorWhenManyProcessesAreFoldedOneAfterTheOther() throws IOException {
    assertFoldedWithinErrors(12, 20_000, 1);
  }

  @Test
  void shouldBeWithinTheErrorWhenManyShortProcessesAreFoldedTogether() throws IOException {
    assertFoldedWithinErrors(300, 200, 50);
  }

  /** Lets processes die, some at a time, and compares with all that they observed. */
  private void assertFoldedWithinErrors(int processes, int observations, int atOnce)
      throws IOException {
    long seed = Seed.next();
    Random random = new Random(seed);
    double[] all = new double[processes * observations];
    long largest = 0;
    for (int i = 0; i < processes; i++) {
      Tallystick process = start("p" + i);
      Summary summary = summary(process, 0.5, 0.99);
      double scale = 1 + random.nextInt(5);
      for (int j = 0; j < observations; j++) {
        double value = scale * -Math.log(1 - random.nextDouble());
        all[i * observations + j] = value;
        summary.observe(value);
      }
      RegistrarAccess.kill(process);
      if (i % atOnce == atOnce - 1) {
        Samples.of(scraper); // folds
        largest = Math.max(largest, Files.size(temp.path().resolve("retired.tally")));
      }
    }
    Map<String, Double> samples = Samples.of(scraper);
    assertThat(samples)
        .containsEntry("tallystick_process_files{state=\"retired\"}", (double) processes);
    Arrays.sort(all);
    assertRank(all, 0.5, MEDIAN_ERROR, samples.get(MEDIAN), seed);
    assertRank(all, 0.99, TAIL_ERROR, samples.get(TAIL), seed);
    assertThat(largest).isLessThan(1 << 20);
  }

  private static void assertRank(
      double[] sorted, double rank, double error, double value, long seed) {
    int at = Arrays.binarySearch(sorted, value);
    assertThat(at).as(Seed.describe(seed)).isNotNegative();
    assertThat((at + 1) / (double) sorted.length)
        .as("%s, %s", rank, Seed.describe(seed))
        .isBetween(rank - error - 1.0 / sorted.length, rank + error + 1.0 / sorted.length);
  }
}
