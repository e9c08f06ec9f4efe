package io.tallystick.server.demo;

import com.sun.net.httpserver.HttpServer;
import io.tallystick.Tallystick;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A worker JVM of the demo: an HTTP server on a free port of the loopback address. It prints the
 * port, or why there is none, and runs until its standard input ends, which its parent's death
 * brings about too.
 */
final class Worker {
  private static final int THREADS = 4;

  private Worker() {}

  /** Runs a worker on the directory that is its argument. */
  public static void main(String[] args) {
    try {
      work(Path.of(args[0]));
    } catch (IOException | RuntimeException e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }

  private static void work(Path directory) throws IOException {
    try (Tallystick tallystick = Tallystick.open(directory)) {
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      server.createContext("/", new CountingHandler(tallystick));
      server.start();
      System.out.println(server.getAddress().getPort());
      awaitEndOfInput();
      server.stop(0);
      threads.shutdown();
    }
  }

  private static void awaitEndOfInput() throws IOException {
    while (System.in.read() >= 0) {
      // Nothing is expected but the end.
    }
  }
}
