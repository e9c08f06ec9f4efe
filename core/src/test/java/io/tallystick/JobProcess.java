package io.tallystick;

import com.example.FileStore;
import io.tallystick.metrics.Counter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** A job: counts to three in a directory of its own, says so, and ends as it is told. */
final class JobProcess {
  private JobProcess() {}

  /** Arguments: the directory beside which it is, the store's file, and how it ends. */
  public static void main(String[] args) throws IOException {
    FileStore store = new FileStore(Path.of(args[1]), InstantSource.system());
    Tallystick job =
        Tallystick.builder().directory(Path.of(args[0])).replicateTo(store).ephemeral().open();
    Counter.builder().name("jobs_total").register(job).inc(3);
    System.out.println("counted");
    switch (args[2]) {
      case "close" -> job.close();
      case "exit" -> System.exit(0);
      default -> System.in.read(); // until it is killed
    }
  }
}
