package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExecutableFileTest {
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
  void shouldGiveArgumentsAsAJsonObjectAndTakeAList() throws Exception {
    folder.script("echo.sh", "printf '[{\"targets\":[\"a:1\"],\"labels\":%s}]' \"$(cat)\"");

    assertThat(folder.targets().generate("", Map.of("env", "\"prod\"\n")))
        .containsExactly(new TargetGroup(List.of("a:1"), Map.of("env", "\"prod\"\n")));
    assertThat(folder.generate("echo.sh"))
        .containsExactly(new TargetGroup(List.of("a:1"), Map.of()));
  }

  @Test
  void shouldTakeAValueThatIsNotAListAndNeedNotReadArguments() throws Exception {
    folder.script("one", "echo '{\"targets\":[\"a:1\"]}'");

    assertThat(folder.targets().generate("one", Map.of("x", "y".repeat(8000))))
        .containsExactly(new TargetGroup(List.of("a:1"), Map.of()));
  }

  @Test
  void shouldSeeWhatStandardErrorSaysWhenItFails() throws Exception {
    folder.script("bad", "echo '[]'", "echo 'no database' >&2", "exit 3");

    GenerationException failure = folder.failure("");

    assertThat(failure.type()).isEqualTo("NonZeroExit");
    assertThat(failure.message()).isEqualTo("ended with an error: generator=bad exit=3");
    assertThat(failure.traceback()).isEqualTo("no database\n");
    assertThat(failure.generator()).isEqualTo("bad");
  }

  @Test
  void shouldTakeTheListWhenStandardErrorSaysSomethingToo() throws Exception {
    folder.script("chatty", "echo warning >&2", "echo '[{\"targets\":[\"a:1\"]}]'");

    assertThat(folder.targetsOf("")).containsExactly("a:1");
  }

  @Test
  void shouldFailWhenItIsKilledBySomebody() throws Exception {
    folder.script("suicide", "echo '[]'", "kill -9 $$");

    assertThat(folder.failure("").message())
        .isEqualTo("ended with an error: generator=suicide exit=137");
  }

  @Test
  void shouldFailWhenItPrintsGarbage() throws Exception {
    folder.script("garbage", "echo 'connecting...'", "echo '[]'", "echo why >&2");

    GenerationException failure = folder.failure("");

    assertThat(failure.type()).isEqualTo("InvalidJson");
    assertThat(failure.message()).startsWith("not JSON: generator=garbage: ");
    assertThat(failure.traceback()).isEqualTo("why\n");
  }

  @Test
  void shouldFailWhenItPrintsNothing() throws Exception {
    folder.script("silent", "exit 0");

    assertThat(folder.failure("").type()).isEqualTo("NoResult");
    assertThat(folder.failure("").message())
        .isEqualTo("gave nothing: generator=silent; give [] for no targets");
  }

  @Test
  void shouldFailWhenItCannotBeExecuted() throws Exception {
    folder.executable("broken", "#!/no/such/interpreter\n");

    assertThat(folder.failure("").type()).isEqualTo("CannotStart");
    assertThat(folder.failure("").message()).startsWith("cannot be executed: generator=broken");
  }

  @Test
  void shouldRefuseArgumentsThatAPipeMayNotTakeAtOnce() throws Exception {
    folder.script("echo", "cat >/dev/null; echo '[]'");

    assertThat(folder.failure("echo", Map.of("x", "y".repeat(8192))).message())
        .isEqualTo("arguments are too long: generator=echo limit=8192 bytes");
  }

  @Test
  void shouldTakeALargeListWhole() throws Exception {
    folder.script(
        "large",
        "awk 'BEGIN { printf \"[\"; for (i = 1; i < 50000; i++)"
            + " printf \"{\\\"targets\\\":[\\\"host-%d.example.com:9100\\\"]},\", i;"
            + " print \"{\\\"targets\\\":[]}]\" }'");

    assertThat(folder.generate("large")).hasSize(50_000);
  }
}
