package io.tallystick.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.testing.DbBytes;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PythonFileTest {
  private static final String COUNTER = "counter_1.db";
  private static final String GAUGE = "gauge_max_1.db";
  private static final String SUMMARY = "summary_1.db";
  private static final String HISTOGRAM = "histogram_1.db";

  private TempDirectory temp;
  private Path directory;

  @BeforeEach
  void create() throws IOException {
    temp = TempDirectory.create();
    directory = temp.path();
  }

  @AfterEach
  void delete() throws IOException {
    temp.close();
  }

  // ---- what there is to read ----

  @ParameterizedTest
  @EnumSource(PythonLayout.class)
  void shouldReadCountersWhenTheLayoutIsEither(PythonLayout layout) throws Exception {
    DbBytes bytes =
        DbBytes.of(layout)
            .entry("['requests', 'requests_total', {'path': '/', 'status': '200'}, 'Served.']", 3)
            .entry(
                "['requests', 'requests_total', {'path': '/é', 'status': '500'}, 'Served.']", 0.5)
            .entry("['starts', 'starts_total', {}, '']", 1);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.values())
        .containsOnly(
            entry("requests{path=/,status=200}", 3.0),
            entry("requests{path=/é,status=500}", 0.5),
            entry("starts", 1.0));
    assertThat(readings.fault()).isNull();
    assertThat(readings.file().skipped()).isNull();
  }

  @Test
  void shouldDescribeFamiliesAsClientJavaNamesThemWhenTheyAreCounters() throws Exception {
    DbBytes bytes =
        DbBytes.recent().entry("['requests', 'requests_total', {'b': '', 'a': ''}, 'Served.']", 3);

    FamilyDescriptor family = Readings.of(bytes.writeTo(directory, COUNTER)).families().get(0);

    assertThat(family.name()).isEqualTo("requests");
    assertThat(family.originalName()).isEqualTo("requests_total");
    assertThat(family.expositionBaseName()).isEqualTo("requests_total");
    assertThat(family.type()).isEqualTo(FamilyType.COUNTER);
    assertThat(family.help()).isEqualTo("Served.");
    assertThat(family.unit()).isNull();
    assertThat(family.labelNames()).containsExactly("a", "b");
    assertThat(family.createdMs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void shouldTakeTheSuffixOffWhenAFamilyOfCountersHasIt() throws Exception {
    DbBytes bytes = DbBytes.recent().entry("['requests_total', 'requests_total', {}, '']", 3);

    assertThat(Readings.of(bytes.writeTo(directory, COUNTER)).values())
        .containsOnly(entry("requests", 3.0));
  }

  @ParameterizedTest
  @EnumSource(GaugeMode.class)
  void shouldReadGaugesAndTheirTimesWhenTheLayoutHasThem(GaugeMode mode) throws Exception {
    DbBytes bytes =
        DbBytes.recent()
            .entry("['up', 'up', {}, '']", -1.5, 1.7e9)
            .entry("['on', 'on', {}, '']", 1);
    String name = new PythonFileName(FamilyType.GAUGE, mode, "1").toString();

    Readings readings = Readings.of(bytes.writeTo(directory, name));

    assertThat(readings.values()).containsOnly(entry("up", -1.5), entry("on", 1.0));
    assertThat(readings.families()).extracting(FamilyDescriptor::mode).containsOnly(mode);
    assertThat(readings.file().family(0).writtenSeconds(0)).isEqualTo(1.7e9);
    assertThat(readings.file().family(1).writtenSeconds(0)).isZero();
    assertThat(readings.file().name().pid()).isEqualTo("1");
  }

  @Test
  void shouldSayThatAGaugeWasNeverSetWhenTheLayoutHasNoTimes() throws Exception {
    DbBytes bytes =
        DbBytes.of(PythonLayout.VALUE_ONLY)
            .entry("['up', 'up', {}, '']", 1)
            .entry("['on', 'on', {}, '']", 2);

    Readings readings = Readings.of(bytes.writeTo(directory, GAUGE));

    assertThat(readings.file().family(0).writtenSeconds(0)).isZero();
    assertThat(readings.file().family(1).value(0)).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(PythonLayout.class)
  void shouldReadSummariesWhenBothPartsAreThere(PythonLayout layout) throws Exception {
    DbBytes bytes =
        DbBytes.of(layout)
            .entry("['size', 'size_count', {'k': 'a'}, '']", 4)
            .entry("['size', 'size_sum', {'k': 'a'}, '']", 10.5)
            .entry("['size', 'size_count', {'k': 'b'}, '']", 0);

    assertThat(Readings.of(bytes.writeTo(directory, SUMMARY)).values())
        .containsOnly(entry("size{k=a}[sum]", 10.5), entry("size{k=a}[count]", 4.0));
  }

  @ParameterizedTest
  @EnumSource(PythonLayout.class)
  void shouldReadEachBucketAloneWhenItIsAHistogram(PythonLayout layout) throws Exception {
    DbBytes bytes = DbBytes.of(layout);
    bytes.histogram("a", 7.5, "0.5", 1, "1e+06", 2, "1e+010", 0, "+Inf", 4);

    Readings readings = Readings.of(bytes.writeTo(directory, HISTOGRAM));

    assertThat(readings.values())
        .containsOnly(
            entry("latency{k=a}[sum]", 7.5),
            entry("latency{k=a}[0.5]", 1.0),
            entry("latency{k=a}[1000000.0]", 2.0),
            entry("latency{k=a}[1.0E10]", 0.0),
            entry("latency{k=a}[Infinity]", 4.0));
    assertThat(readings.families().get(0).labelNames()).containsExactly("k");
  }

  @Test
  void shouldSortBoundsAsNumbersWhenTheyComeInAnotherOrder() throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.histogram("a", 1, "10.0", 10, "9.0", 9, "+Inf", 99, "-1.0", 1);

    Readings readings = Readings.of(bytes.writeTo(directory, HISTOGRAM));

    assertThat(readings.families().get(0).bounds())
        .containsExactly(-1, 9, 10, Double.POSITIVE_INFINITY);
    assertThat(readings.file().family(0).bucket(0, 2)).isEqualTo(10);
  }

  @Test
  void shouldIgnoreTheCountOfAHistogramWhenThereIsOne() throws Exception {
    DbBytes bytes = DbBytes.recent().entry("['latency', 'latency_count', {'k': 'a'}, '']", 1e9);
    bytes.histogram("a", 1, "+Inf", 2);

    Readings readings = Readings.of(bytes.writeTo(directory, HISTOGRAM));

    assertThat(readings.values()).hasSize(2).containsEntry("latency{k=a}[Infinity]", 2.0);
    assertThat(readings.file().skipped()).isNull();
  }

  @Test
  void shouldKeepFamiliesApartWhenTheirLabelNamesOrBoundsDiffer() throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.histogram("a", 1, "1.0", 1, "+Inf", 1);
    bytes.histogram("b", 2, "2.0", 2, "+Inf", 2);
    bytes.histogram("c", 3, "1.0", 3, "+Inf", 3);
    bytes.entry("['latency', 'latency_sum', {}, '']", 4);
    bytes.entry("['latency', 'latency_bucket', {'le': '+Inf'}, '']", 4);

    Readings readings = Readings.of(bytes.writeTo(directory, HISTOGRAM));

    assertThat(readings.families()).hasSize(3);
    assertThat(readings.file().family(0).size()).isEqualTo(2);
    assertThat(readings.values()).hasSize(11);
  }

  @Test
  void shouldDropTheLabelPidWhenTheModeKeepsNoProcessesApart() throws Exception {
    DbBytes bytes = DbBytes.recent().entry("['up', 'up', {'a': 'x', 'pid': '9'}, '']", 1);

    assertThat(Readings.of(bytes.writeTo(directory, GAUGE)).values())
        .containsOnly(entry("up{a=x}", 1.0));
  }

  @Test
  void shouldReadEachEntryWhenAKeyIsThereTwice() throws Exception {
    DbBytes counters =
        DbBytes.recent()
            .entry("['a', 'a_total', {'k': 'v', 'l': 'w'}, '']", 1)
            .entry("['a', 'a_total', {'l': 'w', 'k': 'v'}, '']", 2);
    DbBytes histograms = DbBytes.recent();
    histograms.histogram("a", 1, "1.0", 1, "+Inf", 1);
    histograms.histogram("a", 2, "1.0", 2, "+Inf", 2);

    assertThat(Readings.of(counters.writeTo(directory, COUNTER)).values())
        .containsOnly(entry("a{k=v,l=w}", 1.0), entry("a{k=v,l=w}+", 2.0));
    assertThat(Readings.of(histograms.writeTo(directory, HISTOGRAM)).values())
        .hasSize(6)
        .containsEntry("latency{k=a}[sum]", 1.0)
        .containsEntry("latency{k=a}[sum]+", 2.0);
  }

  // ---- while it is written ----

  @Test
  void shouldReadNothingWhenItsProcessIsAboutToStartIt() throws Exception {
    Path file = Files.write(directory.resolve(COUNTER), new byte[64 << 10]);
    Readings readings = Readings.of(file);

    assertThat(readings.fault()).isNull();
    assertThat(readings.series()).isEmpty();

    DbBytes.recent().writeTo(directory, COUNTER);
    assertThat(readings.poll().fault()).isNull();
    assertThat(readings.file().isCurrent()).isTrue();

    DbBytes.recent().entry("['a', 'a_total', {}, '']", 1).writeTo(directory, COUNTER);
    assertThat(readings.poll().values()).containsOnly(entry("a", 1.0));
  }

  @Test
  void shouldReadValuesAnewWhenTheyHaveChanged() throws Exception {
    String key = "['a', 'a_total', {}, '']";
    Readings readings = Readings.of(DbBytes.recent().entry(key, 1).writeTo(directory, COUNTER));

    DbBytes.recent().entry(key, 2).writeTo(directory, COUNTER);

    assertThat(readings.values()).containsOnly(entry("a", 2.0));
  }

  @ParameterizedTest
  @EnumSource(PythonLayout.class)
  void shouldReadOnlyNewEntriesWhenAFileGrowsAndDoubles(PythonLayout layout) throws Exception {
    DbBytes bytes = DbBytes.of(layout);
    bytes.counters(0, 1);
    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));
    bytes.counters(1, 10);
    bytes.writeTo(directory, COUNTER);
    readings.poll();
    bytes.counters(10, 9_000); // more than ten times the first length
    bytes.writeTo(directory, COUNTER);

    readings.poll();

    assertThat(readings.series()).hasSize(9_000);
    assertThat(readings.values()).hasSize(9_000).containsEntry("a{i=8999}", 8999.0);
    assertThat(readings.file().lengthBytes()).isEqualTo(bytes.length());
    assertThat(readings.file().isCurrent()).isTrue();
  }

  @Test
  void shouldHoldAHistogramBackWhenItsLastBucketIsNotThereYet() throws Exception {
    DbBytes bytes = DbBytes.recent().entry("['latency', 'latency_sum', {'k': 'a'}, '']", 0);
    bytes.bucket("a", "1.0", 0);
    Readings readings = Readings.of(bytes.writeTo(directory, HISTOGRAM));
    assertThat(readings.families()).isEmpty();

    bytes.bucket("a", "2.0", 1);
    bytes.bucket("a", "+Inf", 2);
    bytes.writeTo(directory, HISTOGRAM);

    assertThat(readings.poll().values()).hasSize(4).containsEntry("latency{k=a}[2.0]", 1.0);
    assertThat(readings.families()).hasSize(1);
  }

  @Test
  void shouldMoveAHistogramToOtherBoundsWhenItGetsABucketLater() throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.histogram("a", 1, "1.0", 1, "+Inf", 1);
    bytes.histogram("b", 2, "1.0", 2, "+Inf", 2);
    Readings readings = Readings.of(bytes.writeTo(directory, HISTOGRAM));
    bytes.bucket("a", "0.5", 7);
    bytes.writeTo(directory, HISTOGRAM);

    readings.poll();

    assertThat(readings.families())
        .extracting(family -> family.bounds().length)
        .containsExactly(2, 3);
    assertThat(readings.file().family(0).isGone(0)).isTrue();
    assertThat(readings.file().family(0).isGone(1)).isFalse();
    assertThat(readings.values())
        .hasSize(7)
        .containsEntry("latency{k=a}[0.5]", 7.0)
        .containsEntry("latency{k=b}[sum]", 2.0);
  }

  @Test
  void shouldSayThatItIsAnotherFileWhenItsNameLeadsElsewhere() throws Exception {
    Path file = DbBytes.recent().entry("['a', 'a_total', {}, '']", 1).writeTo(directory, COUNTER);
    Readings readings = Readings.of(file);
    assertThat(readings.file().isCurrent()).isTrue();

    Files.delete(file);
    assertThat(readings.file().isCurrent()).isFalse();
    assertThat(readings.values()).containsOnly(entry("a", 1.0)); // it stays readable

    DbBytes.recent().entry("['a', 'a_total', {}, '']", 2).writeTo(directory, COUNTER);
    assertThat(readings.file().isCurrent()).isFalse();
  }

  @Test
  void shouldNotMapTheOtherFileWhenItWasReplacedByALongerOne() throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.counters(0, 10);
    Path file = bytes.writeTo(directory, COUNTER);
    Readings readings = Readings.of(file);
    try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
      Files.delete(file);
      DbBytes other = DbBytes.recent();
      other.counters(1_000, 5_000);
      other.writeTo(directory, COUNTER);
      old.write(DbBytes.recent().used(other.length()).toArrayBuffer(), 0); // as if it had grown
    }

    readings.poll();

    assertThat(readings.fault()).startsWith("key length outside").contains("left=");
    assertThat(readings.series()).hasSize(10);
  }

  @Test
  void shouldSayThatItIsAnotherFileWhenItWasStartedAnewInPlace() throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.counters(0, 10);
    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    DbBytes.recent().entry("['b', 'b_total', {}, '']", 2).writeTo(directory, COUNTER);

    assertThat(readings.file().isCurrent()).isFalse();
    assertThat(readings.poll().fault()).startsWith("part in use outside the file");
  }
}
