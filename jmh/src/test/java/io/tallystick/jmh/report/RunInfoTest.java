package io.tallystick.jmh.report;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept as the result of a run. */
class RunInfoTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "{}", "{\"ms\" : 1,", "[{\"ms\" : 1}] and more", "Exception in main"})
  void shouldRefuseAResultThatIsNotWhole(String printed) throws IOException {
    Path results = Files.writeString(folder.resolve("results.json"), printed);

    assertThatThrownBy(() -> RunInfo.requireResults(results)).isInstanceOf(IOException.class);
  }

  @Test
  void shouldTakeTheResultsOfAProgramAndOfJmh() throws IOException {
    Path figures = Files.writeString(folder.resolve("figures.json"), "{\"ms\" : 1}\n");
    Path rows = Files.writeString(folder.resolve("rows.json"), "[ {\"benchmark\" : \"inc\"} ]");

    assertThatCode(() -> RunInfo.requireResults(figures)).doesNotThrowAnyException();
    assertThatCode(() -> RunInfo.requireResults(rows)).doesNotThrowAnyException();
  }
}
