package io.tallystick.server;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import java.io.IOException;
import java.nio.file.Path;

/** A JVM that counts, says so, and waits to be killed. */
final class CountingProcess {
  private CountingProcess() {}

  public static void main(String[] args) throws IOException {
    try (Tallystick tallystick = Tallystick.open(Path.of(args[0]))) {
      Counter runs = Counter.builder().name("runs_total").help("Runs.").register(tallystick);
      runs.inc(Integer.parseInt(args[1]));
      System.out.println("counted");
      while (System.in.read() >= 0) {
        // Its parent kills it, or ends.
      }
    }
  }
}
