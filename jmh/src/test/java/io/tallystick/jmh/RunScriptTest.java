package io.tallystick.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code jmh/run} with a {@code java} that measures nothing, and fails where it is told to. */
@Timeout(120)
class RunScriptTest {
  /** Prints a list of benchmarks, writes results, and fails for classes in {@code BROKEN}. */
  private static final String JAVA =
      """
      #!/usr/bin/env bash
      arguments="$*"
      for broken in $BROKEN; do
        [[ $arguments != *$broken* ]] || { echo '{ "half":'; exit 1; }
      done
      case $arguments in
        *" -lp") printf 'io.tallystick.jmh.ConditionBenchmark.test\\n  param "contender" = {A, B}\\n' ;;
        *.RunInfo*) echo '{}' >"$4" ;;
        *" -rff "*) while [[ $1 != -rff ]]; do shift; done; echo '[{}]' >"$2" ;;
        *.ReportWriter*) echo pages written ;;
        *.Baselines\\ save*) echo medians >"$5" ;;
        *) echo '{ "ms" : 1 }' ;;
      esac
      """;

  @TempDir private Path project;
  private final List<String> printed = new ArrayList<>();

  @BeforeEach
  void makeAProject() throws IOException {
    Files.createDirectories(project.resolve("jmh"));
    Files.createDirectories(project.resolve("jdk/bin"));
    Files.createDirectories(raw());
    Files.copy(Path.of("run"), project.resolve("jmh/run"));
    executable("jmh/build", "#!/bin/sh\n");
    executable("jdk/bin/java", JAVA);
  }

  @Test
  void shouldKeepWhatItMeasuresAndWriteThePages() throws Exception {
    assertThat(run("", "^(file-sizes|condition)$")).as("%s", printed).isZero();

    assertThat(printed).contains("pages written");
    assertThat(results())
        .containsExactlyInAnyOrder(
            "condition-plain-t1.json",
            "condition-plain-t1.run.json",
            "condition-plain-t2.json",
            "condition-plain-t2.run.json",
            "file-sizes-once.json",
            "file-sizes-once.run.json");
  }

  @ParameterizedTest
  @CsvSource({
    "io.tallystick.jmh.FileSizes, file-sizes-once, condition-plain-t1",
    "ConditionBenchmark, condition-plain-t1, file-sizes-once",
    "file-sizes-once.json.new, file-sizes-once, condition-plain-t1", // of what keeps it
  })
  void shouldMeasureTheRestWhereAPassFailsAndLeaveItsFormerResult(
      String broken, String failed, String other) throws Exception {
    Files.writeString(raw().resolve(failed + ".json"), "former");
    Files.writeString(raw().resolve(failed + ".run.json"), "former run");

    assertThat(run(broken, "^(file-sizes|condition)$")).as("%s", printed).isEqualTo(3);

    assertThat(printed)
        .anyMatch(line -> line.startsWith("FAILED: pass=" + failed))
        .anyMatch(line -> line.startsWith("not measured: ") && line.contains(failed))
        .contains("pages written");
    assertThat(raw().resolve(failed + ".json")).hasContent("former");
    assertThat(raw().resolve(failed + ".run.json")).hasContent("former run");
    assertThat(results()).contains(other + ".json").noneMatch(name -> name.endsWith(".new"));
  }

  @Test
  void shouldTellPagesThatCannotBeWrittenFromASlowerBenchmark() throws Exception {
    assertThat(run("ReportWriter", "^file-sizes$")).as("%s", printed).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "^no-such-topic$, nothing to measure",
    "[, not a regular expression",
    "--passes=none, nothing to measure",
    "--threshold, Measures", // the usage
    "--fast, Measures",
    "'', a pattern is empty",
    "--passes=, passes are empty"
  })
  void shouldRefuseWhatMeasuresNothing(String argument, String reason) throws Exception {
    assertThat(run("", argument)).as("%s", printed).isEqualTo(2);

    assertThat(printed).anyMatch(line -> line.startsWith(reason));
    assertThat(results()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "--quick --full, both --quick and --full",
    "--threshold 5, --threshold without --compare",
    "--compare none --threshold much, not a percentage",
    "--compare none, no such baseline",
    "--save-baseline ., cannot be written",
    "--save-baseline none/baseline.json, no such folder",
  })
  void shouldRefuseInOneLineWhatCouldOnlyFailLater(String arguments, String reason)
      throws Exception {
    assertThat(run("", ("^file-sizes$ " + arguments).split(" "))).as("%s", printed).isEqualTo(2);

    assertThat(printed).anyMatch(line -> line.startsWith(reason));
    assertThat(printed).hasSize(1);
    assertThat(results()).isEmpty();
  }

  @Test
  void shouldRefuseASecondPattern() throws Exception {
    assertThat(run("", "^file-sizes$", "^condition$")).as("%s", printed).isEqualTo(2);
  }

  @Test
  void shouldRefuseABaselineThatIsNoneBeforeItMeasures() throws Exception {
    Path file = Files.writeString(project.resolve("baseline.json"), "{}");

    assertThat(run("", "^file-sizes$", "--compare", file.toString()))
        .as("%s", printed)
        .isEqualTo(2);
    assertThat(results()).isEmpty();
  }

  @Test
  void shouldSaveABaselineOfARunThatIsWholeAlone() throws Exception {
    Path file = Files.writeString(project.resolve("baseline.json"), "former");
    String[] arguments = {"^(file-sizes|condition)$", "--save-baseline", file.toString()};

    assertThat(run("ConditionBenchmark", arguments)).as("%s", printed).isEqualTo(3);
    assertThat(file).hasContent("former");
    assertThat(printed).anyMatch(line -> line.startsWith("not saved"));

    assertThat(run("", arguments)).as("%s", printed).isZero();
    assertThat(file).hasContent("medians");
  }

  /** Runs it, and returns its exit code. */
  private int run(String broken, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", "jmh/run"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(project.toFile());
    builder.environment().put("JAVA_HOME", project.resolve("jdk").toString());
    builder.environment().put("TALLYSTICK_JDK21", project.resolve("none").toString());
    builder.environment().put("BROKEN", broken);
    return Script.run(builder, project.resolve("printed.txt"), printed);
  }

  private void executable(String name, String text) throws IOException {
    Path file = Files.writeString(project.resolve(name), text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Path raw() {
    return project.resolve("docs/benchmarks/raw");
  }

  private List<String> results() throws IOException {
    try (Stream<Path> files = Files.list(raw())) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
