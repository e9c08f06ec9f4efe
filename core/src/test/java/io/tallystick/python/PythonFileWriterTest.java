package io.tallystick.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.GaugeMode;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PythonFileWriterTest {
  private static final Labels LABELS = Labels.of("k", "é\"\n😀");

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

  @ParameterizedTest
  @EnumSource(PythonLayout.class)
  void shouldReadAsWhatWasGivenWhenTheLayoutIsEither(PythonLayout layout) throws Exception {
    PythonFileWriter writer = PythonFileWriter.create(directory, "7", layout);
    writer.counter("a_total", "Help.", LABELS, 1.5);
    writer.counter("b", "", Labels.EMPTY, 2);
    writer.summary("s", "", LABELS, 3, 4.5);
    double[] bounds = {0.5, 1e6, Double.POSITIVE_INFINITY};
    writer.histogram("h", "", LABELS, bounds, new long[] {1, 0, 2}, 7);
    writer.gauge(GaugeMode.LIVESUM, "g", "", LABELS, -1, 0);
    writer.commit();

    assertThat(read("counter_7.db").values())
        .containsOnly(entry("a{k=é\"\n😀}", 1.5), entry("b", 2.0));
    assertThat(read("counter_7.db").families().get(0).help()).isEqualTo("Help.");
    assertThat(read("summary_7.db").values())
        .containsOnly(entry("s{k=é\"\n😀}[sum]", 4.5), entry("s{k=é\"\n😀}[count]", 3.0));
    assertThat(read("histogram_7.db").values())
        .hasSize(4)
        .containsEntry("h{k=é\"\n😀}[0.5]", 1.0)
        .containsEntry("h{k=é\"\n😀}[1000000.0]", 0.0)
        .containsEntry("h{k=é\"\n😀}[Infinity]", 2.0);
    assertThat(read("gauge_livesum_7.db").values()).containsOnly(entry("g{k=é\"\n😀}", -1.0));
    assertThat(names()).hasSize(4);
  }

  @Test
  void shouldGrowWhenThereAreMoreSeriesThanFit() throws Exception {
    PythonFileWriter writer = PythonFileWriter.create(directory, "7", PythonLayout.WITH_TIMESTAMP);
    for (int i = 0; i < 3_000; i++) {
      writer.counter("a", "", Labels.of("i", String.valueOf(i)), i);
    }
    writer.commit();

    assertThat(read("counter_7.db").values()).hasSize(3_000).containsEntry("a{i=2999}", 2999.0);
    assertThat(Files.size(directory.resolve("counter_7.db"))).isEqualTo(256 << 10);
  }

  @Test
  void shouldWriteOneFileForEachProcessWhenGaugesKeepThemApart() throws Exception {
    PythonFileWriter writer = PythonFileWriter.create(directory, "7", PythonLayout.WITH_TIMESTAMP);
    for (String pid : new String[] {"1", "web_1", "web/1", "../x", ""}) {
      writer.gauge(GaugeMode.ALL, "up", "", Labels.of("k", "v", "pid", pid), 1, 0);
    }
    writer.gauge(GaugeMode.LIVEALL, "up", "", Labels.of("k", "v", "pid", "web_1"), 1, 0);
    writer.gauge(GaugeMode.ALL, "up", "", Labels.EMPTY, 1, 0);
    writer.commit();

    assertThat(names())
        .containsOnly(
            "gauge_all_1.db",
            "gauge_all_web-1.db",
            "gauge_all_web-1-2.db",
            "gauge_all_..-x.db",
            "gauge_all_-.db",
            "gauge_liveall_web-1.db",
            "gauge_all_7.db");
    assertThat(read("gauge_all_web-1.db").values()).containsOnly(entry("up{k=v}", 1.0));
  }

  @Test
  void shouldHaveATimeWhenAMostRecentGaugeWasNeverSet() throws Exception {
    PythonFileWriter writer = PythonFileWriter.create(directory, "7", PythonLayout.WITH_TIMESTAMP);
    writer.gauge(GaugeMode.MOSTRECENT, "up", "", Labels.EMPTY, 0, 0);
    writer.gauge(GaugeMode.MOSTRECENT, "set", "", Labels.EMPTY, 0, 1.7e9);
    writer.commit();

    PythonFile file = read("gauge_mostrecent_7.db").file();
    assertThat(file.family(0).writtenSeconds(0)).isPositive();
    assertThat(file.family(1).writtenSeconds(0)).isEqualTo(1.7e9);
  }

  @Test
  void shouldTakeAModeThatItsReaderKnowsWhenTheLayoutIsOld() throws Exception {
    PythonFileWriter writer = PythonFileWriter.create(directory, "7", PythonLayout.VALUE_ONLY);
    writer.gauge(GaugeMode.MOSTRECENT, "up", "", Labels.EMPTY, 1, 5);
    writer.gauge(GaugeMode.LIVEMOSTRECENT, "up", "", Labels.EMPTY, 1, 5);
    writer.commit();

    assertThat(names()).containsOnly("gauge_max_7.db", "gauge_livemax_7.db");
  }

  @Test
  void shouldRefuseWhenTheDirectoryHasSuchFiles() throws Exception {
    Path present = Files.createFile(directory.resolve("x.db"));

    assertThatThrownBy(() -> PythonFileWriter.create(directory, "7", PythonLayout.VALUE_ONLY))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessage(present.toString());
  }

  @Test
  void shouldWriteNothingWhenItIsNotCommitted() throws Exception {
    PythonFileWriter.create(directory, "7", PythonLayout.VALUE_ONLY)
        .counter("a", "", Labels.EMPTY, 1);

    assertThat(names()).isEmpty();
  }

  @Test
  void shouldLeaveNoFileWhenOneCannotBeWritten() throws Exception {
    PythonFileWriter writer = PythonFileWriter.create(directory, "7", PythonLayout.VALUE_ONLY);
    writer.counter("a", "", Labels.EMPTY, 1);
    writer.summary("s", "", Labels.EMPTY, 1, 1);
    Path taken = Files.createFile(directory.resolve("summary_7.db"));

    assertThatThrownBy(writer::commit).isInstanceOf(FileAlreadyExistsException.class);

    assertThat(names()).containsOnly("summary_7.db");
    assertThat(taken).isEmptyFile();
  }

  @Test
  void shouldBeItsOwnersAloneWhenItIsWritten() throws Exception {
    PythonFileWriter writer = PythonFileWriter.create(directory, "7", PythonLayout.VALUE_ONLY);
    writer.counter("a", "", Labels.EMPTY, 1);
    writer.commit();

    assertThat(Files.getPosixFilePermissions(directory.resolve("counter_7.db")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  private Readings read(String name) throws Exception {
    Readings readings = Readings.of(directory.resolve(name));
    assertThat(readings.fault()).isNull();
    assertThat(readings.file().skipped()).isNull();
    return readings;
  }

  private Stream<String> names() throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }
}
