package io.tallystick.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.server.PrivateDirectory;
import io.tallystick.testing.FreePort;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The agent's jar in real JVMs. */
@Timeout(120)
final class AgentIT {
  private static final String AGENT = System.getProperty("test.agent");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern THREADS =
      Pattern.compile("^jvm_threads_current\\{pid=\"\\d+\"} ", Pattern.MULTILINE);

  @TempDir(factory = PrivateDirectory.class)
  Path directory;

  @TempDir Path files;

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endProcesses() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void shouldShowBothWhenASecondJvmHasTheSameOptionsAndWhenTheFirstIsKilled() throws Exception {
    int port = FreePort.next();
    String options = "dir=" + directory + ",port=" + port;
    Process first = start(PlainApplication.class, classes(), options);
    String one = await(port, text -> THREADS.matcher(text).results().count() == 1);
    start(PlainApplication.class, classes(), options);
    String both = await(port, text -> THREADS.matcher(text).results().count() == 2);
    first.destroyForcibly().waitFor();
    String rest = await(port, text -> text.contains("files{state=\"retired\"} 1.0"));

    assertThat(one).contains("jvm_runtime_info{").contains("jvm_memory_used_bytes{");
    assertThat(both).contains("tallystick_process_files{state=\"live\"} 2.0");
    assertThat(rest).contains("tallystick_process_files{state=\"live\"} 1.0");
  }

  @Test
  void shouldSumTheDefaultRegistriesWhenApplicationsCountWithClientJavaOfTheirOwn()
      throws Exception {
    int port = FreePort.next();
    String options = "dir=" + directory + ",port=" + port + ",jvm=false";
    Process first = start(CountingApplication.class, allClasses(), options, "3");
    start(CountingApplication.class, allClasses(), options, "4");
    String both =
        await(
            port,
            text -> text.contains("\norders_total 7.0\n") && text.contains("\nsizes_count 2\n"));
    first.getOutputStream().close();
    int exit = first.waitFor();
    String rest = await(port, text -> text.contains("files{state=\"retired\"} 1.0"));

    assertThat(both).doesNotContain("jvm_");
    assertThat(exit).isZero();
    assertThat(rest).contains("\norders_total 7.0\n").contains("\nsizes_sum 4.0\n");
  }

  @Test
  void shouldHaveTheLastValuesWhenAnApplicationEndsAtOnce() throws Exception {
    String options = "dir=" + directory + ",port=0";
    Process process = start(CountingApplication.class, allClasses(), options, "5");
    process.getOutputStream().close();

    assertThat(process.waitFor()).isZero();
    int port = FreePort.next();
    start(PlainApplication.class, classes(), "dir=" + directory + ",port=" + port);
    assertThat(await(port, text -> true)).contains("\norders_total 5.0\n");
  }

  @Test
  void shouldGoOnWhileAnApplicationCountsInItsShutdownHook() throws Exception {
    int port = FreePort.next();
    String options = "dir=" + directory + ",port=" + port;
    Path end = files.resolve("end");
    Process process = start(SlowlyEndingApplication.class, allClasses(), options, end.toString());
    process.getOutputStream().close();
    await(port, text -> text.contains("\norders_total 70.0\n"));
    Files.createFile(end);

    assertThat(process.waitFor()).isZero();
    start(PlainApplication.class, classes(), options);
    assertThat(await(port, text -> text.contains("files{state=\"retired\"} 1.0")))
        .contains("\norders_total 70.0\n");
  }

  @Test
  void shouldStartTheApplicationAndSayWhyWhenTheAgentCannotRun() throws Exception {
    Files.createFile(files.resolve("file"));
    start(PlainApplication.class, classes(), "dri=/dev/shm/a");
    assertThat(Files.readString(files.resolve("err-0")))
        .contains("tallystick agent: the application runs without it")
        .contains("bad option: dri=/dev/shm/a expected=dir=<directory>");

    start(PlainApplication.class, classes(), "dir=" + files.resolve("file"));
    assertThat(Files.readString(files.resolve("err-1")))
        .contains("tallystick agent: the application runs without it")
        .contains(files.resolve("file").toString());
  }

  private Process start(Class<?> main, String classPath, String options, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-javaagent:" + AGENT + "=" + options);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(files.resolve("err-" + processes.size()).toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("TALLYSTICK_"));
    builder.environment().remove("PROMETHEUS_MULTIPROC_DIR");
    Process process = builder.start();
    processes.add(process);
    BufferedReader lines = process.inputReader(UTF_8);
    assertThat(lines.readLine()).isEqualTo("started");
    return process;
  }

  /** Where the applications are, and no library. */
  private static String classes() throws IOException {
    return Path.of("target", "test-classes").toRealPath().toString();
  }

  private static String allClasses() {
    return System.getProperty("java.class.path", "") + File.pathSeparator;
  }

  private String await(int port, Predicate<String> condition) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
    String last = "";
    long startNs = System.nanoTime();
    while (System.nanoTime() - startNs < PATIENCE.toNanos()) {
      try {
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
        last = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        if (condition.test(last)) {
          return last;
        }
      } catch (IOException e) {
        last = e.toString(); // between two servers
      }
      LockSupport.parkNanos(10_000_000);
    }
    throw new AssertionError("waited in vain: " + last);
  }
}
