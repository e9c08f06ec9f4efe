package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A JVM on this one's class path that a test started, talks to by lines, and ends.
 *
 * <p>Threading: one test thread talks; a thread for each of its streams listens. Whatever waits
 * gives up after {@link #PATIENCE}.
 */
public final class ChildJvm implements AutoCloseable {
  /** How long anything that a child does may take. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String NO_MORE = "\0";

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  @SuppressWarnings("JdkObsolete") // two threads append
  private final StringBuffer errors = new StringBuffer();

  private final List<Thread> listeners = new ArrayList<>();

  private ChildJvm(Process process, Consumer<String> onLine) {
    this.process = process;
    listen(
        process.getInputStream(),
        line -> {
          onLine.accept(line);
          lines.add(line);
        },
        () -> lines.add(NO_MORE)); // the other stream may end before the last line is taken in
    listen(process.getErrorStream(), line -> errors.append(line).append('\n'), () -> {});
  }

  private void listen(InputStream stream, Consumer<String> onLine, Runnable onEnd) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(stream, UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                  onLine.accept(line);
                }
              } catch (IOException e) {
                errors.append(e).append('\n'); // closed under us, as when the child is killed
              } finally {
                onEnd.run();
              }
            },
            "listener-" + process.pid());
    thread.setDaemon(true);
    thread.start();
    listeners.add(thread);
  }

  /** A child that runs a main class, with a small heap, and what lets it start soon. */
  public static Builder of(Class<?> main) {
    return new Builder(main);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Writes a line to its standard input. */
  public void send(String line) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write((line + "\n").getBytes(UTF_8));
    input.flush();
  }

  /** The next line of its standard output that nobody has taken. */
  public String readLine() throws InterruptedException {
    String line = lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (line == null) {
      throw new AssertionError("child says nothing: pid=" + pid() + " errors=" + errors);
    }
    if (line.equals(NO_MORE)) {
      int code = waitFor(); // with all that it has written
      throw new AssertionError("child says nothing more: exitCode=" + code + " errors=" + errors);
    }
    return line;
  }

  /** Takes lines until this one. */
  public void await(String expected) throws InterruptedException {
    List<String> others = new ArrayList<>();
    try {
      for (String line = readLine(); !line.equals(expected); line = readLine()) {
        others.add(line);
      }
    } catch (AssertionError e) {
      throw new AssertionError("not said: expected=" + expected + " said=" + others, e);
    }
  }

  /** What it has written to standard error, all of it once {@link #waitFor} has returned. */
  public String errors() {
    return errors.toString();
  }

  /** Kills it, with no chance to do anything more, and waits until it is gone. */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly(); // the process' own method would close its streams
    waitFor();
  }

  /** Waits until it has ended and all that it wrote was taken in; returns its exit code. */
  public int waitFor() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("child does not end: pid=" + pid() + " errors=" + errors);
    }
    for (Thread listener : listeners) {
      listener.join(PATIENCE.toMillis());
    }
    return process.exitValue();
  }

  /** Kills it where it still runs. */
  @Override
  public void close() {
    if (process.isAlive()) { // else another one may have its id by now, and would be waited for
      process.toHandle().destroyForcibly();
      process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
  }

  /** Makes a {@link ChildJvm}. */
  public static final class Builder {
    private static final List<String> OPTIONS =
        List.of(
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            // Of what javac has just written: a good part of a short life.
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-BytecodeVerificationRemote");

    private final String main;
    private final List<String> options = new ArrayList<>(OPTIONS);
    private final List<String> arguments = new ArrayList<>();
    private final ProcessBuilder processBuilder = new ProcessBuilder();
    private Consumer<String> onLine = line -> {};

    private Builder(Class<?> main) {
      this.main = main.getName();
      Map<String, String> environment = processBuilder.environment();
      environment.keySet().removeIf(name -> name.startsWith("TALLYSTICK_"));
      environment.remove("PROMETHEUS_MULTIPROC_DIR");
      environment.remove("JAVA_TOOL_OPTIONS"); // the JVM would say that it picked them up
    }

    /** Starts it as {@code java -cp} does. */
    public Builder withoutOptions() {
      options.clear();
      return this;
    }

    /** Lets the child reach memory by address. */
    public Builder opensInternals() {
      return option("--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");
    }

    public Builder option(String option) {
      options.add(option);
      return this;
    }

    public Builder environment(String name, String value) {
      processBuilder.environment().put(name, value);
      return this;
    }

    public Builder arguments(Object... values) {
      for (Object value : values) {
        arguments.add(value.toString());
      }
      return this;
    }

    /** Called by a thread of its own for each line, before {@link ChildJvm#readLine} has it. */
    public Builder onLine(Consumer<String> onLine) {
      this.onLine = onLine;
      return this;
    }

    public ChildJvm start() throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(options);
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add(main);
      command.addAll(arguments);
      return new ChildJvm(processBuilder.command(command).start(), onLine);
    }
  }
}
