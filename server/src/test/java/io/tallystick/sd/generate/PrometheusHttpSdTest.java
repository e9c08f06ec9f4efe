package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What those rely on who bring a folder of generators from prometheus-http-sd 3. */
final class PrometheusHttpSdTest {
  @TempDir Path root;
  private GeneratorFolder folder;

  @BeforeEach
  void open() throws IOException {
    folder = new GeneratorFolder(root);
    folder.write(
        "gateway/targets.json",
        "[{\"targets\":[\"192.168.19.2:9100\",\"192.168.19.3:9100\"],"
            + "\"labels\":{\"__meta_datacenter\":\"singapore\",\"__meta_prometheus_job\":\"gateway\"}}]");
    folder.write(
        "yaml/target.yaml",
        """
        ---
        - targets:
            - "10.1.1.9:9100"
            - "10.1.1.10:9100"
          labels:
            job: node
            datacenter: nyc
        - targets:
            - 10.2.1.9:9100
          labels:
            job: node
            datacenter: sg
        """);
  }

  @AfterEach
  void close() {
    folder.close();
  }

  private void single(String path, String group) throws IOException {
    folder.write(path, "[" + group + "]");
  }

  @Test
  void shouldServeJson() throws Exception {
    assertThat(folder.generate("gateway"))
        .containsExactly(
            new TargetGroup(
                List.of("192.168.19.2:9100", "192.168.19.3:9100"),
                Map.of("__meta_datacenter", "singapore", "__meta_prometheus_job", "gateway")));
  }

  @Test
  void shouldServeYaml() throws Exception {
    assertThat(folder.generate("yaml"))
        .containsExactly(
            new TargetGroup(
                List.of("10.1.1.9:9100", "10.1.1.10:9100"),
                Map.of("job", "node", "datacenter", "nyc")),
            new TargetGroup(List.of("10.2.1.9:9100"), Map.of("job", "node", "datacenter", "sg")));
  }

  @Test
  void shouldServeTheFoldersBelow() throws Exception {
    assertThat(folder.targetsOf("")).hasSize(5);
  }

  @Test
  void shouldHandQueryArgumentsToPython() throws Exception {
    GeneratorFolder.assumePython();
    folder.write(
        "echo/target.py",
        """
        def generate_targets(**args):
            return [{'labels': args, 'targets': ['127.0.0.1:8080']}]
        """);

    assertThat(folder.targets().generate("echo", Map.of("domain", "example.com", "info", "test")))
        .containsExactly(
            new TargetGroup(
                List.of("127.0.0.1:8080"), Map.of("domain", "example.com", "info", "test")));
  }

  @Test
  void shouldFailWhenAPythonGeneratorFails() throws Exception {
    GeneratorFolder.assumePython();
    folder.write("error/error.py", "def generate_targets():\n    raise Exception('A')\n");

    assertThat(folder.failure("error").type()).isEqualTo("Exception");
    assertThat(folder.failure("error").traceback()).isNotEmpty();
  }

  @Test
  void shouldNotServeAPathThatDoesNotExist() {
    assertThat(folder.failure("non-exist").type()).isEqualTo(GenerationException.NO_SUCH_PATH);
  }

  @Test
  void shouldLeaveOutNamesWithAnUnderscore() throws IOException {
    folder.write("_utils/__init__.py", "");
    folder.write("gateway/_utils.py", "");

    assertThat(folder.targets().paths()).noneMatch(path -> path.contains("utils"));
  }

  @Test
  void shouldLeaveOutHiddenFiles() throws IOException {
    folder.write("gateway/.hidden.json", "");

    assertThat(folder.targets().paths()).noneMatch(path -> path.contains("hidden"));
  }

  @Test
  void shouldLeaveOutHiddenFolders() throws IOException {
    folder.write(".git/should_ignore.json", "");

    assertThat(folder.targets().paths()).noneMatch(path -> path.contains("should_ignore"));
  }

  @Test
  void shouldRefuseATargetWithoutPort() throws IOException {
    single("a.json", "{\"targets\":[\"192.168.19.2:9100\",\"192.168.19.5\"]}");

    assertThat(folder.failure("a.json").type()).isEqualTo("InvalidContent");
  }

  @Test
  void shouldRefuseAGroupWithoutTargets() throws IOException {
    single("a.json", "{\"labels\":{\"a\":\"b\"}}");

    assertThat(folder.failure("a.json").type()).isEqualTo("InvalidContent");
  }

  @Test
  void shouldRefuseTargetsThatAreNoList() throws IOException {
    single("a.json", "{\"targets\":\"10.1.1.22:2379\"}");

    assertThat(folder.failure("a.json").type()).isEqualTo("InvalidContent");
  }

  @Test
  void shouldRefuseLabelsThatAreNoMap() throws IOException {
    single("a.json", "{\"targets\":[\"10.0.0.1:123\"],\"labels\":[\"a\",\"b\"]}");

    assertThat(folder.failure("a.json").type()).isEqualTo("InvalidContent");
  }

  @Test
  void shouldRefuseALabelThatIsABoolean() throws IOException {
    single("a.json", "{\"targets\":[\"10.0.0.1:123\"],\"labels\":{\"abc\":false}}");

    assertThat(folder.failure("a.json").type()).isEqualTo("InvalidContent");
  }

  @Test
  void shouldFailInACheckWhenYamlIsBad() throws Exception {
    folder.write("bad.yaml", "- targets: ['10.1.1.9']\n");

    assertThat(folder.targets().check(path -> false))
        .filteredOn(each -> each.failure().isPresent())
        .extracting(CheckedGenerator::path)
        .containsExactly("bad.yaml");
  }

  @Test
  void shouldCountTargetsOfEachGeneratorInACheck() throws Exception {
    assertThat(folder.targets().check(path -> false))
        .extracting(CheckedGenerator::path, CheckedGenerator::targets)
        .containsExactly(tuple("gateway/targets.json", 2), tuple("yaml/target.yaml", 3));
  }

  @Test
  void shouldLeaveOutOfACheckWhatItIsToIgnore() throws Exception {
    folder.write("should_ignore/a.yaml", "- targets: 7\n");

    assertThat(folder.targets().check(path -> path.startsWith("should_ignore/")))
        .allMatch(each -> each.failure().isEmpty())
        .hasSize(2);
  }
}
