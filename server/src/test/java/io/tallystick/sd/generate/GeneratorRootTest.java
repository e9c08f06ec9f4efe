package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GeneratorRootTest {
  private static final String ONE = "[{\"targets\":[\"a:1\"]}]";

  @TempDir Path root;
  private GeneratorFolder folder;

  @BeforeEach
  void open() {
    folder = new GeneratorFolder(root);
  }

  @AfterEach
  void close() {
    folder.close();
  }

  @Test
  void shouldGiveNoPartialListWhenOneGeneratorFails() throws IOException {
    for (int i = 0; i < 20; i++) {
      folder.write("ok-" + i + ".json", ONE);
    }
    folder.write("x.json", "[{\"targets\":");

    GenerationException failure = folder.failure("");

    assertThat(failure.generator()).isEqualTo("x.json");
    assertThat(failure.type()).isEqualTo("InvalidJson");
  }

  @Test
  void shouldLeaveOutNothingThatIsBesideABadFileWhenAskedForIt() throws Exception {
    folder.write("ok/a.json", ONE);
    folder.write("bad.json", "");

    assertThat(folder.targetsOf("ok")).containsExactly("a:1");
    assertThat(folder.failure("bad.json").type()).isEqualTo("NoResult");
  }

  @ParameterizedTest
  @CsvSource({"a.json,''", "a.json,null", "a.yaml,''", "a.yaml,'# nothing'", "a.yml,'---'"})
  void shouldFailWhenAFileGivesNothing(String file, String text) throws IOException {
    folder.write(file, text);

    assertThat(folder.failure("").type()).isEqualTo("NoResult");
  }

  @Test
  void shouldIgnoreArgumentsInStaticFiles() throws Exception {
    folder.write("a.json", ONE);
    folder.write("b.yaml", "- targets: ['b:1']\n");

    assertThat(folder.targets().generate("", Map.of("env", "prod", "", "x"))).hasSize(2);
  }

  @Test
  void shouldFollowAChangeOfAFile() throws Exception {
    folder.write("a.json", ONE);
    GeneratorRoot targets = folder.targets();
    assertThat(targets.generate("", Map.of())).hasSize(1);

    folder.write("a.json", "[]");
    folder.write("b/c.json", "[{\"targets\":[\"c:1\"]},{\"targets\":[\"c:2\"]}]");

    assertThat(targets.generate("", Map.of())).hasSize(2);
    assertThat(targets.paths()).containsExactly("", "a.json", "b", "b/c.json");
  }

  @Test
  void shouldGiveTheRawValueOfOneGenerator() throws Exception {
    folder.write("scrape/node.yaml", "job_name: node\nstatic: {a: [1, 1.50, null, true]}\n");

    assertThat(folder.targets().raw("scrape/node.yaml", Map.of()))
        .isEqualTo("{\"job_name\":\"node\",\"static\":{\"a\":[1,1.5,null,true]}}");
    assertThat(folder.failure("scrape").type()).isEqualTo("InvalidContent");
  }

  @ParameterizedTest
  @CsvSource({"scrape", "''", "none.yaml", "scrape/README.md", "../x"})
  void shouldGiveNoRawValueWhenAPathIsNotOneGenerator(String path) throws IOException {
    folder.write("scrape/node.yaml", "a: b");
    folder.write("scrape/README.md", "");

    assertThatThrownBy(() -> folder.targets().raw(path, Map.of()))
        .isInstanceOfSatisfying(
            GenerationException.class,
            e -> assertThat(e.type()).isEqualTo(GenerationException.NO_SUCH_PATH));
  }

  @Test
  void shouldTellOfEachRun() throws Exception {
    folder.write("a.json", ONE);
    folder.write("b.json", "[7]");

    folder.targetsOf("a.json");
    folder.failure("b.json");

    assertThat(folder.observed()).containsExactly("a.json true", "b.json false");
  }

  @Test
  void shouldRunNoMoreAtATimeThanThePoolHasThreads() throws Exception {
    Path running = Files.createDirectory(root.resolve("_running"));
    for (int i = 0; i < 6; i++) {
      folder.script(
          "g" + i,
          "mkdir '" + running + "'/$$",
          "n=$(ls '" + running + "' | wc -l)",
          "sleep 0.2",
          "rmdir '" + running + "'/$$",
          "echo \"[{\\\"targets\\\":[\\\"a:$((n))\\\"]}]\"");
    }

    assertThat(folder.targetsOf(""))
        .hasSize(6)
        .allMatch(target -> Integer.parseInt(target.substring(2)) <= 4);
  }

  @Test
  void shouldSayThatGeneratorsAreNoLongerRunWhenThePoolIsClosed() throws IOException {
    folder.write("a.json", ONE);
    folder.close();

    assertThat(folder.failure("").message()).startsWith("generators are no longer run");
  }

  @Test
  void shouldCheckEachGeneratorAndGoOnWhenOneFails() throws Exception {
    folder.write("a.json", ONE);
    folder.write("b/c.json", "[{\"targets\":[\"c:1\",\"c:2\"]},{\"targets\":[]}]");
    folder.write("b/d.json", "[7]");
    folder.write("b/README.md", "");
    folder.write("left/out.json", "[7]");

    List<CheckedGenerator> checked = folder.targets().check(path -> path.startsWith("left/"));

    assertThat(checked.stream().map(CheckedGenerator::path))
        .containsExactly("a.json", "b/README.md", "b/c.json", "b/d.json");
    assertThat(checked.stream().map(CheckedGenerator::targets)).containsExactly(1, 0, 2, 0);
    assertThat(checked.stream().map(CheckedGenerator::groups)).containsExactly(1, 0, 2, 0);
    assertThat(checked.stream().map(each -> each.failure().isPresent()))
        .containsExactly(false, true, false, true);
  }

  @Test
  void shouldServeAFolderWithThePublicFactory() throws Exception {
    folder.write("a.json", ONE);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Targets targets = GeneratorRoot.of(root, Duration.ofSeconds(60), pool, RunObserver.NONE);

      assertThat(targets.generate("a.json", Map.of()))
          .containsExactly(new TargetGroup(List.of("a:1"), Map.of()));
    } finally {
      pool.shutdownNow();
    }
  }
}
