package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SdCheckTest {
  @TempDir Path root;

  private Path write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
  }

  private static String withoutTimes(String out) {
    return out.replaceAll(" ms=[0-9]+", "");
  }

  @Test
  void shouldCountWhatEachGeneratorGivesAndExitZero() throws IOException {
    write("a.json", "[{\"targets\":[\"a:1\",\"a:2\"]},{\"targets\":[\"a:3\"]}]");
    write("svc/b.yaml", "- targets: []\n");

    CommandRun run = CommandRun.of("sd", "check", root.toString());

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.err()).isEmpty();
    assertThat(withoutTimes(run.out()))
        .isEqualTo(
            """
            ok: generator=a.json groups=2 targets=3
            ok: generator=svc/b.yaml groups=1 targets=0
            checked: generators=2 failed=0 targets=3
            """);
  }

  @Test
  void shouldListEveryFailureAndExitOne() throws IOException {
    write("a.json", "[{\"targets\":[\"a:1\"]}]");
    write("svc/b.yaml", "- targets: [b]\n");
    write("svc/README.md", "");
    Path failing = write("svc/c", "#!/bin/sh\necho no database >&2\necho at all >&2\nexit 3\n");
    Files.setPosixFilePermissions(failing, PosixFilePermissions.fromString("rwxr-xr-x"));

    CommandRun run = CommandRun.of("sd", "check", root.toString());

    assertThat(run.exit()).isEqualTo(Exit.FAULT);
    assertThat(withoutTimes(run.out()))
        .isEqualTo(
            """
            ok: generator=a.json groups=1 targets=1
            failed: neither .json, .yaml, .yml, .py nor executable; start its name with _ to leave \
            it out: generator=svc/README.md
            failed: target is not host:port: generator=svc/b.yaml at=$[0].targets[0] value="b"
            failed: ended with an error: generator=svc/c exit=3
                no database
                at all
            checked: generators=4 failed=3 targets=1
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--ignore-path bad --ignore-path more/worse.json",
        "--ignore_path bad/ -i ./more/worse.json",
        "-i {root}/bad -i {root}/more//worse.json"
      })
  void shouldLeaveOutWhatItIsToIgnore(String options) throws IOException {
    write("a.json", "[]");
    write("badly-named.json", "[]");
    write("bad/x.json", "7");
    write("bad/below/y.json", "7");
    write("more/worse.json", "7");

    String line = "sd check " + root + " " + options.replace("{root}", root.toString());
    CommandRun run = CommandRun.of(line.split(" "));

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out()).contains("generator=a.json", "generator=badly-named.json");
    assertThat(run.out()).endsWith("checked: generators=2 failed=0 targets=0\n");
  }

  @Test
  void shouldStopWhatRunsWhenTheProcessIsAskedToEnd() throws Exception {
    Path id = root.resolve("_id");
    Path hanging = write("hangs", "#!/bin/sh\necho $$ > '" + id + "'\nexec sleep 600\n");
    Files.setPosixFilePermissions(hanging, PosixFilePermissions.fromString("rwxr-xr-x"));
    Process check =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "sd",
                "check",
                root.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      ProcessHandle generator = awaitId(id);
      try {
        check.destroy();

        assertThat(check.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(generator.isAlive()).isFalse();
      } finally {
        generator.destroyForcibly();
      }
    } finally {
      check.destroyForcibly();
    }
  }

  private static ProcessHandle awaitId(Path file) throws IOException {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(file) || !Files.readString(file).endsWith("\n")) {
      assertThat(System.nanoTime()).isLessThan(endNs);
      Thread.onSpinWait();
    }
    return ProcessHandle.of(Long.parseLong(Files.readString(file).strip())).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sd | no command given; see tallystick sd --help",
        "sd bogus | unknown command: command=bogus",
        "sd check | missing: option=ROOT",
        "sd check /no/such/root | no such folder: root=/no/such/root",
        "sd check /etc/passwd | not a folder: root=/etc/passwd",
        "sd check / --bogus | unknown option: option=--bogus",
        "sd check / --ignore-path | missing: option=--ignore-path",
        "sd check / --ignore-path= | path is empty: give one below the root",
      })
  void shouldPrintOneLineAndExitTwoWhenTheCommandLineIsWrong(String line, String expected) {
    CommandRun run = CommandRun.of(line.strip().split(" +"));

    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("tallystick: ").contains(expected).hasLineCount(1);
  }

  @Test
  void shouldDescribeItself() {
    CommandRun run = CommandRun.of("sd", "check", "--help");

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out()).startsWith("Usage: tallystick sd check").contains("--ignore-path");
  }
}
