package io.tallystick.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A script that a test runs, which never outlives it, and whose output nobody waits for. */
final class Script {
  private Script() {}

  /** Runs it, and returns its exit code. */
  static int run(ProcessBuilder builder, Path output, List<String> printed)
      throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      process.getOutputStream().close();
      boolean isOver = process.waitFor(60, TimeUnit.SECONDS);
      printed.addAll(Files.readAllLines(output));
      assertThat(isOver).as("%s", printed).isTrue();
      return process.exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
