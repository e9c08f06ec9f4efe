package io.tallystick.python;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.testing.DbBytes;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonFileFaultsTest {
  private static final String COUNTER = "counter_1.db";
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

  // ---- faults ----

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 7})
  void shouldRefuseWhenTheFileIsShorterThanItsHeader(int length) throws IOException {
    Path file = Files.write(directory.resolve(COUNTER), new byte[length]);

    assertThatThrownBy(() -> PythonFile.open(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("file is shorter than its header: length=" + length);
  }

  @Test
  void shouldRefuseWhenTheNameIsAnother() throws IOException {
    Path file = DbBytes.recent().writeTo(directory, "index.db");

    assertThatThrownBy(() -> PythonFile.open(file)).isInstanceOf(CorruptFileException.class);
  }

  @Test
  void shouldSayThatThereIsNoFileWhenItHasGone() {
    assertThatThrownBy(() -> PythonFile.open(directory.resolve(COUNTER)))
        .isInstanceOf(NoSuchFileException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, -1, -8, Integer.MIN_VALUE})
  void shouldReadNothingWhenThePartInUseIsNoLength(int used) throws Exception {
    DbBytes bytes = DbBytes.recent().entry("['a', 'a_total', {}, '']", 1).used(used);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.fault()).startsWith("part in use outside the file: used=" + used);
    assertThat(readings.series()).isEmpty();
    assertThat(readings.file().isCurrent()).isTrue(); // there is no better one
  }

  @ParameterizedTest
  @CsvSource({"65536", "65544", "131072", "2147483647", "2147483640"})
  void shouldKeepWhatStandsBeforeWhenThePartInUseIsBeyondTheFile(int used) throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.counters(0, 3);
    bytes.used(used);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.fault()).startsWith("key length outside the part in use");
    assertThat(readings.series()).hasSize(3);
  }

  @Test
  void shouldSayItWhenAllEntriesAreThereButThePartInUseIsLonger() throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.counters(0, 3);
    Path file = directory.resolve(COUNTER);
    Files.write(file, bytes.used(bytes.length() + 8).toArray());

    Readings readings = Readings.of(file);

    assertThat(readings.fault()).startsWith("part in use outside the file");
    assertThat(readings.series()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 7, 41, 4096})
  void shouldKeepWhatStandsBeforeWhenAKeyLengthIsImpossible(int length) throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.counters(0, 2);
    bytes.rawEntry(length, "['b', 'b_total', {}, '']".getBytes(UTF_8), 1, 0);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.fault()).contains("length=" + length);
    assertThat(readings.values()).containsOnlyKeys("a{i=0}", "a{i=1}");
  }

  @Test
  void shouldKeepWhatStandsBeforeWhenAKeyIsNoJson() throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.counters(0, 2);
    bytes.entry("['b', 'b_total', {}, ''", 1).entry("['c', 'c_total', {}, '']", 1);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.fault()).startsWith("key is no JSON of its shape");
    assertThat(readings.series()).hasSize(2);
  }

  @Test
  void shouldKeepWhatStandsBeforeWhenAKeyIsNotUtf8() throws Exception {
    byte[] key = "[\"b\", \"b_total\", {}, \"x\"]".getBytes(UTF_8);
    key[key.length - 3] = (byte) 0xC0;
    DbBytes bytes = DbBytes.recent();
    bytes.counters(0, 2);
    bytes.rawEntry(key.length, key, 1, 0);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.fault()).startsWith("key is not UTF-8");
    assertThat(readings.series()).hasSize(2);
  }

  @Test
  void shouldReadOnWhenAFaultIsMended() throws Exception {
    DbBytes torn = DbBytes.recent().rawEntry(0, new byte[24], 0, 0);
    Readings readings = Readings.of(torn.writeTo(directory, COUNTER));
    assertThat(readings.fault()).isNotNull();

    DbBytes.recent().entry("['a', 'a_total', {}, '']", 5).writeTo(directory, COUNTER);

    assertThat(readings.poll().fault()).isNull();
    assertThat(readings.values()).containsOnly(entry("a", 5.0));
  }

  @Test
  void shouldSayWhatItIsWhenTheByteOrderIsTheOther() throws Exception {
    DbBytes bytes = DbBytes.bigEndian().entry("['a', 'a_total', {}, '']", 1);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.fault()).startsWith("file has another byte order");
    assertThat(readings.series()).isEmpty();
  }

  @Test
  void shouldSayThatItWasCutWhenWhatWasReadHasGone() throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.counters(0, 5_000);
    Path file = bytes.writeTo(directory, COUNTER);
    Readings readings = Readings.of(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(4096);
    }

    assertThat(readings.file().isCurrent()).isFalse();
    assertThatThrownBy(readings::values).isInstanceOf(InternalError.class); // as documented
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4096, 100_000})
  void shouldThrowNothingElseWhenItIsCutBetweenALookAndAPoll(int length) throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.counters(0, 2_000);
    Path file = bytes.writeTo(directory, COUNTER);
    PythonFile opened = PythonFile.open(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    }

    Readings readings = Readings.of(opened);

    assertThat(readings.fault()).isNotNull();
    assertThat(opened.isCurrent()).isEqualTo(length > 0);
  }

  // ---- entries of which no series can be ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "counter_1.db   | ['b', 'b', {}, '']                          | sample is none of its family's",
        "counter_1.db   | ['b', 'b_created', {}, '']                  | sample is none of its family's",
        "counter_1.db   | ['b', 'c_total', {}, '']                    | sample is none of its family's",
        "counter_1.db   | ['', '_total', {}, '']                      | illegal name",
        "counter_1.db   | ['_total', '_total', {}, '']                | illegal name",
        "counter_1.db   | ['\\ud800', '\\ud800_total', {}, '']        | illegal name",
        "counter_1.db   | ['b', 'b_total', {'': 'v'}, '']             | illegal labels",
        "counter_1.db   | ['b', 'b_total', {'__x': 'v'}, '']          | illegal labels",
        "counter_1.db   | ['b', 'b_total', {'a.b': '1', 'a_b': '2'}, ''] | illegal labels",
        "counter_1.db   | ['b', 'b_total', {'k': '\\ud800'}, '']      | label value is no text",
        "counter_1.db   | ['b', 'b_total', {'k': '\\ude00\\ud83d'}, ''] | label value is no text",
        "gauge_max_1.db | ['b', 'b_total', {}, '']                    | sample is none of its family's",
        "gauge_all_1.db | ['b', 'b', {'pid': '7'}, '']                | reserved label pid",
        "gauge_liveall_1.db | ['b', 'b', {'pid': '7'}, '']            | reserved label pid",
        "summary_1.db   | ['b', 'b', {'quantile': '0.5'}, '']         | sample is none of its family's",
        "summary_1.db   | ['b', 'b_bucket', {'le': '1.0'}, '']        | sample is none of its family's",
        "histogram_1.db | ['b', 'b_bucket', {}, '']                   | sample is none of its family's",
        "histogram_1.db | ['b', 'b_bucket', {'le': 'NaN'}, '']        | bound is no number",
        "histogram_1.db | ['b', 'b_bucket', {'le': 'x'}, '']          | bound is no number",
        "histogram_1.db | ['b', 'b_created', {}, '']                  | sample is none of its family's",
      })
  void shouldSkipThatEntryAloneWhenNoSeriesCanBeOfIt(String name, String key, String why)
      throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.good(name, "a");
    bytes.entry(key, 99);
    bytes.good(name, "c");

    Readings readings = Readings.of(bytes.writeTo(directory, name));

    assertThat(readings.fault()).isNull();
    assertThat(readings.file().skipped()).startsWith(why);
    assertThat(readings.series()).hasSize(2);
    assertThat(readings.values()).doesNotContainValue(99.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "summary_1.db   | ['b', 'b_sum', {'quantile': ''}, '']   | ['b', 'b_count', {'quantile': ''}, '']",
        "histogram_1.db | ['', '_sum', {}, '']                   | ['', '_bucket', {'le': '+Inf'}, '']",
      })
  void shouldSkipASeriesWhenItsPartsMakeNone(String name, String first, String second)
      throws Exception {
    DbBytes bytes = DbBytes.recent().entry(first, 99).entry(second, 99);
    bytes.good(name, "c");

    Readings readings = Readings.of(bytes.writeTo(directory, name));

    assertThat(readings.file().skipped()).isNotNull();
    assertThat(readings.series()).hasSize(1);
  }

  @Test
  void shouldSkipAFamilyWhenTheVisitorRefusesIt() throws Exception {
    DbBytes bytes =
        DbBytes.recent()
            .entry("['b', 'b_total', {}, '']", 1)
            .entry("['bad', 'bad_total', {}, '']", 2)
            .entry("['c', 'c_total', {}, '']", 3);
    Path file = DbBytes.recent().writeTo(directory, COUNTER);
    Readings readings = Readings.of(file).refuse("bad");
    bytes.writeTo(directory, COUNTER);

    readings.poll();

    assertThat(readings.values()).containsOnly(entry("b", 1.0), entry("c", 3.0));
    assertThat(readings.file().skipped()).isEqualTo("refused: family=bad");
  }

  @Test
  void shouldSkipAKeyWhenItIsLongerThanAnyoneHas() throws Exception {
    DbBytes bytes =
        DbBytes.recent()
            .entry("['b', 'b_total', {'k': '" + "x".repeat(1 << 16) + "'}, '']", 1)
            .entry("['c', 'c_total', {}, '']", 3);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.values()).containsOnly(entry("c", 3.0));
    assertThat(readings.file().skipped()).isEqualTo("key is too long: position=8");
  }

  @Test
  void shouldSkipBucketsWhenThereAreMoreThanAnyoneHas() throws Exception {
    DbBytes bytes = DbBytes.recent();
    bytes.bucket("a", "+Inf", 1);
    for (int i = 0; i < PythonSamples.MAX_BUCKETS; i++) {
      bytes.bucket("a", i + ".0", 1);
    }
    bytes.entry("['latency', 'latency_sum', {'k': 'a'}, '']", 0);

    Readings readings = Readings.of(bytes.writeTo(directory, HISTOGRAM));

    assertThat(readings.families().get(0).bounds()).hasSize(PythonSamples.MAX_BUCKETS);
    assertThat(readings.file().skipped()).startsWith("too many buckets");
  }

  @Test
  void shouldSayLittleWhenABadNameIsLong() throws Exception {
    String name = "x".repeat(60_000);
    DbBytes bytes = DbBytes.recent().entry("['" + name + "', 'b', {}, '']", 1);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.file().skipped()).hasSizeLessThan(400);
  }

  // ---- which layout it is ----

  @ParameterizedTest
  @EnumSource(PythonLayout.class)
  void shouldTellLayoutsApartWhenThereIsOneEntry(PythonLayout layout) throws Exception {
    for (int length = 0; length < 16; length++) {
      String key = "['a', 'a_total', {}, '" + "x".repeat(length) + "']";
      DbBytes bytes = DbBytes.of(layout).entry(key, 1, 1.7e9);
      Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));
      assertThat(readings.fault()).isNull();

      bytes.entry("['b', 'b_total', {}, '']", 2, 1.7e9).writeTo(directory, COUNTER);

      assertThat(readings.poll().values()).containsOnly(entry("a", 1.0), entry("b", 2.0));
      assertThat(readings.fault()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(PythonLayout.class)
  void shouldTellLayoutsApartWhenTheEndIsFaulty(PythonLayout layout) throws Exception {
    DbBytes bytes = DbBytes.of(layout);
    bytes.counters(0, 2);
    bytes.rawEntry(-1, new byte[30], 0, 0);

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.values()).containsOnly(entry("a{i=0}", 0.0), entry("a{i=1}", 1.0));
  }

  @Test
  void shouldNotTakeATimestampForALengthWhenItsBitsAreOne() throws Exception {
    // to the other layout it is the length 24 and the start of a list
    double time = Double.longBitsToDouble(0x41D9_555B_0000_0018L);
    DbBytes bytes = DbBytes.recent();
    for (int i = 0; i < 3; i++) {
      bytes.entry("['a', 'a_total', {'i': '" + i + "'}, '']", i, time);
    }

    Readings readings = Readings.of(bytes.writeTo(directory, COUNTER));

    assertThat(readings.values()).containsOnlyKeys("a{i=0}", "a{i=1}", "a{i=2}");
  }
}
