package io.tallystick.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code jmh/build} with a {@code mvn} that makes empty files, and fails where it is told to. */
@Timeout(120)
class BuildScriptTest {
  private static final String MVN =
      """
      #!/bin/sh
      touch jmh/target/benchmarks.jar jmh/target/dependencies.txt
      exit $CODE
      """;

  @TempDir private Path project;
  private final List<String> printed = new ArrayList<>();

  @BeforeEach
  void makeAProject() throws IOException {
    for (String module : List.of("core", "store-x", "server", "jmh")) {
      Files.createDirectories(project.resolve(module).resolve("src/main"));
      Files.createFile(project.resolve(module).resolve("pom.xml"));
    }
    Files.createFile(project.resolve("pom.xml"));
    Files.copy(Path.of("build"), project.resolve("jmh/build"));
    Path mvn = Files.createDirectory(project.resolve("bin")).resolve("mvn");
    Files.writeString(mvn, MVN);
    assertThat(mvn.toFile().setExecutable(true)).isTrue();
  }

  @Test
  void shouldBuildAgainUntilABuildIsWhole() throws Exception {
    assertThat(build(1)).isEqualTo(1);
    assertThat(build(0)).as("%s", printed).isZero();
    assertThat(builds()).isEqualTo(2);

    assertThat(build(0)).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void shouldBuildAgainWhenASourceIsNewer() throws Exception {
    assertThat(build(0)).as("%s", printed).isZero();
    Path source = Files.createFile(project.resolve("store-x/src/main/X.java"));
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(60)));

    assertThat(build(0)).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  private long builds() {
    return printed.stream().filter(line -> line.startsWith("building ")).count();
  }

  /** Runs it with the code that {@code mvn} exits with, and returns its own. */
  private int build(int code) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("bash", "jmh/build").directory(project.toFile());
    builder
        .environment()
        .merge("PATH", project.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
    builder.environment().put("CODE", Integer.toString(code));
    return Script.run(builder, project.resolve("printed.txt"), printed);
  }
}
