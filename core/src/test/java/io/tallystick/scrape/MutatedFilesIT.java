package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutated files in a JVM with hardly any heap: none makes a reader ask for more than it has. */
class MutatedFilesIT {
  @TempDir private Path output;

  @Test
  void shouldNotRunOutOfMemoryWhenTheHeapIsSmall() throws Exception {
    Path log = output.resolve("log");
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-XX:MaxDirectMemorySize=8m",
                "-cp",
                System.getProperty("java.class.path"),
                MutatedFiles.class.getName(),
                "200000",
                "6000")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean ended = jvm.waitFor(3, TimeUnit.MINUTES);
      String said = Files.readString(log, StandardCharsets.UTF_8);
      assertThat(ended).as(said).isTrue();
      assertThat(jvm.exitValue()).as(said).isZero();
      assertThat(said).contains("checked=6000");
    } finally {
      jvm.destroyForcibly();
    }
  }
}
