package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class DemoIT {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final Pattern PID = Pattern.compile("pid=(\\d+)");
  private static final Pattern DIRECTORY = Pattern.compile("^directory: (.+)$", Pattern.MULTILINE);

  @Test
  void shouldAgreeWhenAWorkerIsKilled() {
    CommandRun run = CommandRun.of("demo", "--seconds", "2", "--port", "0");

    assertThat(run.out()).contains("killed with SIGKILL: pid=").contains("\nagreed: ");
    assertThat(run.out()).contains("4 workers started, 2 live, 2 dead and folded");
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(directory(run.out())).doesNotExist();
  }

  @Test
  void shouldTakeAFreePortWhenThePortIsInUse() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();

      CommandRun run = CommandRun.of("demo", "--seconds", "1", "--port", String.valueOf(port));

      assertThat(run.out()).contains("port " + port + " is in use: taking a free one");
      assertThat(run.exit()).isEqualTo(Exit.OK);
    }
  }

  @Test
  void shouldPassPromtoolsChecksWhenItIsScraped() throws Exception {
    PrometheusServer.requireProgram("promtool");
    try (RunningDemo demo = RunningDemo.start()) {
      String metrics = "metrics: ";
      String started = demo.awaitLine(metrics);
      String uri = started.substring(started.lastIndexOf(metrics) + metrics.length());
      String scraped =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(URI.create(uri)).build(), BodyHandlers.ofString())
              .body();
      assertThat(scraped).contains("demo_requests_total{", "demo_request_duration_seconds_sum{");

      Process promtool =
          new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
      try (Writer input = promtool.outputWriter(StandardCharsets.UTF_8)) {
        input.write(scraped);
      }
      String found =
          String.join("\n", promtool.inputReader(StandardCharsets.UTF_8).lines().toList());

      assertThat(found).isEmpty();
      assertThat(promtool.waitFor()).isZero();
      demo.process.toHandle().destroy();
      demo.awaitEnd();
    }
  }

  @Test
  void shouldLeaveNothingBehindWhenItIsTerminated() throws Exception {
    try (RunningDemo demo = RunningDemo.start()) {
      String started = demo.awaitLine("metrics: ");

      demo.process.toHandle().destroy();

      assertThat(demo.awaitEnd()).contains("stopped before its end");
      assertThat(pids(started)).hasSize(3).noneMatch(DemoIT::isRunning);
      assertThat(directory(started)).doesNotExist();
    }
  }

  @Test
  void shouldEndEachWorkerWhenTheParentIsKilled() throws Exception {
    try (RunningDemo demo = RunningDemo.start()) {
      String started = demo.awaitLine("metrics: ");

      demo.process.toHandle().destroyForcibly();

      try {
        assertThat(pids(started)).hasSize(3).allSatisfy(DemoIT::awaitEnd);
      } finally {
        pids(started).forEach(DemoIT::kill);
        delete(directory(started)); // which nobody was left to do
      }
    }
  }

  private static List<Long> pids(String output) {
    return PID.matcher(output).results().map(pid -> Long.valueOf(pid.group(1))).toList();
  }

  /** Whether a process runs; one that has ended but was not waited for has no command. */
  private static boolean isRunning(long pid) {
    return ProcessHandle.of(pid).flatMap(process -> process.info().command()).isPresent();
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private static void awaitEnd(long pid) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (isRunning(pid)) {
      assertThat(System.nanoTime()).as("deadline for the end of %d", pid).isLessThan(deadlineNs);
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private static Path directory(String output) {
    return DIRECTORY
        .matcher(output)
        .results()
        .map(line -> Path.of(line.group(1)))
        .findFirst()
        .orElseThrow();
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(directory)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
  }

  /** A demo in a JVM of its own, with all that it and its workers print. */
  private static final class RunningDemo implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private RunningDemo(Process process) {
      this.process = process;
      this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    static RunningDemo start() throws IOException {
      return new RunningDemo(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Main.class.getName(),
                  "demo",
                  "--seconds=60",
                  "--port=0")
              .redirectErrorStream(true)
              .start());
    }

    /** Waits for a line that starts so; returns all lines up to it. */
    String awaitLine(String start) throws IOException {
      List<String> read = new ArrayList<>();
      do {
        String line = lines.readLine();
        assertThat(line).as("output ended after %s", read).isNotNull();
        read.add(line);
      } while (!read.get(read.size() - 1).startsWith(start));
      return String.join("\n", read);
    }

    /** Waits for the end; returns the output that came till then. */
    String awaitEnd() throws InterruptedException {
      String output = String.join("\n", lines.lines().toList());
      process.waitFor();
      return output;
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      lines.close();
    }
  }
}
