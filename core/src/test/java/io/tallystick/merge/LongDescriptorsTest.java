package io.tallystick.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.metrics.StateSet;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.ForeignFile;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.SeriesRecord;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Families and series whose texts are as long as a descriptor can be, or longer. */
class LongDescriptorsTest {
  private static final String CORRUPT = "tallystick_corrupt_files";
  private static final int LONGEST_NAME = 128;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"));
  private TempDirectory temp;
  private CapturedLog log;

  @BeforeEach
  void open() throws IOException {
    temp = TempDirectory.create();
    log = CapturedLog.open();
  }

  @AfterEach
  void close() throws IOException {
    log.close();
    temp.close();
  }

  // ---- what builders take ----

  /** A part of a family that can be long. */
  enum Part {
    NAME {
      @Override
      void count(Tallystick tallystick, int length) {
        Counter.builder().name("n".repeat(length)).register(tallystick).inc(3);
      }
    },
    LABEL_NAME {
      @Override
      void count(Tallystick tallystick, int length) {
        Counter.builder()
            .name("jobs")
            .labelNames("l".repeat(length))
            .register(tallystick)
            .labelValues("v")
            .inc(3);
      }
    },
    CONSTANT_LABEL_NAME {
      @Override
      void count(Tallystick tallystick, int length) {
        Counter.builder()
            .name("jobs")
            .constLabels(Labels.of("l".repeat(length), "v"))
            .register(tallystick)
            .inc(3);
      }
    },
    MANY_LABEL_NAMES {
      @Override
      void count(Tallystick tallystick, int length) {
        String[] names = new String[127]; // one more needs a longer count
        for (int i = 0; i < names.length; i++) {
          names[i] = i == 0 ? "l".repeat(length) : "k" + i;
        }
        Counter.builder()
            .name("jobs")
            .labelNames(names)
            .constLabels(Labels.of("c", "v"))
            .register(tallystick)
            .labelValues(Collections.nCopies(names.length, "v").toArray(String[]::new))
            .inc(3);
      }
    },
    BOUNDS {
      @Override
      void count(Tallystick tallystick, int length) {
        double[] bounds = IntStream.range(0, length).asDoubleStream().toArray();
        Histogram.builder().name("time").classicUpperBounds(bounds).register(tallystick).observe(3);
      }
    },
    STATES {
      @Override
      void count(Tallystick tallystick, int length) {
        StateSet.builder()
            .name("phase")
            .states("s", "t".repeat(length))
            .register(tallystick)
            .setTrue("s");
      }
    },
    HELP {
      @Override
      void count(Tallystick tallystick, int length) {
        Counter.builder().name("jobs").help("h".repeat(length)).register(tallystick).inc(3);
      }
    };

    abstract void count(Tallystick tallystick, int length);

