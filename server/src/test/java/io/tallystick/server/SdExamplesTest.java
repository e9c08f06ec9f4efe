package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The examples of how to run service discovery as services. */
final class SdExamplesTest {
  private static final Path EXAMPLES = Path.of("..", "docs", "examples", "sd");
  private static final Path GUIDE = Path.of("..", "docs", "sd.md");
  private static final String JAR = "/opt/tallystick/tallystick-server.jar";

  /** Asks the command for help, which it gives only where it knows all options. */
  private static void assertUnderstood(List<String> line) {
    assertThat(line).contains("-jar", JAR);
    List<String> words = new ArrayList<>(line.subList(line.indexOf(JAR) + 1, line.size()));
    words.add("--help");

    CommandRun run = CommandRun.of(words.toArray(new String[0]));

    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out()).startsWith("Usage: tallystick sd " + words.get(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tallystick-sd.service", "tallystick-sd-worker.service"})
  void shouldStartACommandThatIsThere(String unit) throws IOException {
    String text = Files.readString(EXAMPLES.resolve(unit)).replace("\\\n", " ");
    Matcher start = Pattern.compile("(?m)^ExecStart=(.*)$").matcher(text);

    assertThat(start.find()).isTrue();
    assertUnderstood(List.of(start.group(1).strip().split(" +")));
    assertThat(text.lines()) // else nothing can be written to /tmp, where SQLite's library is put
        .contains("ProtectSystem=strict", "PrivateTmp=yes");
  }

  @Test
  void shouldStartCommandsThatAreThereInContainers() throws IOException {
    Object merged = new Yaml().load(Files.readString(EXAMPLES.resolve("compose.yaml")));
    JsonNode services = new ObjectMapper().valueToTree(merged).path("services");

    assertThat(services.fieldNames())
        .toIterable()
        .containsExactly("redis", "server-a", "server-b", "worker");
    for (String name : List.of("server-a", "server-b", "worker")) {
      JsonNode service = services.path(name);
      assertThat(service.path("image").asText()).isNotEmpty();
      List<String> words = new ArrayList<>();
      service.path("command").forEach(word -> words.add(word.asText()));
      assertUnderstood(words);
    }
  }

  @Test
  void shouldBeAConfigOfPrometheus() throws Exception {
    Path config = EXAMPLES.resolve("prometheus.yml");
    JsonNode job =
        new ObjectMapper(new YAMLFactory()).readTree(config.toFile()).at("/scrape_configs/0");
    assertThat(job.at("/http_sd_configs/0/url").asText()).endsWith(":8080/targets");
    PrometheusServer.requireProgram("promtool");

    Process promtool =
        new ProcessBuilder("promtool", "check", "config", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();

    assertThat(promtool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(promtool.exitValue()).isZero();
  }

  @Test
  void shouldNameEachOptionInTheGuide() throws IOException {
    String guide = Files.readString(GUIDE);
    for (String command : List.of("serve", "server", "worker", "queue", "check")) {
      String help = CommandRun.of("sd", command, "--help").out();
      Matcher option = Pattern.compile("--[a-z][a-z-]+(?![a-z_-])").matcher(help);
      while (option.find()) {
        if (!List.of("--help", "--version").contains(option.group())) {
          assertThat(guide).as(command).contains("`" + option.group());
        }
      }
    }
  }
}
