package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandLineTest {
  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                            | no command given",
        "bogus                         | unknown command: command=bogus",
        "--bogus                       | unknown option: option=--bogus",
        "demo --bogus                  | unknown option: option=--bogus",
        "demo extra                    | unexpected argument: argument=extra",
        "demo --seconds                | missing: option=--seconds",
        "demo --seconds 0              | seconds out of range: seconds=0; use 1 to 3600",
        "demo --seconds 3601           | seconds out of range: seconds=3601; use 1 to 3600",
        "demo --seconds ten            | not a number: seconds=ten; use 1 to 3600",
        "demo --port 65536             | port out of range: port=65536; use 0 to 65535",
        "demo --port 1 --port 2        | given twice: option=--port",
        "serve                         | missing: option=--dir or --store",
        "serve --dir {dir} --port -1   | port out of range: port=-1; use 0 to 65535",
        "serve --dir {dir} --port x    | not a number: port=x; use 0 to 65535",
        "serve --dir {dir} --bind ''   | address is empty",
        "serve --dir {dir} --bind 192.0.2.1 | not an address of this host: bind=192.0.2.1",
        "dump --dir {dir} --format xml | unknown format: format=xml; use one of text, openmetrics",
        "dump --dir ''                 | directory name is empty",
      })
  void shouldPrintOneLineAndExitTwoWhenTheCommandLineIsWrong(String line, String expected) {
    CommandRun run = CommandRun.of(words(line));

    assertUsageError(run, expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dump", "verify", "retire"})
  void shouldPrintOneLineAndExitTwoWhenTheDirectoryIsNotNamed(String command) {
    assertUsageError(CommandRun.of(command), "missing: option=--dir");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "dump", "verify", "retire"})
  void shouldPrintOneLineAndExitTwoWhenTheDirectoryDoesNotExist(String command) {
    Path missing = directory.resolve("missing");

    CommandRun run = CommandRun.of(command, "--dir", missing.toString());

    assertUsageError(run, "no such directory: directory=" + missing);
    assertThat(missing).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "dump", "verify", "retire"})
  void shouldPrintOneLineAndExitTwoWhenTheDirectoryIsAFile(String command) throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    CommandRun run = CommandRun.of(command, "--dir", file.toString());

    assertUsageError(run, "not a directory: directory=" + file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "dump", "verify", "retire"})
  void shouldPrintOneLineAndExitTwoWhenOthersMayWriteToTheDirectory(String command)
      throws IOException {
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

    CommandRun run = CommandRun.of(command, "--dir", open.toString());

    assertUsageError(run, open.toString());
  }

  @Test
  void shouldPrintOneLineWhenAnArgumentHasALineFeed() {
    assertUsageError(CommandRun.of("dump\ntallystick: fine"), "unknown command: command=dump ");
  }

  @Test
  void shouldListEveryCommandWhenAskedForHelp() {
    CommandRun run = CommandRun.of("--help");

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out()).contains("demo", "serve", "dump", "verify", "retire", "store", "health");
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "serve", "dump", "verify", "retire", "health"})
  void shouldDescribeACommandWhenAskedForItsHelp(String command) {
    CommandRun run = CommandRun.of(command, "--help");

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out()).startsWith("Usage: tallystick " + command);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void shouldPrintOneLineWhenAskedForTheVersion() {
    CommandRun run = CommandRun.of("--version");

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out()).startsWith("tallystick ").hasLineCount(1);
  }

  @Test
  void shouldDumpTheTextFormatWhenNoFormatIsNamed() {
    count(3);

    CommandRun run = CommandRun.of("dump", "--dir", directory.toString());

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out()).contains("# TYPE runs_total counter\nruns_total 3.0\n");
    assertThat(run.out()).doesNotContain("# EOF");
  }

  @Test
  void shouldDumpOpenMetricsWhenAskedFor() {
    count(3);

    CommandRun run = CommandRun.of("dump", "--dir", directory.toString(), "--format=openmetrics");

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out()).contains("runs_total 3.0\n").endsWith("# EOF\n");
  }

  @Test
  void shouldDumpJsonWhenAskedFor() {
    count(3);

    CommandRun run = CommandRun.of("dump", "--dir", directory.toString(), "--format=json");

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out())
        .contains(
            "{\"name\":\"runs\",\"type\":\"counter\",\"help\":\"Runs.\",\"samples\":"
                + "[{\"name\":\"runs_total\",\"labels\":{},\"value\":3}]}")
        .endsWith("]\n");
  }

  @Test
  void shouldEndQuietlyWhenTheReaderOfStandardOutputIsGone() {
    count(1);
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int exit = Main.run(dump(), failing("Broken pipe"), new PrintStream(err, true));

    assertThat(exit).isEqualTo(Exit.OK);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void shouldPrintOneLineAndExitOneWhenStandardOutputCannotBeWritten() {
    count(1);
    ByteArrayOutputStream err = new ByteArrayOutputStream();

    int exit = Main.run(dump(), failing("No space left on device"), new PrintStream(err, true));

    assertThat(exit).isEqualTo(Exit.FAULT);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("tallystick: cannot write to standard output: No space left on device\n");
  }

  @Test
  void shouldExitZeroWhenEveryFileIsSound() {
    count(1);

    CommandRun run = CommandRun.of("verify", "--dir", directory.toString());

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out())
        .isEqualTo("no faults: directory=" + directory + "\nseries: family=runs series=1\n");
  }

  @Test
  void shouldNameEachFaultyFileAndExitOneWhenFilesAreFaulty() throws IOException {
    List<Path> faulty = List.of(cutFile('a'), cutFile('b'));

    CommandRun run = CommandRun.of("verify", "--dir", directory.toString());

    assertThat(run.exit()).isEqualTo(Exit.FAULT);
    assertThat(run.out()).hasLineCount(2);
    assertThat(run.out().lines())
        .zipSatisfy(
            faulty, (line, file) -> assertThat(line).contains(file.getFileName().toString()));
  }

  @Test
  void shouldFoldNothingWhenNoProcessIsDead() {
    try (Tallystick tallystick = Tallystick.open(directory)) {
      runs(tallystick).inc();

      CommandRun run = CommandRun.of("retire", "--dir", directory.toString());

      assertThat(run).isEqualTo(new CommandRun(Exit.OK, "folded dead processes: count=0\n", ""));
    }
  }

  private void count(int runs) {
    try (Tallystick tallystick = Tallystick.open(directory)) {
      runs(tallystick).inc(runs);
    }
  }

  private static Counter runs(Tallystick tallystick) {
    return Counter.builder().name("runs_total").help("Runs.").register(tallystick);
  }

  private Path cutFile(char digit) throws IOException {
    Path file = directory.resolve(String.valueOf(digit).repeat(32) + ".tally");
    return Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  private String[] dump() {
    return new String[] {"dump", "--dir", directory.toString()};
  }

  private String[] words(String line) {
    List<String> words = new ArrayList<>();
    Stream.of(line.strip().split(" +"))
        .filter(word -> !word.isEmpty())
        .map(word -> word.replace("{dir}", directory.toString()).replace("''", ""))
        .forEach(words::add);
    return words.toArray(String[]::new);
  }

  private static void assertUsageError(CommandRun run, String expected) {
    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("tallystick: ").contains(expected).hasLineCount(1);
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }
}
