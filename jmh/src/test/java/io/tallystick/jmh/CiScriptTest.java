package io.tallystick.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code .ci/run} with a {@code mvn} that tests nothing, and fails where it is told to. */
@Timeout(120)
class CiScriptTest {
  private static final String MVN =
      """
      #!/bin/sh
      case "$*" in
        -version) echo "Java version: 17, runtime: $JVMS/own" ;;
        *-DskipTests*) echo built >built ;;
        *-Djvm=*newer/bin/java*)
          echo "second: $(cat built)"
          [ "$SECOND" != hangs ] || { echo $$ >"$JVMS/second"; exec sleep 600; }
          exit "$SECOND"
          ;;
        *)
          echo "first: $(cat built)"
          [ "$SECOND" != hangs ] || until [ -s "$JVMS/second" ]; do :; done
          exit "$FIRST"
          ;;
      esac
      """;

  @TempDir private Path project;
  @TempDir private Path jvms;
  private final List<String> printed = new ArrayList<>();

  @BeforeEach
  void makeAProject() throws IOException {
    executable(project.resolve(".ci/run"), Files.readString(Path.of("../.ci/run")));
    executable(project.resolve("jmh/ratios"), "#!/bin/sh\necho ratios\n");
    executable(project.resolve("tallystick"), "#!/bin/sh\necho demo\n");
    executable(project.resolve("bin/mvn"), MVN);
    for (String other : List.of("apt-get", "prometheus", "promtool")) {
      executable(project.resolve("bin").resolve(other), "#!/bin/sh\n");
    }
    jdk("own", "17.0.1");
    jdk("newer", "25");
  }

  private void jdk(String name, String version) throws IOException {
    executable(jvms.resolve(name).resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(jvms.resolve(name).resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    assertThat(Files.writeString(file, text).toFile().setExecutable(true)).isTrue();
  }

  @Test
  void shouldTestWhatItHasBuiltOnBothJdksBeforeItMeasures() throws Exception {
    assertThat(run("0", "0")).as("%s", printed).isZero();

    assertThat(printed).containsSubsequence("first: built", "second: built", "ratios", "demo");
    assertThat(project.resolve("jmh/target/benchmarks.built")).exists();
  }

  @Test
  void shouldSayWhatTheSecondJdkSaidAndFailWhereItsTestsDo() throws Exception {
    assertThat(run("0", "3")).as("%s", printed).isEqualTo(3);

    assertThat(printed).contains("second: built").doesNotContain("ratios");
  }

  @Test
  void shouldFailAndEndWhatRunsBesideWhereTheFirstJdksTestsFail() throws Exception {
    assertThat(run("4", "hangs")).as("%s", printed).isEqualTo(4);

    long second = Long.parseLong(Files.readString(jvms.resolve("second")).trim());
    assertThat(ProcessHandle.of(second).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(printed).doesNotContain("ratios");
  }

  @Test
  void shouldSayThatThereIsNoSecondJdkWhereThereIsNone() throws Exception {
    Files.delete(jvms.resolve("newer/release"));

    assertThat(run("0", "3")).as("%s", printed).isZero();
    assertThat(printed).contains("first: built", "ratios").doesNotContain("second: built");
  }

  /** Runs it, where tests on the two JDKs end with these codes, and returns its own. */
  private int run(String first, String second) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("bash", project.resolve(".ci/run").toString());
    builder
        .environment()
        .merge("PATH", project.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
    builder.environment().put("JVMS", jvms.toString());
    builder.environment().put("FIRST", first);
    builder.environment().put("SECOND", second);
    return Script.run(builder, jvms.resolve("printed.txt"), printed);
  }
}
