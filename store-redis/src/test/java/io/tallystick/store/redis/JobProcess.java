package io.tallystick.store.redis;

import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A job of some milliseconds: counts to three in a directory of its own, and ends as it is told.
 */
final class JobProcess {
  private JobProcess() {}

  /** Arguments: the directory beside which it is, the store's URL, and how it ends. */
  public static void main(String[] args) throws IOException {
    RedisStore store = RedisStore.open(args[1]);
    Tallystick job =
        Tallystick.builder().directory(Path.of(args[0])).replicateTo(store).ephemeral().open();
    Counter.builder().name("jobs_total").register(job).inc(3);
    System.out.println("counted");
    switch (args[2]) {
      case "close" -> {
        job.close();
        store.close();
      }
      case "exit" -> System.exit(0);
      default -> {
        int unused = System.in.read(); // until it is killed
      }
    }
  }
}
