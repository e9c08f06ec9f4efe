package io.tallystick.metrics;

import static io.tallystick.metrics.Differential.assertRefusedBeforeScrape;
import static io.tallystick.metrics.Differential.assertSameExposition;
import static io.tallystick.metrics.Differential.assertSameFailure;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SummaryQuantilesTest {
  private static final double FINE = 1e-3; // client_java drops no observation of a few hundred

  // ---- what client_java shows ----

  @Test
  void shouldShowNotANumberWhenNothingWasObserved() throws IOException {
    assertSameExposition(
        library -> {
          library.summary(b -> b.name("none").quantile(0.5));
          library
              .summary(b -> b.name("nan").quantile(0.5).quantile(0.99))
              .self()
              .observe(Double.NaN);
          library.summary(b -> b.name("made").labelNames("path").quantile(1)).initLabelValues("/");
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 9, 10, 99, 100, 101, 200, 255, 256, 257, 384, 385})
  void shouldShowTheSameQuantilesWhenFewValuesAreObserved(int values) throws IOException {
    assertSameExposition(
        library -> {
          DistributionDataPoint summary =
              library
                  .summary(
                      b ->
                          b.name("latency")
                              .quantile(0.5, FINE)
                              .quantile(0.9, FINE / 10)
                              .quantile(0.95, FINE / 10)
                              .quantile(0.99, FINE / 100)
                              .quantile(0.1, FINE / 10)
                              .quantile(0, 0)
                              .quantile(1, 0))
                  .self();
          Random random = new Random(values);
          for (int i = 0; i < values; i++) {
            summary.observe(random.nextGaussian() * 1e3);
          }
        });
  }

  @Test
  void shouldShowTheSameQuantilesWhenValuesAreRepeatedOrAtTheEnds() throws IOException {
    assertSameExposition(
        library -> {
          var repeated = library.summary(b -> b.name("repeated").quantile(0.5).quantile(0.99));
          for (int i = 0; i < 5_000; i++) {
            repeated.self().observe(i % 10 < 7 ? 2 : 7);
          }
          var one = library.summary(b -> b.name("one").quantile(0).quantile(0.3).quantile(1));
          for (int i = 0; i < 100_000; i++) {
            one.self().observe(0.125); // its sums are exact
          }
          var ends = library.summary(b -> b.name("ends").quantile(0).quantile(0.5).quantile(1));
          ends.self().observe(Double.POSITIVE_INFINITY);
          ends.self().observe(-0.0);
          ends.self().observe(Double.NEGATIVE_INFINITY);
          var zeros = library.summary(b -> b.name("zeros").quantile(0).quantile(1));
          zeros.self().observe(0.0);
          zeros.self().observe(-0.0);
        });
  }

  @Test
  void shouldShowTheExtremesWhenManyValuesAreObserved() throws IOException {
    assertSameExposition(
        library -> {
          var summary = library.summary(b -> b.name("latency").quantile(0, 0).quantile(1, 0));
          Random random = new Random(5);
          for (int i = 0; i < 20_000; i++) {
            summary.self().observe(random.nextInt());
          }
        });
  }

  @Test
  void shouldShowLabelsUnitAndHelpWhenTheyAreGiven() throws IOException {
    assertSameExposition(
        library -> {
          var summary =
              library.summary(
                  b ->
                      b.name("latency")
                          .unit(Unit.SECONDS)
                          .help("Latency.")
                          .labelNames("status", "path")
                          .constLabels(Labels.of("zone", "\"\\\n"))
                          .quantile(0.75)
                          .quantile(0.25)
                          .maxAgeSeconds(3_600)
                          .numberOfAgeBuckets(2));
          summary.labelValues("200", "/").observe(0.75);
          summary.labelValues("200", "/a").observe(0.25);
          summary.labelValues("404", "/").observe(1);
          summary.remove("404", "/");
        });
  }

  @Test
  void shouldStartAnewWhenItIsCleared() throws IOException {
    assertSameExposition(
        library -> {
          var summary = library.summary(b -> b.name("latency").quantile(0.5));
          summary.self().observe(3);
          summary.clear();
          summary.self().observe(0.5);
        });
  }

  @Test
  void shouldShowTheSameInProtobufWhenClientJavaWritesIt() throws IOException {
    var theirs =
        io.prometheus.metrics.core.metrics.Summary.builder()
            .name("latency")
            .quantile(0.5)
            .quantile(0.9, 0.02)
            .build();
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path())) {
      Summary ours =
          Summary.builder().name("latency").quantile(0.5).quantile(0.9, 0.02).register(tallystick);
      for (int i = 0; i < 40; i++) {
        theirs.observe(i * 0.5);
        ours.observe(i * 0.5);
      }
      assertThat(protobuf(tallystick.scraper().snapshots(name -> name.equals("latency"))))
          .contains("quantile: 0.9")
          .isEqualTo(protobuf(new MetricSnapshots((MetricSnapshot) theirs.collect())));
    }
  }

  private static String protobuf(MetricSnapshots snapshots) {
    return new PrometheusProtobufWriter()
        .toDebugString(snapshots, EscapingScheme.UNDERSCORE_ESCAPING)
        .replaceAll("created_timestamp \\{[^}]*}\\s*", "");
  }

  // ---- what client_java refuses ----

  @ParameterizedTest
  @CsvSource({"-0.1, 0.1", "1.1, 0.1", "0.5, -0.1", "0.5, 1.1", "Infinity, 0", "0.5, -Infinity"})
  void shouldFailAsClientJavaWhenAQuantileOrErrorIsOutOfRange(double quantile, double error)
      throws IOException {
    assertSameFailure(library -> library.summary(b -> b.name("x").quantile(quantile, error)));
  }

  @Test
  void shouldFailAsClientJavaWhenTheWindowIsEmpty() throws IOException {
    assertSameFailure(library -> library.summary(b -> b.name("x").quantile(2)));
    assertSameFailure(library -> library.summary(b -> b.name("x").maxAgeSeconds(0)));
    assertSameFailure(library -> library.summary(b -> b.name("x").maxAgeSeconds(-1)));
    assertSameFailure(library -> library.summary(b -> b.name("x").numberOfAgeBuckets(0)));
    assertSameFailure(library -> library.summary(b -> b.name("x").labelNames("quantile")));
  }

  @Test
  void shouldRefuseAQuantileThatIsThereTwice() throws IOException {
    assertRefusedBeforeScrape(
        library -> library.summary(b -> b.name("x").quantile(0.5, 0.1).quantile(0.5, 0.2)),
        "Duplicate 0.5 quantile.");
  }

  @Test
  void shouldHaveTheDefaultsOfClientJava() {
    assertThat(Summary.Builder.DEFAULT_MAX_AGE_SECONDS)
        .isEqualTo(io.prometheus.metrics.core.metrics.Summary.Builder.DEFAULT_MAX_AGE_SECONDS);
    assertThat(Summary.Builder.DEFAULT_NUMBER_OF_AGE_BUCKETS)
        .isEqualTo(
            io.prometheus.metrics.core.metrics.Summary.Builder.DEFAULT_NUMBER_OF_AGE_BUCKETS);
  }

  @Test
  void shouldWarnWhenAnErrorIsSmallerThanCanBeKept() throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.open(directory.path());
        CapturedLog log = CapturedLog.open()) {
      Summary.builder().name("extremes").quantile(0, 0).quantile(1, 0).register(tallystick);
      Summary.builder().name("usual").quantile(0.5).quantile(0.999, 1e-4).register(tallystick);
      assertThat(log.messages()).isEmpty();

      Summary.builder().name("exact").quantile(0.5, 0).register(tallystick).observe(7);

      assertThat(log.messages())
          .singleElement(as(InstanceOfAssertFactories.STRING))
          .startsWith("error of a quantile is smaller than can be kept: metric=exact quantile=0.5");
      assertThat(Samples.of(tallystick.scraper())).containsEntry("exact{quantile=\"0.5\"}", 7.0);
    }
  }

  // ---- the window ----

  @Test
  void shouldForgetObservationsWhenTheyAreTooOld() throws IOException {
    TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).clock(clock).open();
        Scraper other =
            Scraper.of(Directory.open(directory.path()), null, Duration.ofHours(1), clock)) {
      Summary summary =
          Summary.builder()
              .name("latency")
              .quantile(0, 0)
              .quantile(1, 0)
              .maxAgeSeconds(50)
              .numberOfAgeBuckets(5)
              .register(tallystick);
      for (int i = 1; i <= 12; i++) { // one each in slices of 10 s
        for (int j = 0; j < 300; j++) {
          summary.observe(i);
        }
        assertThat(Samples.of(other))
            .as("slice %s", i)
            .containsEntry("latency{quantile=\"0.0\"}", (double) Math.max(1, i - 4))
            .containsEntry("latency{quantile=\"1.0\"}", (double) i)
            .containsEntry("latency_count", 300.0 * i);
        turn(clock, tallystick, 10);
      }
      turn(clock, tallystick, 20); // 9 to 12 are left, and then fewer
      assertThat(Samples.of(other)).containsEntry("latency{quantile=\"0.0\"}", 11.0);
      turn(clock, tallystick, 19);
      assertThat(Samples.of(other)).containsEntry("latency{quantile=\"0.0\"}", 12.0);
      turn(clock, tallystick, 1);
      assertThat(Samples.of(other))
          .containsEntry("latency{quantile=\"0.0\"}", Double.NaN)
          .containsEntry("latency_count", 3_600.0);
      summary.observe(99);
      assertThat(Samples.of(other)).containsEntry("latency{quantile=\"0.0\"}", 99.0);
    }
  }

  @Test
  void shouldKeepAllThatIsInTheWindowWhenThereAreManyAgeBuckets() throws IOException {
    TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).clock(clock).open()) {
      Summary summary =
          Summary.builder()
              .name("latency")
              .quantile(0, 0)
              .maxAgeSeconds(6_400)
              .numberOfAgeBuckets(100_000)
              .register(tallystick);
      for (int i = 0; i < 100; i++) {
        summary.observe(i);
        assertThat(Samples.of(tallystick.scraper()))
            .containsEntry("latency{quantile=\"0.0\"}", (double) Math.max(0, i - 63));
        turn(clock, tallystick, 100);
      }
    }
  }

  @Test
  void shouldGoOnInThePresentSliceWhenTheClockIsSetBack() throws IOException {
    TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).clock(clock).open()) {
      Summary summary = Summary.builder().name("latency").quantile(1, 0).register(tallystick);
      summary.observe(7);
      turn(clock, tallystick, -7_200);
      summary.observe(5);

      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry("latency{quantile=\"1.0\"}", 7.0)
          .containsEntry("latency_count", 2.0);
    }
  }

  private static void turn(TurnedClock clock, Tallystick tallystick, long seconds) {
    clock.turn(Duration.ofSeconds(seconds));
    RegistrarAccess.turn(tallystick);
  }
}
