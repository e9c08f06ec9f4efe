package io.tallystick.sd.generate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the guide to generators. */
final class GuideTest {
  private static final Path GUIDE = Path.of("..", "docs", "sd.md");

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

  /** The first example of a generator in a language. */
  private static String example(String language) throws IOException {
    Pattern block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL);
    String guide = Files.readString(GUIDE);
    String generators = guide.substring(guide.indexOf("## Generators"));
    return block.matcher(generators).results().findFirst().orElseThrow().group(1);
  }

  @Test
  void shouldGiveTargetsWhenItIsJson() throws Exception {
    folder.write("a.json", example("json"));

    assertThat(folder.targetsOf("")).containsExactly("10.1.1.9:9100", "10.1.1.10:9100");
  }

  @Test
  void shouldGiveTargetsWhenItIsYaml() throws Exception {
    folder.write("a.yaml", example("yaml"));

    assertThat(folder.generate("").get(1).labels())
        .isEqualTo(Map.of("rack", "12", "job", "postgres"));
  }

  @Test
  void shouldGiveTargetsWhenItIsPython() throws Exception {
    GeneratorFolder.assumePython();
    folder.write("_shared.py", "def hosts(env):\n    return [env + ':9100']\n");
    folder.write("a.py", example("python"));

    assertThat(folder.targetsOf("")).containsExactly("prod:9100");
    assertThat(folder.targets().generate("", Map.of("env", "test", "other", "x")))
        .containsExactly(new TargetGroup(List.of("test:9100"), Map.of("env", "test")));
  }

  @Test
  void shouldCompileWhenItIsJava() throws IOException {
    Path source = Files.writeString(root.resolve("Inventory.java"), example("java"));
    ByteArrayOutputStream messages = new ByteArrayOutputStream();

    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                messages,
                messages,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                root.toString(),
                source.toString());

    assertThat(result).as(messages.toString(UTF_8)).isZero();
  }
}
