package io.tallystick.jmh.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept as the result of a run. */
class RunInfoTest {
  private static final ObjectMapper JSON = new ObjectMapper();

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

  @Test
  void shouldKeepWhatIsSaidOfTheTopicAndHowTheContendersAreSetUp() throws IOException {
    new RawFiles(folder)
        .write(
            "counter-lookup-plain-t1",
            new RawFiles(folder)
                .results(1, 1, "1 s")
                .add("inc", Contender.BASELINE, 1)
                .add("inc", Contender.OPENTELEMETRY, 1),
            JSON.createObjectNode());
    ObjectNode info = JSON.createObjectNode();

    RunInfo.addNotes(info, folder.resolve("raw/counter-lookup-plain-t1.json"));

    assertThat(info.path("note").asText()).isEqualTo(Topic.COUNTER_LOOKUP.note());
    assertThat(info.path("contenders").properties())
        .containsExactly(
            Map.entry("OpenTelemetry", new TextNode(Contender.OPENTELEMETRY.configuration())));
  }

  @Test
  void shouldKeepHowTheContendersOfAProgramAreSetUp() throws IOException {
    Rows rows = new Rows();
    rows.add().put("contender", "OpenTelemetry").put("heapBytesPerSeries", 1L);
    rows.add().put("contender", "another").put("heapBytesPerSeries", 1L);
    Path results =
        Files.writeString(folder.resolve("file-sizes-once.json.new"), rows.toJson() + "\n");
    ObjectNode info = JSON.createObjectNode();

    RunInfo.addNotes(info, results);

    assertThat(info.path("note").asText()).isEqualTo(Topic.FILE_SIZES.note());
    assertThat(info.path("contenders").properties())
        .containsExactly(
            Map.entry("OpenTelemetry", new TextNode(Contender.OPENTELEMETRY.configuration())));
  }
}
