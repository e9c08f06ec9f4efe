package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.tallystick.Tallystick;
import io.tallystick.merge.Retirement;
import io.tallystick.merge.Verification;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.python.PythonLayout;
import io.tallystick.shm.Directory;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.DbBytes;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files of client_python beside those of JVMs. */
class PythonScrapeTest {
  private static final String KEY = "['a', 'a_total', {'k': 'v'}, 'Help.']";

  private TempDirectory temp;
  private Path directory;
  private Scraper scraper;

  @BeforeEach
  void create() throws IOException {
    temp = TempDirectory.create();
    directory = temp.path();
    scraper = Scraper.open(directory);
  }

  @AfterEach
  void delete() throws IOException {
    scraper.close();
    temp.close();
  }

  @Test
  void shouldAddThemUpWithJvmsWhenNamesAndLabelsAreTheSame() throws Exception {
    try (Tallystick jvm = Tallystick.open(directory)) {
      Counter.builder().name("a_total").labelNames("k").register(jvm).labelValues("v").inc(4);
      DbBytes.recent().entry(KEY, 2.5).writeTo(directory, "counter_1.db");
      DbBytes.of(PythonLayout.VALUE_ONLY)
          .entry(KEY, 1)
          .entry("['a', 'a_total', {'k': 'w'}, 'Help.']", 8)
          .writeTo(directory, "counter_2.db");

      assertThat(samples())
          .containsOnly(entry("a_total{k=\"v\"}", 7.5), entry("a_total{k=\"w\"}", 8.0));
      assertThat(own("process_files{state=\"python\"}")).isEqualTo(2);
      assertThat(own("process_files{state=\"live\"}")).isEqualTo(1);
    }
  }

  @Test
  void shouldShowTheHelpOfAJvmWhenBothHaveOne() throws Exception {
    try (Tallystick jvm = Tallystick.open(directory)) {
      Counter.builder().name("a").help("Ours.").labelNames("k").register(jvm).labelValues("v");
      DbBytes.recent().entry(KEY, 1).writeTo(directory, "counter_1.db");

      assertThat(text()).contains("# HELP a_total Ours.\n").doesNotContain("Help.");
    }
  }

  @Test
  void shouldReadValuesAndSeriesAnewWhenTheyAreScrapedAgain() throws Exception {
    DbBytes.recent().entry(KEY, 1).writeTo(directory, "counter_1.db");
    samples();
    DbBytes.recent().entry(KEY, 3).counters(0, 5_000).writeTo(directory, "counter_1.db");

    assertThat(samples())
        .hasSize(5_001)
        .containsEntry("a_total{k=\"v\"}", 3.0)
        .containsEntry("a_total{i=\"4999\"}", 4999.0);
  }

  @Test
  void shouldMergeGaugesByTheirModesWhenProcessesAreSeveral() throws Exception {
    for (int pid = 1; pid <= 3; pid++) {
      for (String mode : List.of("all", "liveall", "min", "livemax", "sum", "mostrecent")) {
        DbBytes.recent()
            .entry("['" + mode + "', '" + mode + "', {}, '']", pid, 1e9 - pid)
            .writeTo(directory, "gauge_" + mode + "_" + pid + ".db");
      }
    }

    assertThat(samples())
        .containsEntry("all{pid=\"1\"}", 1.0)
        .containsEntry("all{pid=\"3\"}", 3.0)
        .containsEntry("liveall{pid=\"2\"}", 2.0)
        .containsEntry("min", 1.0)
        .containsEntry("livemax", 3.0)
        .containsEntry("sum", 6.0)
        .containsEntry("mostrecent", 1.0)
        .hasSize(10);
  }

  @Test
  void shouldLeaveAMostRecentGaugeOutWhenItWasNeverSet() throws Exception {
    DbBytes.recent()
        .entry("['a', 'a', {}, '']", 0, 0)
        .entry("['b', 'b', {}, '']", -1, 0.5)
        .writeTo(directory, "gauge_mostrecent_1.db");

    assertThat(samples()).containsOnly(entry("b", -1.0));
  }

  @Test
  void shouldKeepGaugesOfAllAgesWhenTheirFileIsThere() throws Exception {
    DbBytes.recent().entry("['a', 'a', {}, '']", 1, 1).writeTo(directory, "gauge_all_1.db");

    assertThat(samples()).containsOnly(entry("a{pid=\"1\"}", 1.0));
  }

