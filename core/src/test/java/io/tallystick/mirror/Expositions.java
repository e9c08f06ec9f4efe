package io.tallystick.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.testing.ExpositionText;
import java.io.IOException;

/** Compares what a directory shows with what client_java makes of its own snapshots. */
public final class Expositions {
  private Expositions() {}

  /**
   * Asserts that a directory shows just this in all three formats: as its process shows it, as
   * another reader does, and when the process is dead.
   */
  public static void assertShowsAlsoWhenDead(Tallystick tallystick, MetricSnapshots expected)
      throws IOException {
    assertThat(expected.size()).as("nothing compares nothing").isPositive();
    try (Scraper other = Scraper.open(tallystick.directory())) {
      assertShows(tallystick.scraper(), expected, "in the process");
      assertShows(other, expected, "in another reader");
      tallystick.close();
      assertShows(other, expected, "in another reader when the process is dead");
    }
    try (Scraper late = Scraper.open(tallystick.directory())) {
      assertShows(late, expected, "in a reader that never saw the process alive");
    }
  }

  private static void assertShows(Scraper scraper, MetricSnapshots expected, String where)
      throws IOException {
    for (TextFormat format : TextFormat.values()) {
      assertThat(ExpositionText.withoutOwn(ExpositionText.of(scraper, format)))
          .as("%s, %s", format, where)
          .isEqualTo(ExpositionText.of(expected, format));
    }
    MetricSnapshots shown = scraper.snapshots(name -> !name.startsWith("tallystick_"));
    assertThat(protobuf(shown)).as("protobuf, %s", where).isEqualTo(protobuf(expected));
  }

  private static String protobuf(MetricSnapshots snapshots) {
    return new PrometheusProtobufWriter()
        .toDebugString(snapshots, EscapingScheme.UNDERSCORE_ESCAPING);
  }
}
