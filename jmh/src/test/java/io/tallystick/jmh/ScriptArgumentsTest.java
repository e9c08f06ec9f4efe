package io.tallystick.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is typed after {@code jmh/ratios} and {@code jmh/profile}, with a {@code java} of tests. */
@Timeout(120)
class ScriptArgumentsTest {
  /** Has one benchmark with two contenders, and says what else it is asked to do. */
  private static final String JAVA =
      """
      #!/usr/bin/env bash
      case $* in
        *" -lp ^io\\.tallystick\\.jmh\\."*inc\\$)
          printf 'Benchmarks:\\nio.tallystick.jmh.CounterBenchmark.inc\\n'
          printf '  param "contender" = {TALLYSTICK, CLIENT_JAVA}\\n' ;;
        *" -lp "*) echo 'No matching benchmarks.' ; exit 1 ;;
        *) echo "measured: $*" ;;
      esac
      """;

  @TempDir private Path project;
  private final List<String> printed = new ArrayList<>();

  @BeforeEach
  void makeAProject() throws IOException {
    Files.createDirectories(project.resolve("jmh"));
    Files.createDirectories(project.resolve("jdk/bin"));
    for (String script : List.of("ratios", "profile", "bounds.txt")) {
      Files.copy(Path.of(script), project.resolve("jmh").resolve(script));
    }
    executable("jmh/build", "#!/bin/sh\n");
    executable("jdk/bin/java", JAVA);
  }

  @ParameterizedTest
  @CsvSource({
    "ratios 0, rounds=0",
    "ratios -1, rounds=-1",
    "ratios 100, rounds=100",
    "ratios many, rounds=many",
    "ratios 1 2, more than one",
    "profile, not one or two",
    "profile CounterBenchmark.inc TALLYSTICK more, not one or two",
    "profile -x, not a benchmark",
    "profile [, not a regular expression",
    "profile CounterBenchmark.dec, no such benchmark",
    "profile CounterBenchmark.inc TALLY, no such contender",
  })
  void shouldBeRefusedInOneLineWhereTheyAreWrong(String typed, String reason) throws Exception {
    assertThat(run(typed)).as("%s", printed).isEqualTo(2);

    assertThat(printed).singleElement().asString().contains(reason).contains("usage: jmh/");
  }

  @Test
  void shouldBeTakenWhereTheyAreRight() throws Exception {
    assertThat(run("profile CounterBenchmark.inc CLIENT_JAVA")).as("%s", printed).isZero();
    assertThat(printed).anyMatch(line -> line.contains("contender=CLIENT_JAVA"));
    printed.clear();
    assertThat(run("ratios 2")).as("%s", printed).isZero();
    assertThat(printed).anyMatch(line -> line.contains(".report.Ratios jmh/bounds.txt"));
  }

  private int run(String typed) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash"));
    command.addAll(Arrays.asList(("jmh/" + typed).split(" ")));
    ProcessBuilder builder = new ProcessBuilder(command).directory(project.toFile());
    builder.environment().put("JAVA_HOME", project.resolve("jdk").toString());
    return Script.run(builder, project.resolve("printed.txt"), printed);
  }

  private void executable(String name, String text) throws IOException {
    Path file = Files.writeString(project.resolve(name), text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