  @Test
  void shouldForgetAFileWhenItIsDeletedAndReadAnotherOneOfItsName() throws Exception {
    Path file = DbBytes.recent().entry(KEY, 1).writeTo(directory, "counter_1.db");
    samples();

    Files.delete(file);
    assertThat(samples()).isEmpty();

    DbBytes.recent().entry(KEY, 5).writeTo(directory, "counter_1.db");
    assertThat(samples()).containsOnly(entry("a_total{k=\"v\"}", 5.0));
    Files.delete(file);
    DbBytes.recent().entry("['b', 'b_total', {}, '']", 6).writeTo(directory, "counter_1.db");
    assertThat(samples()).containsOnly(entry("b_total", 6.0));
    assertThat(own("corrupt_files")).isZero();
  }

  @Test
  void shouldShowTheBoundsThatAllHaveWhenHistogramsDiffer() throws Exception {
    try (Tallystick jvm = Tallystick.open(directory)) {
      Histogram.builder()
          .name("latency")
          .classicOnly()
          .classicUpperBounds(1, 2, 3)
          .labelNames("k")
          .register(jvm)
          .labelValues("a")
          .observe(1.5);
      DbBytes.recent()
          .histogram("a", 7, "1.0", 1, "3.0", 2, "+Inf", 4)
          .writeTo(directory, "histogram_1.db");

      assertThat(samples())
          .containsOnly(
              entry("latency_bucket{k=\"a\",le=\"1.0\"}", 1.0),
              entry("latency_bucket{k=\"a\",le=\"3.0\"}", 4.0),
              entry("latency_bucket{k=\"a\",le=\"+Inf\"}", 8.0),
              entry("latency_count{k=\"a\"}", 8.0),
              entry("latency_sum{k=\"a\"}", 8.5));
    }
  }

  @Test
  void shouldShowANewBoundWhenAHistogramGetsOneLater() throws Exception {
    DbBytes bytes = DbBytes.recent().histogram("a", 7, "1.0", 1, "+Inf", 4);
    bytes.writeTo(directory, "histogram_1.db");
    assertThat(samples()).hasSize(4);
    bytes.bucket("a", "0.5", 1).writeTo(directory, "histogram_1.db");

    assertThat(samples())
        .hasSize(5)
        .containsEntry("latency_bucket{k=\"a\",le=\"0.5\"}", 1.0)
        .containsEntry("latency_bucket{k=\"a\",le=\"1.0\"}", 2.0)
        .containsEntry("latency_count{k=\"a\"}", 6.0);
    bytes.histogram("b", 1, "1.0", 1, "+Inf", 1).writeTo(directory, "histogram_1.db");
    assertThat(samples()).hasSize(8).containsEntry("latency_count{k=\"b\"}", 2.0);
  }

  @Test
  void shouldShowTheJvmsFamilyWhenTypesDiffer() throws Exception {
    try (Tallystick jvm = Tallystick.open(directory)) {
      Gauge.builder().name("a").multiprocessMode(MultiprocessMode.MAX).register(jvm).set(1);
      DbBytes.recent().entry(KEY, 5).writeTo(directory, "counter_1.db");

      assertThat(samples()).containsOnly(entry("a", 1.0));
      assertThat(own("conflicting_series")).isEqualTo(1);
      assertThat(Verification.verify(directory))
          .singleElement()
          .asString()
          .contains("family=a type=COUNTER");
    }
  }

  @Test
  void shouldShowTheRestAndNameItWhenAFileIsCorrupt() throws Exception {
    DbBytes.recent().counters(0, 1).writeTo(directory, "counter_1.db");
    DbBytes cut = DbBytes.recent().counters(1, 2);
    Path bad = cut.rawEntry(-1, new byte[8], 0, 0).writeTo(directory, "counter_2.db");
    Path empty = Files.createFile(directory.resolve("counter_3.db"));
    Path refused =
        DbBytes.recent()
            .counters(2, 3)
            .entry("['', '_total', {}, '']", 1)
            .writeTo(directory, "counter_4.db");

    try (CapturedLog log = CapturedLog.open()) {
      assertThat(samples()).hasSize(3);
      assertThat(own("corrupt_files")).isEqualTo(3);
      assertThat(own("process_files{state=\"python\"}")).isEqualTo(3);
      assertThat(log.messages())
          .hasSize(3)
          .anyMatch(message -> message.contains("file=" + bad + " reason=key length outside"))
          .anyMatch(message -> message.contains("file=" + empty))
          .anyMatch(message -> message.contains("file=" + refused + " reason=illegal name"));
    }
    assertThat(faults()).containsOnlyOnce(bad, empty, refused);
  }

