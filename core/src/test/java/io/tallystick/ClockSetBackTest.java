package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.merge.Retirement;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Processes whose clock is set back while they run. */
final class ClockSetBackTest {
  private static final Duration RETENTION = Duration.ofHours(1);

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2025-01-01T12:00:00Z"));
  private TempDirectory directory;

  @BeforeEach
  void createDirectory() throws IOException {
    directory = TempDirectory.create();
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    directory.close();
  }

  @Test
  void shouldShowWhatWasSetLastWhenAProcessFoundItsClockSetBack() throws Exception {
    try (Tallystick first = open("a");
        Tallystick second = open("b")) {
      Gauge ofFirst = mostRecent(first);
      mostRecent(second).set(1);
      clock.turn(Duration.ofMinutes(10));
      ofFirst.set(2);
      clock.turn(Duration.ofHours(-3));
      ofFirst.set(3);

      assertThat(Samples.ofApplications(second.scraper())).isEqualTo(Map.of("latest", 3.0));
    }
  }

  @Test
  void shouldShowTheMostRecentOfAllProcessesWhenTheClockHasCaughtUp() throws Exception {
    try (Tallystick first = open("a");
        Tallystick second = open("b")) {
      Gauge ofFirst = mostRecent(first);
      Gauge ofSecond = mostRecent(second);
      ofFirst.set(1);
      clock.turn(Duration.ofHours(-1));
      ofFirst.set(2);
      clock.turn(Duration.ofHours(2));
      ofSecond.set(3);
      assertThat(Samples.ofApplications(first.scraper())).isEqualTo(Map.of("latest", 3.0));

      clock.turn(Duration.ofMillis(1));
      ofFirst.set(4);
      assertThat(Samples.ofApplications(second.scraper())).isEqualTo(Map.of("latest", 4.0));
    }
  }

  @Test
  void shouldKeepTheGaugesOfTheDeadForTheirTimeWhenTheClockWasSetBack() throws Exception {
    try (Tallystick tallystick = open("dead")) {
      Gauge.builder().name("heat").register(tallystick).set(7);
    }
    Map<String, Double> heat = Map.of("heat{pid=\"dead\"}", 7.0);
    clock.turn(Duration.ofHours(-30));
    assertThat(scrape()).isEqualTo(heat);
    clock.turn(Duration.ofHours(30).plusMinutes(59));
    assertThat(scrape()).isEqualTo(heat);
    clock.turn(Duration.ofMinutes(2));
    assertThat(scrape()).isEmpty();
  }

  @Test
  void shouldKeepTheGaugesOfTheDeadThroughFoldsWhenTheClockWasSetBack() throws Exception {
    open("a").close();
    try (Tallystick tallystick = open("dead")) {
      Gauge.builder().name("heat").register(tallystick).set(7);
    }
    clock.turn(Duration.ofHours(-30));
    foldAnother("b");
    clock.turn(Duration.ofHours(30));
    assertThat(scrape()).isEqualTo(Map.of("heat{pid=\"dead\"}", 7.0));

    clock.turn(RETENTION.plusMinutes(1));
    foldAnother("c");
    clock.turn(RETENTION.negated());
    assertThat(scrape()).as("dropped by the fold").isEmpty();
  }

  private void foldAnother(String name) throws IOException {
    RegistrarAccess.kill(open(name));
    assertThat(new Retirement(Directory.open(directory.path()), RETENTION, clock).run().folded())
        .isEqualTo(1);
  }

  private Map<String, Double> scrape() throws IOException {
    Directory shared = Directory.open(directory.path());
    try (Scraper scraper = Scraper.of(shared, null, RETENTION, clock)) {
      return Samples.ofApplications(scraper);
    }
  }

  private Tallystick open(String name) {
    return Tallystick.builder()
        .directory(directory.path())
        .instanceName(name)
        .deadGaugeRetention(RETENTION)
        .clock(clock)
        .open();
  }

  private static Gauge mostRecent(Tallystick tallystick) {
    return Gauge.builder()
        .name("latest")
        .multiprocessMode(MultiprocessMode.MOSTRECENT)
        .register(tallystick);
  }
}
