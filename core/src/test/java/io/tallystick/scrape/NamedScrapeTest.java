package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A scrape that asks for some families, before and after one that asks for all. */
class NamedScrapeTest {
  private static final int MANY = 1_000;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
  private TempDirectory directory;
  private Tallystick first;
  private Tallystick second;
  private Scraper scraper;

  @BeforeEach
  void open() throws IOException {
    directory = TempDirectory.create();
    first = start();
    second = start();
    scraper = first.scraper();
  }

  @AfterEach
  void close() throws IOException {
    first.close();
    second.close();
    directory.close();
  }

  @Test
  void shouldShowWhatWasCountedMeanwhileWhenItIsAskedForAgain() throws IOException {
    Counter jobs = Counter.builder().name("jobs").labelNames("k").register(first);
    Counter others = Counter.builder().name("others").register(second);
    jobs.labelValues("0").inc();
    assertThat(Samples.ofApplications(scraper)).hasSize(2);

    for (int i = 0; i < MANY; i++) {
      jobs.labelValues(Integer.toString(i)).inc();
    }
    others.inc(3);
    assertThat(named("others")).isEqualTo("# TYPE others_total counter\nothers_total 3.0\n");

    Map<String, Double> samples = Samples.ofApplications(scraper);
    assertThat(samples)
        .hasSize(MANY + 1)
        .containsEntry("jobs_total{k=\"0\"}", 2.0)
        .containsEntry("jobs_total{k=\"999\"}", 1.0);
  }

  @Test
  void shouldCountConflictsOfNamesThatItDoesNotAskFor() throws IOException {
    Gauge.builder().name("jobs").register(first).set(1);
    clock.turn(Duration.ofSeconds(1));
    Counter.builder().name("jobs").register(second).inc();
    String conflicts = "tallystick_conflicting_series";

    assertThat(named(conflicts)).contains(conflicts + " 1.0\n");
    assertThat(named(conflicts)).contains(conflicts + " 1.0\n");
    assertThat(named("jobs")).contains("# TYPE jobs gauge\n").doesNotContain("jobs_total");
  }

  private String named(String name) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    scraper.write(Exposition.of(TextFormat.PROMETHEUS), out, NameFilter.of(List.of(name)));
    return out.toString(UTF_8);
  }

  private Tallystick start() {
    return Tallystick.builder().directory(directory.path()).clock(clock).open();
  }
}
