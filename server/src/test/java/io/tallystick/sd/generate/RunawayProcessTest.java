package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that do not end, or do not end alone. Each writes the ids of its processes to a file.
 */
@Timeout(120)
final class RunawayProcessTest {
  @TempDir Path root;
  private GeneratorFolder folder;
  private Path ids;

  @BeforeEach
  void open() {
    folder = new GeneratorFolder(root);
    ids = root.resolve("_ids");
  }

  @AfterEach
  void close() throws IOException {
    folder.close();
    started().forEach(ProcessHandle::destroyForcibly);
  }

  private List<ProcessHandle> started() throws IOException {
    if (!Files.exists(ids)) {
      return List.of();
    }
    return Files.readAllLines(ids).stream()
        .flatMap(id -> ProcessHandle.of(Long.parseLong(id.strip())).stream())
        .filter(RunawayProcessTest::isRunning)
        .toList();
  }

  /** Whether a process is more than an entry that its parent has not read. */
  private static boolean isRunning(ProcessHandle process) {
    try {
      String status = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return status.charAt(status.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return process.isAlive();
    }
  }

  private String addId(String id) {
    return "echo " + id + " >> '" + ids + "'";
  }

  private int countIds() {
    try {
      return Files.exists(ids) ? Files.readAllLines(ids).size() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The time limit is over once so many processes have written their ids. */
  private GenerationException assertTimedOut(int processes) throws IOException {
    folder.limitedBy(() -> countIds() >= processes);
    return assertStopped("TimeoutExpired", processes);
  }

  private GenerationException assertStopped(String type, int processes) throws IOException {
    GenerationException failure = folder.failure("");
    assertThat(failure.type()).isEqualTo(type);
    assertThat(Files.readAllLines(ids)).hasSize(processes);
    assertThat(started()).isEmpty();
    return failure;
  }

  @Test
  void shouldKillAProgramThatHangs() throws Exception {
    folder.script("hangs", "echo 'waiting for db1' >&2", addId("$$"), "while :; do sleep 1; done");

    GenerationException failure = assertTimedOut(1);

    assertThat(failure.message())
        .isEqualTo("did not end in time and was stopped: generator=hangs limit=120000ms");
    assertThat(failure.traceback()).isEqualTo("waiting for db1\n");
  }

  @Test
  void shouldKillAProgramThatIgnoresSignals() throws Exception {
    folder.script("deaf", "trap '' TERM INT HUP", addId("$$"), "while :; do sleep 1; done");

    assertTimedOut(1);
  }

  @Test
  void shouldKillChildrenAndTheirChildren() throws Exception {
    folder.script(
        "forks",
        addId("$$"),
        "(while :; do sleep 1; done) & " + addId("$!"),
        "sh -c 'sleep 600 & echo $! >> \"" + ids + "\"; wait' & " + addId("$!"),
        "wait");

    assertTimedOut(4);
  }

  @Test
  void shouldKillADaemonThatLeftTheTreeAndTheSession() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no /proc");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setsid")), "no setsid");
    folder.script(
        "daemonizes",
        addId("$$"),
        "(setsid sh -c 'echo $$ >> \"" + ids + "\"; exec sleep 600' >/dev/null 2>&1 &)",
        "sleep 600");

    assertTimedOut(2);
  }

  @Test
  void shouldKillAProgramThatPrintsAHundredMegabytes() throws Exception {
    folder.script("large", addId("$$"), "head -c 104857600 /dev/zero", "sleep 600");

    assertThat(assertStopped("LimitExceeded", 1).message())
        .isEqualTo("wrote too much to standard output: generator=large limit=10485760 bytes");
  }

  @Test
  void shouldKillAProgramThatComplainsForEver() throws Exception {
    folder.script(
        "complains", "yes complaint | head -c 1000000 >&2", addId("$$"), "exec yes complaint >&2");

    assertThat(assertTimedOut(1).traceback())
        .startsWith("…")
        .contains("complaint\ncomplaint\n")
        .hasSizeLessThan(9000);
  }

  @Test
  void shouldNotWaitForAChildThatHoldsTheStreamsOpen() throws Exception {
    folder.script("leaves", "sleep 600 & " + addId("$!"), "echo '[{\"targets\":[\"a:1\"]}]'");

    assertThat(folder.targetsOf("")).containsExactly("a:1");
    assertThat(started()).hasSize(1);
  }

  @Test
  void shouldGiveTheListWhenAChildGoesOnPrintingAfterTheEnd() throws Exception {
    folder.script("floods", "yes >&2 & " + addId("$!"), "sleep 0.5", "echo '[]'");

    assertThat(folder.generate("")).isEmpty();
    awaitEndOfStarted();
  }

  @Test
  void shouldStopTheOthersWhenOneFails() throws Exception {
    folder.script("a-hangs", addId("$$"), "sleep 600");
    folder.script(
        "b-fails", "until [ -s '" + ids + "' ]; do sleep 0.05; done", "echo why >&2", "exit 1");

    GenerationException failure = folder.failure("");

    assertThat(failure.generator()).isEqualTo("b-fails");
    assertThat(failure.traceback()).isEqualTo("why\n");
    assertThat(started()).isEmpty();
    assertThat(folder.observed()).containsExactly("b-fails false");
  }

  @Test
  void shouldStopWhatRunsWhenTheCallerIsInterrupted() throws Exception {
    folder.script("hangs", addId("$$"), "sleep 600");
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(1);
    Thread caller =
        new Thread(
            () -> {
              try {
                folder.targets().generate("", Map.of());
              } catch (Exception e) {
                thrown.set(e);
              }
              ended.countDown();
            });
    caller.start();
    awaitIds();

    caller.interrupt();

    assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(started()).isEmpty();
    assertThat(folder.observed()).isEmpty();
  }

  @Test
  void shouldStopWhatRunsAndSaySoWhenThePoolIsClosed() throws Exception {
    folder.script("hangs", addId("$$"), "sleep 600");
    FutureTask<GenerationException> caller = new FutureTask<>(() -> folder.failure(""));
    new Thread(caller).start();
    awaitIds();

    folder.close();

    assertThat(caller.get(60, TimeUnit.SECONDS).type()).isEqualTo("Closed");
    assertThat(started()).isEmpty();
  }

  private void awaitEndOfStarted() throws Exception {
    for (ProcessHandle process : started()) {
      process.onExit().get(60, TimeUnit.SECONDS);
    }
  }

  private void awaitIds() throws Exception {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(ids) || Files.readString(ids).isEmpty()) {
      assertThat(System.nanoTime()).isLessThan(endNs);
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldEndByItselfWhenNobodyIsLeftToStopAPythonGenerator() throws Exception {
    GeneratorFolder.assumePython();
    folder.write("a.py", "import time\ndef generate_targets():\n    time.sleep(600)\n");
    Process process =
        new ProcessBuilder(
                "python3",
                "-c",
                PythonFile.RUNNER,
                root.resolve("a.py").toString(),
                root.toString(),
                "1")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().write("{}".getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }
}
