package io.tallystick.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** {@code tallystick serve}, or another command that serves, on a thread of its own. */
final class ServeRun implements AutoCloseable {
  private final FutureTask<Integer> exit;
  private final Thread thread;
  private final Scanner lines;

  private ServeRun(String[] args, OutputStream out, InputStream in) {
    exit = new FutureTask<>(() -> Main.run(args, out, System.err));
    thread = new Thread(exit, "serve");
    lines = new Scanner(in, StandardCharsets.UTF_8);
  }

  static ServeRun start(String... options) throws IOException {
    String[] args = new String[options.length + 1];
    args[0] = "serve";
    System.arraycopy(options, 0, args, 1, options.length);
    return startCommand(args);
  }

  static ServeRun startCommand(String... args) throws IOException {
    PipedOutputStream out = new PipedOutputStream();
    ServeRun served = new ServeRun(args, out, new PipedInputStream(out));
    served.thread.start();
    return served;
  }

  String nextLine() {
    return lines.nextLine();
  }

  /** Where it serves, which its next line says. */
  URI awaitUri() {
    String line = nextLine();
    return URI.create(line.substring(line.lastIndexOf("http://")));
  }

  int stop() throws Exception {
    thread.interrupt();
    return exit.get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    thread.interrupt();
    lines.close();
  }
}