  @Test
  void shouldShowAFileAgainWhenItsFaultIsMended() throws Exception {
    DbBytes.recent().used(3).writeTo(directory, "counter_1.db");
    samples();
    assertThat(own("corrupt_files")).isEqualTo(1);

    DbBytes.recent().entry(KEY, 1).writeTo(directory, "counter_1.db");

    assertThat(samples()).hasSize(1);
    assertThat(own("corrupt_files")).isZero();
  }

  @Test
  void shouldLeaveValuesOutWhenNoProcessCountsThem() throws Exception {
    DbBytes.recent().entry(KEY, -1).writeTo(directory, "counter_1.db");
    DbBytes.recent()
        .entry("['s', 's_count', {}, '']", 1.5)
        .entry("['s', 's_sum', {}, '']", 1)
        .writeTo(directory, "summary_1.db");
    DbBytes.recent()
        .histogram("a", 1, "1.0", -3, "+Inf", 2)
        .entry("['n', 'n_sum', {}, '']", 1)
        .entry("['n', 'n_bucket', {'le': '+Inf'}, '']", Double.NaN)
        .writeTo(directory, "histogram_1.db");

    assertThat(samples())
        .containsEntry("a_total{k=\"v\"}", 0.0)
        .containsEntry("s_count", 0.0)
        .containsEntry("n_count", 0.0)
        .containsEntry("latency_count{k=\"a\"}", 2.0);
    assertThat(own("corrupt_files")).isEqualTo(3);
    assertThat(faults()).hasSize(3);
  }

  @Test
  void shouldGoOnWithTheOthersWhenAFileIsCutBetweenScrapes() throws Exception {
    DbBytes.recent().counters(0, 1).writeTo(directory, "counter_1.db");
    Path file = DbBytes.recent().counters(1, 5_000).writeTo(directory, "counter_2.db");
    assertThat(samples()).hasSize(5_000);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(4096);
    }

    assertThat(samples()).hasSizeBetween(10, 200).containsEntry("a_total{i=\"0\"}", 0.0);
    assertThat(own("corrupt_files")).isEqualTo(1);
  }

  @Test
  void shouldNotTouchWhatIsNotToBeTrusted() throws Exception {
    Path file = DbBytes.recent().entry(KEY, 1).writeTo(directory, "counter_1.db");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
    Files.createSymbolicLink(directory.resolve("counter_2.db"), file);
    Files.createDirectory(directory.resolve("counter_3.db"));

    assertThat(samples()).isEmpty();
    assertThat(own("corrupt_files")).isEqualTo(3);
    assertThat(faults()).hasSize(3);
  }

  @Test
  void shouldPassOverOtherDatabasesWhenVerifyNamesThem() throws Exception {
    Path stray = Files.write(directory.resolve("index.db"), new byte[100]);

    assertThat(samples()).isEmpty();
    assertThat(own("corrupt_files")).isZero();
    assertThat(faults()).containsOnly(stray);
  }

  @Test
  void shouldNeitherFoldNorDeleteThemWhenTheDeadAreRetired() throws Exception {
    DbBytes.recent().entry(KEY, 1).writeTo(directory, "counter_1.db");
    try (Tallystick jvm = Tallystick.open(directory)) {
      Counter.builder().name("a").labelNames("k").register(jvm).labelValues("v").inc();
    }
    new Retirement(Directory.open(directory), Duration.ofHours(1), Clock.systemUTC()).run();

    assertThat(directory.resolve("counter_1.db")).exists();
    assertThat(samples()).containsOnly(entry("a_total{k=\"v\"}", 2.0));
    assertThat(samples()).containsOnly(entry("a_total{k=\"v\"}", 2.0));
  }

  private Map<String, Double> samples() throws IOException {
    return Samples.ofApplications(scraper);
  }

  private double own(String name) throws IOException {
    return Samples.of(scraper).get("tallystick_" + name);
  }

  private String text() throws IOException {
    return Samples.text(scraper, TextFormat.PROMETHEUS);
  }

  private List<Path> faults() throws IOException {
    return Verification.verify(directory).stream().map(Verification.Fault::file).toList();
  }
}
