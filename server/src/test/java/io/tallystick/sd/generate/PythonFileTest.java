package io.tallystick.sd.generate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PythonFileTest {
  @TempDir Path root;
  private GeneratorFolder folder;

  @BeforeAll
  static void requirePython() {
    GeneratorFolder.assumePython();
  }

  @BeforeEach
  void open() {
    folder = new GeneratorFolder(root);
  }

  @AfterEach
  void close() {
    folder.close();
  }

  private void python(String path, String... lines) throws IOException {
    folder.write(path, String.join("\n", lines) + "\n");
  }

  @Test
  void shouldCallItsFunctionWithTheArguments() throws Exception {
    python(
        "echo.py",
        "def generate_targets(**arguments):",
        "    return [{'targets': ['127.0.0.1:8080'], 'labels': arguments}]");

    assertThat(folder.targets().generate("", Map.of("domain", "example.com", "info", "é\n\"")))
        .containsExactly(
            new TargetGroup(
                List.of("127.0.0.1:8080"), Map.of("domain", "example.com", "info", "é\n\"")));
  }

  @Test
  void shouldLoadTheFileAfreshAtEachCall() throws Exception {
    python(
        "a.py",
        "n = 0",
        "def generate_targets():",
        "    global n",
        "    n += 1",
        "    return {'targets': ['a:%d' % n]}");
    assertThat(folder.targetsOf("")).containsExactly("a:1");
    assertThat(folder.targetsOf("")).containsExactly("a:1");

    python("a.py", "def generate_targets():", "    return {'targets': ['b:1']}");

    assertThat(folder.targetsOf("")).containsExactly("b:1");
  }

  @Test
  void shouldNotBeSpoiltByWhatItPrintsOrReads() throws Exception {
    python(
        "noisy.py",
        "import os, subprocess, sys",
        "print('[{\"targets\": [\"evil:1\"]}]')",
        "os.write(1, b'{\"value\": []}')",
        "subprocess.run(['echo', 'from a child'])",
        "def generate_targets():",
        "    assert sys.stdin.read() == ''",
        "    print('}', flush=True)",
        "    sys.stdout.close()",
        "    return [{'targets': ['a:1']}]");

    assertThat(folder.targetsOf("")).containsExactly("a:1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "raise ValueError('no database') | ValueError | failed: generator=a.py: ValueError: no"
            + " database",
        "1/0 | ZeroDivisionError | failed: generator=a.py: ZeroDivisionError: division by zero",
        "import sys; sys.exit(0) | SystemExit | failed: generator=a.py: SystemExit: 0",
        "return {'targets': {'a:1'}} | TypeError | failed: generator=a.py: TypeError: Object of"
            + " type set is not JSON serializable",
        "return float('nan') | ValueError | failed: generator=a.py: ValueError: Out of range float"
            + " values are not JSON compliant",
        "import os; os._exit(7) | NonZeroExit | ended with an error: generator=a.py exit=7",
        "import os; os._exit(0) | NoResult | gave nothing: generator=a.py; give [] for no targets",
        "return None | NoResult | gave nothing: generator=a.py; give [] for no targets",
        "pass | NoResult | gave nothing: generator=a.py; give [] for no targets",
        "return [{'targets': ['a']}] | InvalidContent | target is not host:port: generator=a.py"
            + " at=$[0].targets[0] value=\"a\"",
      })
  void shouldSayWhatIsWrong(String body, String type, String message) throws Exception {
    python("a.py", "def generate_targets():", "    " + body);

    GenerationException failure = folder.failure("");

    assertThat(failure.type()).isEqualTo(type);
    assertThat(failure.message()).startsWith(message);
  }

  @Test
  void shouldKeepTheTracebackWhenItFails() throws Exception {
    python(
        "a.py",
        "import sys",
        "def generate_targets():",
        "    print('asking db1')",
        "    print('slow', file=sys.stderr)",
        "    raise KeyError('hosts')");

    assertThat(folder.failure("").traceback())
        .startsWith("asking db1\nslow\nTraceback (most recent call last):\n")
        .contains("a.py\", line 5, in generate_targets")
        .endsWith("KeyError: 'hosts'\n");
  }

  @Test
  void shouldKeepTheEndOfALongTraceback() throws Exception {
    python(
        "a.py",
        "def generate_targets():",
        "    print('x' * 1000000)",
        "    raise KeyError('hosts')");

    assertThat(folder.failure("").traceback())
        .startsWith("…xxx")
        .endsWith("KeyError: 'hosts'\n")
        .hasSize(Limits.ERROR_BYTES + 1);
  }

  @Test
  void shouldCutTheMessageOfAnException() throws Exception {
    python("a.py", "def generate_targets():", "    raise ValueError('x' * 1000000)");

    assertThat(folder.failure("").message())
        .startsWith("failed: generator=a.py: ValueError: xxx")
        .hasSize(Limits.MESSAGE_LENGTH + 1);
  }

  @Test
  void shouldLoadAFileThatALinkLeadsToUnderWhateverName() throws Exception {
    python("_versions/a-2", "def generate_targets():", "    return {'targets': ['a:2']}");
    Files.createSymbolicLink(root.resolve("a.py"), Path.of("_versions/a-2"));

    assertThat(folder.targetsOf("")).containsExactly("a:2");
  }

  @Test
  void shouldSayWhatIsMissingWhenThereIsNoFunction() throws Exception {
    python("a.py", "def generate(): return []");

    assertThat(folder.failure("").message())
        .isEqualTo(
            "failed: generator=a.py: AttributeError: no function: function=generate_targets");
  }

  @Test
  void shouldNameTheLineWhenItIsNoPython() throws Exception {
    python("a.py", "def generate_targets(:");

    assertThat(folder.failure("").message()).contains("SyntaxError").contains("line 1");
  }

  @Test
  void shouldFindHiddenModulesBesideItAndInTheRoot() throws Exception {
    python("_shared/__init__.py", "PORT = 9100");
    python("svc/_hosts.py", "HOSTS = ['a', 'b']");
    python(
        "svc/a.py",
        "import _hosts, _shared",
        "def generate_targets():",
        "    return {'targets': ['%s:%d' % (h, _shared.PORT) for h in _hosts.HOSTS]}");

    assertThat(folder.targetsOf("")).containsExactly("a:9100", "b:9100");
    assertThat(Files.exists(root.resolve("svc/__pycache__"))).isFalse();
  }

  @Test
  void shouldFindALibraryThatAGeneratorIsNamedAfter() throws Exception {
    python(
        "queue.py",
        "import queue",
        "def generate_targets():",
        "    queue.Queue()",
        "    return []");
    python(
        "json.py",
        "import json",
        "def generate_targets():",
        "    json.loads('1')",
        "    return []");

    assertThat(folder.generate("")).isEmpty();
  }

  @Test
  void shouldKnowTheTypeHintsOfPrometheusHttpSd() throws Exception {
    python(
        "a.py",
        "from prometheus_http_sd.targets import TargetList",
        "def generate_targets() -> TargetList:",
        "    return [{'targets': ['a:1']}]");

    assertThat(folder.targetsOf("")).containsExactly("a:1");
  }

  @Test
  void shouldCallTheTestFunctionWhenTheEnvironmentAsksForIt() throws Exception {
    python(
        "a.py",
        "def generate_targets():",
        "    return {'targets': ['real:1']}",
        "def test_generate_targets():",
        "    return {'targets': ['test:1']}");
    python("b.py", "def generate_targets():", "    return {'targets': ['real:2']}");

    assertThat(runnerWithTestHook("a.py")).contains("test:1");
    assertThat(runnerWithTestHook("b.py")).contains("real:2");
    assertThat(folder.targetsOf("")).containsExactly("real:1", "real:2");
  }

  /** This JVM's environment cannot be changed, so that the runner is started without it. */
  private String runnerWithTestHook(String file) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "python3",
            "-c",
            PythonFile.RUNNER,
            root.resolve(file).toString(),
            root.toString(),
            "60");
    builder.environment().put("PROMETHEUS_HTTP_SD_IS_TEST", "1");
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write("{}".getBytes(UTF_8));
    }
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void shouldFailWhenAForkOfItAnswersToo() throws Exception {
    python(
        "a.py",
        "import os",
        "def generate_targets():",
        "    child = os.fork()",
        "    if child: os.waitpid(child, 0)",
        "    return [{'targets': ['a:1']}]");

    assertThat(folder.failure("").type()).isEqualTo("InvalidJson");
  }

  @Test
  void shouldSayThatPythonIsMissing() throws Exception {
    python("a.py", "def generate_targets(): return []");

    assertThatThrownBy(() -> folder.targets("/no/such/python3").generate("", Map.of()))
        .isInstanceOf(GenerationException.class)
        .hasMessage(
            "Python cannot be started: generator=a.py command=/no/such/python3; install Python 3,"
                + " or have it in the PATH");
  }
}
