package io.tallystick.server.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A worker JVM, as its parent sees it.
 *
 * <p>Its standard input stays open as long as the parent lives and wants it to run; it says on
 * standard output which port it listens on, or why it does not.
 */
final class WorkerProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Process process;
  private final CompletableFuture<Integer> port = new CompletableFuture<>();
  private volatile boolean killed;

  private WorkerProcess(Process process) {
    this.process = process;
  }

  /** Starts a worker on a directory, with this JVM's Java and class path. */
  static WorkerProcess start(Path directory) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-Dsun.net.httpserver.nodelay=true",
                "-Djava.util.logging.SimpleFormatter.format=worker: %5$s%6$s%n",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    WorkerProcess worker = new WorkerProcess(process);
    Thread reader = new Thread(worker::readPort, "worker-" + process.pid() + "-port");
    reader.setDaemon(true);
    reader.start();
    return worker;
  }

  /** Waits until the worker listens. */
  void awaitListening() throws IOException, InterruptedException {
    try {
      port.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("worker did not start: " + this, e);
    }
  }

  /** The port of a worker that listens. */
  int port() {
    return port.join();
  }

  /** Ends the worker with SIGKILL, in the middle of whatever it does. */
  void kill() throws InterruptedException {
    killed = true; // first: a client that sees the connection break must find it set
    process.destroyForcibly().waitFor();
  }

  /** Whether the worker was, or is just being, killed. */
  boolean isKilled() {
    return killed;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Lets the worker close its files and end. */
  void stop() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException("worker did not stop: " + this);
    }
    if (process.exitValue() != 0) {
      throw new IOException("worker did not stop cleanly: exit=" + process.exitValue());
    }
  }

  /** Kills the worker if it runs. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public String toString() {
    return "pid=" + process.pid();
  }

  private void readPort() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      if (line == null) {
        throw new IOException("it ended: exit=" + process.waitFor());
      }
      if (!line.chars().allMatch(Character::isDigit)) {
        throw new IOException(line);
      }
      port.complete(Integer.valueOf(line));
    } catch (IOException | InterruptedException e) {
      port.completeExceptionally(e);
    }
  }
}
