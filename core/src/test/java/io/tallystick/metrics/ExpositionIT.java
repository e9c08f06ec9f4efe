package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import io.tallystick.testing.View;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same operations give the same exposition on client_java and here: in all formats, under all
 * escaping schemes, with created times and without, line by line.
 */
class ExpositionIT {
  private static final Instant START = Instant.parse("2001-09-09T01:46:40.042Z");

  @ParameterizedTest
  @EnumSource
  void shouldShowWhatClientJavaShowsWhoeverShowsItAndWhoeverLives(ExpositionProgram program)
      throws Exception {
    TurnedClock clock = TurnedClock.at(START);
    MetricSnapshots expected = clientJava(program, clock);
    assertThat(expected.size()).as("a program that shows nothing compares nothing").isPositive();
    try (TempDirectory directory = TempDirectory.create();
        WritingProcess process = WritingProcess.start(directory.path(), program, START);
        Scraper other = scraper(directory, clock)) {
      for (View view : View.all()) {
        assertThat(process.show(view))
            .as("%s, by the writing process", view)
            .isEqualTo(view.of(expected));
      }
      assertShows(other, expected, "by another process");
      process.kill();
      assertShows(other, expected, "by another process, when the writing one is dead");
      try (Scraper late = scraper(directory, clock)) {
        assertShows(late, expected, "by a process that never saw the writing one alive");
      }
    }
  }

  private static MetricSnapshots clientJava(ExpositionProgram program, TurnedClock clock) {
    PrometheusRegistry registry = new PrometheusRegistry();
    CreatedTimes created = new CreatedTimes();
    program.run(
        new ClientJavaLibrary(registry),
        () -> {
          created.note(registry.scrape(), clock.millis());
          clock.turn(WritingProcess.TURN);
        });
    created.note(registry.scrape(), clock.millis());
    return created.in(registry.scrape());
  }

  private static Scraper scraper(TempDirectory directory, TurnedClock clock) throws IOException {
    return Scraper.of(
        Directory.open(directory.path()), null, Scraper.DEFAULT_DEAD_GAUGE_RETENTION, clock);
  }

  private static void assertShows(Scraper scraper, MetricSnapshots expected, String where)
      throws IOException {
    for (View view : View.all()) {
      assertThat(view.of(scraper, ExpositionText::isApplications))
          .as("%s, %s", view, where)
          .isEqualTo(view.of(expected));
    }
  }
}
