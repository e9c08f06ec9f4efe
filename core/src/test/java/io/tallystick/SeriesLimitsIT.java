package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that make series at the same time, up to the limits of their directory. */
@Timeout(300)
final class SeriesLimitsIT {
  private static final String OVERFLOW = "x_total{a=\"__overflow__\"}";

  private TempDirectory temporary;
  private Path directory;
  private final List<ChildJvm> children = new ArrayList<>();

  @BeforeEach
  void create() throws IOException {
    temporary = TempDirectory.create();
    directory = temporary.path();
  }

  @AfterEach
  void delete() throws IOException {
    children.forEach(ChildJvm::close);
    temporary.close();
  }

  @Test
  void shouldMakeExactlyTheMostWhenProcessesMakeTheSameSeriesAndOthers() throws Exception {
    int most = 9_000; // the table grows twice meanwhile
    for (int i = 0; i < 4; i++) {
      start(most, 1_000_000, 2_500 * i, 2_500 * i + 5_000);
    }
    countAll();
    Map<String, Double> samples = scrape();
    assertThat(samples).hasSize(most + 1).containsKey(OVERFLOW);
    assertThat(samples.values().stream().mapToDouble(Double::doubleValue).sum())
        .isEqualTo(4 * 5_000.0);
    assertThat(Verification.verify(directory)).isEmpty();
  }

  @Test
  void shouldMakeExactlyTheMostOfTheDirectoryWhenProcessesMakeDifferentSeries() throws Exception {
    int most = 3_000;
    for (int i = 0; i < 4; i++) {
      start(10_000, most, 1_000 * i, 1_000 * i + 1_000);
    }
    countAll();
    assertThat(scrape()).hasSize(most + 1).containsKey(OVERFLOW);
    assertThat(Verification.verify(directory)).isEmpty();
  }

  @Test
  void shouldMakeAllWhenTheyAreAsManyAsTheMost() throws Exception {
    int most = 6_000;
    for (int i = 0; i < 4; i++) {
      start(most, most, 0, most);
    }
    countAll();
    assertThat(scrape()).hasSize(most).doesNotContainKey(OVERFLOW);
  }

  @Test
  void shouldHaveRoomForAllAgainWhenProcessesWereKilledInTheMiddle() throws Exception {
    int most = 12_000;
    for (int round = 0; round < 5; round++) {
      int from = 2_000 * round;
      ChildJvm first = start(most, most, from, from + 2_000);
      ChildJvm second = start(most, most, from, from + 2_000);
      for (ChildJvm child : List.of(first, second)) {
        child.await("opened");
        child.send("count");
      }
      first.await("first");
      first.kill();
      second.await("first");
      second.kill();
    }
    assertThat(Verification.verify(directory)).isEmpty();
    int present = scrape().size();
    assertThat(present).isBetween(500, 10_000);
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(2));
    try (Tallystick tallystick =
        Tallystick.builder()
            .directory(directory)
            .clock(later)
            .maxSeriesPerMetric(most)
            .maxSeriesPerDirectory(most)
            .open()) {
      Counter counter = Counter.builder().name("x").labelNames("a").register(tallystick);
      Await.until(
          "the killed processes' series that they did not make are not counted",
          () -> {
            for (int i = 0; i < most; i++) {
              counter.labelValues("" + i).inc();
            }
            RegistrarAccess.turn(tallystick);
            return scrape().keySet().stream().filter(name -> !name.equals(OVERFLOW)).count()
                == most;
          });
    }
  }

  private ChildJvm start(int maxSeriesPerMetric, int maxSeriesPerDirectory, int from, int to)
      throws IOException {
    ChildJvm child =
        ChildJvm.of(LimitedProcess.class)
            .arguments(
                directory, maxSeriesPerMetric, maxSeriesPerDirectory, from, to, children.size())
            .start();
    children.add(child);
    child.send("open");
    return child;
  }

  /** Lets all open the directory at once, and then count at once. */
  private void countAll() throws Exception {
    for (ChildJvm child : children) {
      child.await("opened");
    }
    for (ChildJvm child : children) {
      child.send("count");
    }
    for (ChildJvm child : children) {
      child.await("counted");
    }
  }

  private Map<String, Double> scrape() throws IOException {
    try (Scraper scraper = Scraper.open(directory)) {
      return Samples.ofApplications(scraper);
    }
  }
}
