package io.tallystick;

import com.example.FileStore;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.GaugeWithCallback;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

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
      case "exit over close" -> exitOverClose(job);
      default -> System.in.read(); // until it is killed
    }
  }

  /** Has the JVM begin to end, as a signal does, while the job is being closed. */
  private static void exitOverClose(Tallystick job) {
    AtomicBoolean closing = new AtomicBoolean();
    CountDownLatch ends = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(ends::countDown));
    GaugeWithCallback.builder()
        .name("jobs_left")
        .callback(
            gauge -> {
              if (closing.get()) { // it is called once more
                new Thread(() -> System.exit(0)).start();
                awaitUninterruptibly(ends);
              }
            })
        .register(job);
    closing.set(true);
    job.close();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a job", e);
    }
  }
}