    /** The greatest length that is not refused. */
    int longest() throws IOException {
      try (TempDirectory directory = TempDirectory.create()) {
        int low = 1;
        int high = 70_000;
        while (high - low > 1) {
          int length = (low + high) >>> 1;
          try (Tallystick tallystick = Tallystick.open(directory.path())) {
            count(tallystick, length);
            low = length;
          } catch (IllegalArgumentException e) {
            high = length;
          }
          Files.deleteIfExists(directory.path().resolve("retired.tally"));
        }
        return low;
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseAFamilyWhenAPartOfItIsTooLong(Part part) throws IOException {
    int tooLong = part.longest() + 1;
    try (Tallystick tallystick = Tallystick.open(temp.path())) {
      assertThatThrownBy(() -> part.count(tallystick, tooLong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("family descriptor is too long, shorten its names");
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldFoldAFamilyWhenAPartOfItIsAsLongAsItCanBe(Part part) throws IOException {
    int longest = part.longest();
    Map<String, Double> before;
    try (Tallystick tallystick = Tallystick.open(temp.path())) {
      part.count(tallystick, longest);
      before = Samples.ofApplications(tallystick.scraper());
      assertThat(before).isNotEmpty();
    }

    assertThatAllIsFoldedAsItWas(before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldFoldSeriesWhenTheirLabelValuesAreAsLongAsTheyCanBe(boolean hasConstant)
      throws IOException {
    Map<String, Double> before;
    try (Tallystick tallystick =
        Tallystick.builder().directory(temp.path()).instanceName("i".repeat(LONGEST_NAME)).open()) {
      Gauge gauge =
          Gauge.builder()
              .name("room")
              .labelNames("k")
              .constLabels(hasConstant ? Labels.of("c", "v".repeat(30_000)) : Labels.EMPTY)
              .register(tallystick);
      int longest = hasConstant ? 35_330 : 65_340;
      for (int length = longest - 20; length < longest + 40; length++) {
        gauge.labelValues("x".repeat(length)).set(length);
      }
      before = Samples.ofApplications(tallystick.scraper());
      assertThat(before).hasSizeBetween(20, 59); // the longest ones share a series
      assertThat(before.keySet()).filteredOn(name -> name.contains("__overflow__")).hasSize(1);
    }

    log.messages().clear();
    assertThatAllIsFoldedAsItWas(before);
  }

  private void assertThatAllIsFoldedAsItWas(Map<String, Double> before) throws IOException {
    for (int i = 0; i < 2; i++) { // what was folded is read for the next fold
      assertThat(scrape()).containsAllEntriesOf(before).containsEntry(CORRUPT, 0.0);
      assertThat(Verification.verify(temp.path())).isEmpty();
      assertThat(processFiles()).isEmpty();
      Tallystick.open(temp.path()).close();
    }
    assertThat(log.messages()).isEmpty();
  }

  // ---- what comes together in a fold ----

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldFoldWithoutHelpWhenItDoesNotFitWhatOthersSay(boolean together) throws IOException {
    double[] bounds = IntStream.range(0, 4_000).asDoubleStream().toArray();
    Tallystick old = start("old");
    Histogram.builder()
        .name("time")
        .help("Short.")
        .labelNames("l".repeat(15_000))
        .classicUpperBounds(bounds)
        .register(old)
        .labelValues("v")
        .observe(3_998.5);
    clock.turn(Duration.ofSeconds(1));
    Tallystick newest = start("newest");
    Histogram.builder()
        .name("time")
        .help("h".repeat(33_000))
        .classicUpperBounds(bounds)
        .register(newest)
        .observe(0.5);
    Map<String, Double> before = scrape();
    before.keySet().removeIf(name -> name.startsWith("tallystick_"));
    assertThat(before).hasSize(2 * (4_001 + 2));

    if (together) {
      RegistrarAccess.kill(old);
      RegistrarAccess.kill(newest);
    } else {
      newest.close();
      old.close();
    }

    assertThat(Tallystick.retire(temp.path()).left()).isZero();
    assertThatAllIsFoldedAsItWas(before);
    old.close();
    newest.close();
  }

  // ---- what others write ----

  static Stream<FamilyDescriptor> tooLongFamilies() {
    FamilyDescriptor good = family("jobs", List.of("k"), List.of());
    double[] bounds =
        DoubleStream.concat(
                IntStream.range(0, 4_096).asDoubleStream(),
                DoubleStream.of(Double.POSITIVE_INFINITY))
            .toArray();
    return Stream.of(
        family("n".repeat(16_000), List.of("k"), List.of()),
        family("jobs", List.of("l".repeat(16_000)), List.of()),
        family("jobs", List.of("l".repeat(8_000)), List.of("m".repeat(8_000))),
        with(good, FamilyType.HISTOGRAM, bounds, List.of()),
        with(good, FamilyType.STATESET, new double[0], List.of("s", "t".repeat(33_000))));
  }

  @ParameterizedTest
  @MethodSource("tooLongFamilies")
  void shouldNameTheFileAndScrapeTheRestWhenAFamilyIsTooLong(FamilyDescriptor family)
      throws IOException {
    Path file = ForeignFile.write(temp.path(), family, List.of("v"), 1, 5);

    assertOnlyTheRestIsScraped(file, "names, labels, bounds or states are too long");
  }

  @Test
  void shouldNameTheFileAndScrapeTheRestWhenLabelValuesAreTooLong() throws IOException {
    Path file = writeSeriesOf(SeriesRecord.MAX_VALUES_LENGTH + 1);

    assertOnlyTheRestIsScraped(file, "label values are too long: family=jobs");
  }

  @Test
  void shouldFoldWhenLabelValuesOfAnotherWriterAreAsLongAsTheyCanBe() throws IOException {
    writeSeriesOf(SeriesRecord.MAX_VALUES_LENGTH);
    Map<String, Double> before = scrape();
    before.keySet().removeIf(name -> name.startsWith("tallystick_"));
    assertThat(before).hasSize(1).containsValue(5.0);

    assertThatAllIsFoldedAsItWas(before);
  }

  /** Writes a series whose own label value and constant one need so many bytes in a record. */
  private Path writeSeriesOf(int bytes) throws IOException {
    int constant = 30_000;
    FamilyDescriptor family = family("jobs", List.of("k"), List.of("c"), "v".repeat(constant));
    String value = "x".repeat(bytes - constant - 2 * 3); // each has a count of three bytes
    return ForeignFile.write(temp.path(), family, List.of(value), CellLayout.COUNTER_LONG, 5);
  }

  private void assertOnlyTheRestIsScraped(Path bad, String reason) throws IOException {
    try (Tallystick good = start("good")) {
      Counter.builder().name("good_total").register(good).inc(3);

      assertThat(scrape())
          .containsEntry("good_total", 3.0)
          .containsEntry(CORRUPT, 1.0)
          .doesNotContainValue(5.0);
    }
    assertThat(scrape()).containsEntry("good_total", 3.0).containsEntry(CORRUPT, 1.0);
    assertThat(Tallystick.retire(temp.path())).isEqualTo(new Retirement.Report(0, 1, false));
    assertThat(Verification.verify(temp.path()))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.file()).isEqualTo(bad);
              assertThat(fault.what()).contains(reason);
            });
  }

  // ----

  private static FamilyDescriptor family(
      String name, List<String> labels, List<String> constLabels, String... constValues) {
    return new FamilyDescriptor(
        FamilyType.COUNTER,
        GaugeMode.ALL,
        name,
        name,
        name,
        null,
        null,
        labels,
        constLabels,
        constValues.length > 0
            ? List.of(constValues)
            : Collections.nCopies(constLabels.size(), "v"),
        new double[0],
        List.of(),
        new double[0],
        0);
  }

  private static FamilyDescriptor with(
      FamilyDescriptor family, FamilyType type, double[] bounds, List<String> states) {
    return new FamilyDescriptor(
        type,
        family.mode(),
        family.name(),
        family.originalName(),
        family.expositionBaseName(),
        family.help(),
        family.unit(),
        family.labelNames(),
        family.constLabelNames(),
        family.constLabelValues(),
        bounds,
        states,
        family.parameters(),
        family.createdMs());
  }

  private Tallystick start(String instance) {
    return Tallystick.builder().directory(temp.path()).instanceName(instance).clock(clock).open();
  }

  private Map<String, Double> scrape() throws IOException {
    try (Scraper scraper = Scraper.open(temp.path())) {
      assertThat(Samples.text(scraper, TextFormat.OPENMETRICS)).endsWith("# EOF\n");
      return Samples.of(scraper);
    }
  }

  private List<Path> processFiles() throws IOException {
    try (Stream<Path> files = Files.list(temp.path())) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9a-f]{32}\\.tally"))
          .toList();
    }
  }
}
