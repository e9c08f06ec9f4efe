package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Parent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the programs of a JVM that is killed. */
@Timeout(120)
final class OrphanedRunsTest {
  @TempDir Path root;
  @TempDir Path temporary;
  private Path left;
  private Path running;

  @BeforeEach
  void write() throws IOException {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no /proc");
    left = root.resolve("_left");
    running = root.resolve("_running");
    try (GeneratorFolder folder = new GeneratorFolder(root)) {
      folder.script("leaves", "sleep 600 >/dev/null 2>&1 &", "echo $! > " + left, "echo '[]'");
      folder.script(
          "runs",
          "sleep 600 >/dev/null 2>&1 &",
          "echo $! >> " + running,
          "echo $$ >> " + running,
          "wait");
    }
  }

  @AfterEach
  void end() throws IOException {
    Stream.of(left, running)
        .flatMap(file -> processes(file).stream())
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static List<ProcessHandle> processes(Path file) {
    try {
      return Files.exists(file)
          ? Files.readAllLines(file).stream()
              .flatMap(id -> ProcessHandle.of(Long.parseLong(id)).stream())
              .toList()
          : List.of();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private long marks() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.filter(each -> each.getFileName().toString().startsWith("tallystick")).count();
    }
  }

  @Test
  void shouldEndWhatRanWhenItsJvmWasKilledAndNotWhatAnEarlierRunHasLeft() throws Exception {
    try (ChildJvm runs =
        ChildJvm.of(Runs.class).option("-Djava.io.tmpdir=" + temporary).arguments(root).start()) {
      Await.until("runs", () -> processes(running).size() == 2);
      int unused = OrphanedRuns.kill(); // perhaps some of another test
      assertThat(processes(running)).hasSize(2).allMatch(OrphanedRunsTest::isRunning);
      runs.kill();
    }

    Await.until("killed", this::areOrphansKilled);

    assertThat(processes(left)).hasSize(1).allMatch(OrphanedRunsTest::isRunning);
    Await.until("nothing is left", () -> marks() == 0);
  }

  private boolean areOrphansKilled() {
    int unused = OrphanedRuns.kill();
    return processes(running).stream().noneMatch(OrphanedRunsTest::isRunning);
  }

  @Test
  void shouldTouchNothingThatAVariableNamesButAMark() throws Exception {
    Path victim = Files.createFile(temporary.resolve("victim"));
    Path folder = Files.createDirectory(temporary.resolve("tallystick-run-folder"));
    Path inside = Files.createFile(folder.resolve("inside"));
    Path link = Files.createSymbolicLink(temporary.resolve("tallystick-run-link"), victim);
    Path mark = Files.createFile(temporary.resolve("tallystick-run-1"));
    Process orphan = sleeping(mark.toString());
    List<Process> others =
        List.of(
            sleeping(folder + "/../victim"),
            sleeping(folder + "/../tallystick-run-1"),
            sleeping(victim.toString()),
            sleeping(inside.toString()),
            sleeping(folder.toString()),
            sleeping(link.toString()),
            sleeping("tallystick-run-1"),
            sleeping("/"));
    try {
      Await.until("the orphan is killed", () -> areKilled(List.of(orphan)));

      assertThat(others).allMatch(each -> isRunning(each.toHandle()));
      assertThat(victim).exists();
      assertThat(inside).exists();
      assertThat(link).isSymbolicLink();
      assertThat(mark).doesNotExist();
    } finally {
      orphan.destroyForcibly();
      others.forEach(Process::destroyForcibly);
    }
  }

  @Test
  void shouldTouchNothingOfAnotherUser() throws Exception {
    UserPrincipal self = Files.getOwner(Path.of("/proc/self"));
    assumeTrue(self.getName().equals("root"), "only root can be another user besides");
    Path setpriv = Path.of("/usr/bin/setpriv");
    assumeTrue(Files.isExecutable(setpriv), "no setpriv");
    Path own = Files.createFile(temporary.resolve("tallystick-run-own"));
    Path foreign = Files.createFile(temporary.resolve("tallystick-run-foreign"));
    Files.setAttribute(foreign, "unix:uid", 65_534);
    Process ofOther =
        sleeping(own.toString(), setpriv.toString(), "--reuid=65534", "--clear-groups");
    Process namesForeign = sleeping(foreign.toString());
    try {
      Await.until("it is the other user's", () -> !owner(ofOther).equals(self));

      int unused = OrphanedRuns.kill();

      assertThat(List.of(ofOther, namesForeign)).allMatch(each -> isRunning(each.toHandle()));
      assertThat(List.of(own, foreign)).allMatch(Files::exists);
    } finally {
      ofOther.destroyForcibly();
      namesForeign.destroyForcibly();
    }
  }

  private static UserPrincipal owner(Process process) throws IOException {
    return Files.getOwner(Path.of("/proc/" + process.pid()));
  }

  /** A program that seems to have run for a JVM that is gone, and names a file. */
  private static Process sleeping(String file, String... before) throws IOException {
    List<String> command = new ArrayList<>(List.of(before));
    command.addAll(List.of("sleep", "600"));
    ProcessBuilder builder = new ProcessBuilder(command);
    String namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    String owner = namespace + "/" + ProcessHandle.current().pid() + "/0";
    builder.environment().put("TALLYSTICK_GENERATOR_OWNER", owner);
    builder.environment().put("TALLYSTICK_GENERATOR_GOING_ON", file);
    return builder.start();
  }

  private static boolean areKilled(List<Process> processes) {
    int unused = OrphanedRuns.kill();
    return processes.stream().noneMatch(each -> isRunning(each.toHandle()));
  }

  /** Whether a process is more than an entry that its parent has not read. */
  private static boolean isRunning(ProcessHandle process) {
    try {
      String status = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return status.charAt(status.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs a program that leaves another one, then one that does not end. */
  static final class Runs {
    private Runs() {}

    public static void main(String[] args) throws Exception {
      Parent.endWithIt();
      try (GeneratorFolder folder = new GeneratorFolder(Path.of(args[0]))) {
        GeneratorRoot targets = folder.targets();
        for (String path : List.of("leaves", "runs")) {
          System.out.println(targets.generate(path, Map.of()));
        }
      }
    }
  }
}
