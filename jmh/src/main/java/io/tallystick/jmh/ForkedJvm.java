package io.tallystick.jmh;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM with a main class of this program, and the class path of this one; killed when it is
 * closed. It reads from this one through its standard input, whose end tells it that this one has
 * gone.
 */
final class ForkedJvm implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;

  private final Process process;
  private final BufferedReader printed;

  private ForkedJvm(Process process) {
    this.process = process;
    this.printed = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts one. */
  static ForkedJvm start(Class<?> main, String... arguments) throws IOException {
    return start(List.of(), main, arguments);
  }

  /**
   * Starts one behind another program.
   *
   * @param prefix what comes before {@code java}: a program that ends by executing its arguments
   */
  static ForkedJvm start(List<String> prefix, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(java());
    return start(command, main, List.of(arguments));
  }

  /** Starts one with options. */
  static ForkedJvm startWith(List<String> options, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(options);
    return start(command, main, List.of(arguments));
  }

  /** Starts one with another class path. */
  static ForkedJvm startOn(String classPath, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = List.of(java(), "-cp", classPath, main.getName());
    return start(new ArrayList<>(command), List.of(arguments));
  }

  private static String java() {
    return ProcessHandle.current().info().command().orElse("java");
  }

  private static ForkedJvm start(List<String> command, Class<?> main, List<String> arguments)
      throws IOException {
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    return start(command, arguments);
  }

  private static ForkedJvm start(List<String> command, List<String> arguments) throws IOException {
    command.addAll(arguments);
    return new ForkedJvm(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The next line that it prints. */
  String line() throws IOException {
    String line = printed.readLine();
    if (line == null) {
      throw new IOException("JVM ended too early: pid=" + process.pid());
    }
    return line;
  }

  /** Sends it a line. */
  void send(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** All that it prints until it ends. */
  List<String> linesToItsEnd() throws IOException, InterruptedException {
    List<String> lines = printed.lines().toList();
    if (process.waitFor() != 0) {
      throw new IOException("JVM failed: status=" + process.exitValue());
    }
    return lines;
  }

  @Override
  public void close() {
    process.toHandle().destroyForcibly();
    process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** In such a JVM: halts it when the one that started it has gone. */
  static void endWithParent() {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Nothing more is said.
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                Runtime.getRuntime().halt(1);
              }
            },
            "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
