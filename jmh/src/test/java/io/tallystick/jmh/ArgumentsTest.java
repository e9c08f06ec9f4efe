package io.tallystick.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is typed after the names of programs that measure. */
class ArgumentsTest {
  private static final String USAGE = "some [NUMBER]";

  @TempDir private Path folder;

  @Test
  void shouldTakeANumberOrTheDefault() {
    assertThat(new Arguments(USAGE, new String[] {"7"}, 1).number(0, "number", 9, 3)).isEqualTo(7);
    assertThat(new Arguments(USAGE, new String[] {}, 1).number(0, "number", 9, 3)).isEqualTo(3);
    assertThat(new Arguments(USAGE, new String[] {"7"}, 1).odd(0, "number", 9, 3)).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "10", "1.5", "", " 1", "x", "99999999999"})
  void shouldRefuseWhatIsNoNumberInItsRange(String word) {
    Arguments arguments = new Arguments(USAGE, new String[] {word}, 1);

    assertThatThrownBy(() -> arguments.number(0, "number", 9, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a number from 1 to 9: number=" + word + "; usage: " + USAGE);
  }

  @Test
  void shouldRefuseAnEvenNumberWhereOneHasToBeInTheMiddle() {
    Arguments arguments = new Arguments(USAGE, new String[] {"8"}, 1);

    assertThatThrownBy(() -> arguments.odd(0, "number", 9, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("number=8");
  }

  @Test
  void shouldMeasureTheLatencyOfTheSituationsThatAreNamedElseOfAll() {
    assertThat(Latency.Request.parse())
        .isEqualTo(new Latency.Request(30, EnumSet.allOf(Situation.class)));
    assertThat(Latency.Request.parse("5", "REDIS", "ALONE"))
        .isEqualTo(new Latency.Request(5, EnumSet.of(Situation.ALONE, Situation.REDIS)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Latency 0",
        "Latency -1",
        "Latency soon",
        "Latency 3601",
        "Latency 1 NOWHERE",
        "Latency 1 ALONE ALONE",
        "Growth --ful",
        "Growth --full --full",
        "StartUp 0",
        "StartUp 4",
        "StoreOpen 1 1",
        "SdHits 0",
        "DeadProcesses 10 none",
        "PythonScrape python3 python3",
        "load.Load",
        "load.Load http://localhost:1/ --connections=0",
      })
  @Timeout(60)
  void shouldEndAProgramWithOneLineAndTwoWhereTheyAreWrong(String typed) throws Exception {
    List<String> command = new ArrayList<>(List.of("-cp", System.getProperty("java.class.path")));
    command.add(0, ProcessHandle.current().info().command().orElse("java"));
    command.addAll(List.of(("io.tallystick.jmh." + typed).split(" ")));
    List<String> printed = new ArrayList<>();

    int status = Script.run(new ProcessBuilder(command), folder.resolve("printed.txt"), printed);

    assertThat(status).as("%s", printed).isEqualTo(2);
    assertThat(printed).singleElement().asString().contains("usage: ");
  }
}
