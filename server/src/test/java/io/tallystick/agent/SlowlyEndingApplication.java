package io.tallystick.agent;

import io.prometheus.metrics.core.metrics.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A JVM that counts on in its shutdown hook, which runs until there is a file. */
final class SlowlyEndingApplication {
  private SlowlyEndingApplication() {}

  public static void main(String[] args) throws IOException {
    Counter orders = Counter.builder().name("orders_total").register();
    orders.inc(10);
    Path end = Path.of(args[0]);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  orders.inc(60);
                  while (Files.notExists(end)) {
                    LockSupport.parkNanos(10_000_000);
                  }
                }));
    System.out.println("started");
    while (System.in.read() >= 0) {
      // until its parent ends it
    }
  }
}
