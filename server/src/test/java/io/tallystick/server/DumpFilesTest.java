package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.python.PythonFile;
import io.tallystick.python.PythonFileName;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.RecordVisitor;
import io.tallystick.shm.SeriesRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DumpFilesTest {
  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  private Path source;
  private Path target;

  @BeforeEach
  void count() {
    source = directory.resolve("source");
    target = directory.resolve("target");
    try (Tallystick tallystick = Tallystick.open(source)) {
      Counter.builder().name("runs_total").help("Runs.").register(tallystick).inc(3);
      Gauge.builder()
          .name("depth")
          .multiprocessMode(MultiprocessMode.MAX)
          .register(tallystick)
          .set(7);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"python-db", "python-db-0.16"})
  void shouldWriteFilesThatReadAsTheScrapeWhenTheDirectoryIsNew(String format) throws Exception {
    CommandRun run = dump("--format", format, "--to", target.toString());

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .matches("files written: count=[23] directory=\\Q" + target + "\\E\n"); // own gauges
    assertThat(samples()).contains("runs 3.0", "depth 7.0").hasSizeGreaterThan(2);
  }

  @Test
  void shouldWriteToADirectoryWhenItIsThereAndEmpty() throws Exception {
    Files.createDirectory(target);

    assertThat(dump("--format", "python-db", "--to", target.toString()).exit()).isEqualTo(Exit.OK);
    assertThat(samples()).contains("runs 3.0");
  }

  @Test
  void shouldRefuseWhenTheDirectoryHasSuchFilesAlready() throws IOException {
    dump("--format", "python-db", "--to", target.toString());
    List<Path> before = files();

    CommandRun run = dump("--format", "python-db", "--to", target.toString());

    assertUsageError(run, "directory has .db files already: directory=" + target);
    assertThat(files()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--format python-db              | directory name is missing: format=python-db; give --to",
        "--format python-db --to ''      | directory name is missing: format=python-db; give --to",
        "--format text --to {target}     | format is no format of files: format=text",
        "--to {target}                   | format is no format of files: format=text",
        "--format python-db --to {file}  | not a directory: directory=",
        "--format python-db --to {source} | JVMs count in this directory",
        "--format python-db --to {other} | JVMs count in this directory",
      })
  void shouldPrintOneLineAndExitTwoWhenTheTargetIsNone(String options, String expected)
      throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Path other = directory.resolve("other");
    Tallystick.open(other).close();
    Files.createFile(other.resolve("x.tally"));
    List<String> words = new ArrayList<>();
    for (String word : options.split(" ", -1)) {
      words.add(
          word.replace("{target}", target.toString())
              .replace("{file}", file.toString())
              .replace("{source}", source.toString())
              .replace("{other}", other.toString())
              .replace("''", ""));
    }

    CommandRun run = dump(words.toArray(String[]::new));

    assertUsageError(run, expected);
    assertThat(target).doesNotExist();
  }

  private CommandRun dump(String... options) {
    List<String> line = new ArrayList<>(List.of("dump", "--dir", source.toString()));
    line.addAll(List.of(options));
    return CommandRun.of(line.toArray(String[]::new));
  }

  private List<Path> files() throws IOException {
    try (var present = Files.list(target)) {
      return present.sorted().toList();
    }
  }

  /** The counters and gauges of the files, without labels. */
  private List<String> samples() throws IOException, CorruptFileException {
    List<String> samples = new ArrayList<>();
    for (Path path : files()) {
      assertThat(PythonFileName.parse(path.getFileName().toString())).isNotNull();
      PythonFile file = PythonFile.open(path);
      List<int[]> series = new ArrayList<>();
      file.poll(
          new RecordVisitor() {
            @Override
            public void family(int family, FamilyDescriptor descriptor) {}

            @Override
            public void series(SeriesRecord record) {
              series.add(new int[] {record.family(), record.cell()});
            }

            @Override
            public void removed(int family, int cell) {}

            @Override
            public void exemplars(int family, int cell, int firstCell, int slots) {}
          });
      for (int[] each : series) {
        var family = file.family(each[0]);
        samples.add(family.descriptor().name() + " " + family.value(each[1]));
      }
    }
    return samples;
  }

  private static void assertUsageError(CommandRun run, String expected) {
    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("tallystick: ").contains(expected).hasLineCount(1);
  }
}
