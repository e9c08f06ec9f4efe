package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class RetireIT {
  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  @Test
  void shouldFoldADeadProcessOnceAndKeepItsTotal() throws Exception {
    countAndKill(5);

    CommandRun first = CommandRun.of("retire", "--dir", directory.toString());
    CommandRun second = CommandRun.of("retire", "--dir", directory.toString());
    CommandRun dump = CommandRun.of("dump", "--dir", directory.toString());
    CommandRun verify = CommandRun.of("verify", "--dir", directory.toString());

    assertThat(first).isEqualTo(new CommandRun(Exit.OK, "folded dead processes: count=1\n", ""));
    assertThat(second).isEqualTo(new CommandRun(Exit.OK, "folded dead processes: count=0\n", ""));
    assertThat(dump.out()).contains("runs_total 5.0\n");
    assertThat(verify.exit()).isEqualTo(Exit.OK);
  }

  @Test
  void shouldFailWhenTheRetiredFileIsFaultyAndNobodyHasDied() throws IOException {
    Files.writeString(directory.resolve("retired.tally"), "no retired file");

    CommandRun run = CommandRun.of("retire", "--dir", directory.toString());

    assertThat(run.exit()).isEqualTo(Exit.FAULT);
    assertThat(run.err()).contains("retired file is faulty").hasLineCount(1);
  }

  private void countAndKill(int runs) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CountingProcess.class.getName(),
                directory.toString(),
                String.valueOf(runs))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(lines.readLine()).isEqualTo("counted");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
