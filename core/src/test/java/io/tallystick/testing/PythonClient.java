package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * The host's client_python: the {@code python3} that has the module {@code prometheus_client}.
 *
 * <p>The system property {@code tallystick.test.python} names another interpreter.
 */
public final class PythonClient {
  private static final long PATIENCE_SECONDS = 60;

  private final String interpreter;

  private PythonClient(String interpreter) {
    this.interpreter = interpreter;
  }

  /** Finds it; skips the test where there is none. */
  public static PythonClient orSkip() throws IOException, InterruptedException {
    List<String> interpreters = new ArrayList<>();
    String chosen = System.getProperty("tallystick.test.python");
    if (chosen != null) {
      interpreters.add(chosen);
    } else {
      interpreters.add("python3");
      interpreters.add("/usr/bin/python3"); // the one of the distribution's packages
    }
    for (String interpreter : interpreters) {
      if (hasModule(interpreter)) {
        return new PythonClient(interpreter);
      }
    }
    return Assumptions.abort(
        "no client_python here, install python3-prometheus-client: tried=" + interpreters);
  }

  private static boolean hasModule(String interpreter) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(interpreter, "-c", "import prometheus_client")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return false; // no such interpreter
    }
  }

  /** Runs a script beside this class to its end; returns the lines that it wrote. */
  public List<String> run(String script, String input, Object... arguments)
      throws IOException, InterruptedException {
    Path in = Files.createTempFile("tallystick-test-", ".in");
    Path out = Files.createTempFile("tallystick-test-", ".out");
    Process process = null;
    try {
      Files.writeString(in, input, UTF_8);
      process =
          builder(script, arguments)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .start();
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as(script).isTrue();
      String errors = new String(process.getErrorStream().readAllBytes(), UTF_8);
      assertThat(process.exitValue()).as(script + ": " + errors).isZero();
      return Files.readAllLines(out, UTF_8);
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
      Files.delete(in);
      Files.delete(out);
    }
  }

  /** Starts a script that counts in a directory and answers each line with one. */
  public Counting start(String script, Path directory, Object... arguments) throws IOException {
    ProcessBuilder builder = builder(script, arguments);
    builder.environment().put("PROMETHEUS_MULTIPROC_DIR", directory.toString());
    return new Counting(builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  private ProcessBuilder builder(String script, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(interpreter, pathOf(script)));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    builder.environment().remove("PROMETHEUS_MULTIPROC_DIR");
    return builder;
  }

  private static String pathOf(String script) {
    try {
      return Path.of(PythonClient.class.getResource(script).toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** A process that counts. */
  public static final class Counting implements AutoCloseable {
    private final Process process;
    private final BufferedWriter in;
    private final BufferedReader out;

    private Counting(Process process) throws IOException {
      this.process = process;
      this.in = process.outputWriter(UTF_8);
      this.out = process.inputReader(UTF_8);
      awaitAnswer();
    }

    public long pid() {
      return process.pid();
    }

    /** Has it count one round, and waits until it has. */
    public void count() throws IOException {
      in.write("\n");
      in.flush();
      awaitAnswer();
    }

    private void awaitAnswer() throws IOException {
      if (out.readLine() == null) {
        throw new AssertionError("child has ended: alive=" + process.isAlive());
      }
    }

    /** Lets it end as a process does that has nothing more to do. */
    public void end() throws IOException, InterruptedException {
      in.close();
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
      process.destroyForcibly();
      try {
        in.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
