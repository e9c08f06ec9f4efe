package io.tallystick.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.example.FileStore;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** A process that counts as it is told in a directory that it replicates to a store in a file. */
final class ReplicatingProcess implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(50);

  private final ChildJvm jvm;

  private ReplicatingProcess(ChildJvm jvm) {
    this.jvm = jvm;
  }

  static ReplicatingProcess start(Path directory, Path store)
      throws IOException, InterruptedException {
    ChildJvm jvm = ChildJvm.of(ReplicatingProcess.class).arguments(directory, store).start();
    jvm.await("ready");
    return new ReplicatingProcess(jvm);
  }

  public static void main(String[] args) throws IOException {
    FileStore store = new FileStore(Path.of(args[1]), InstantSource.system());
    Tallystick tallystick =
        Tallystick.builder()
            .directory(Path.of(args[0]))
            .replicateTo(store)
            .replicationInterval(INTERVAL)
            .replicationName("host")
            .open();
    CounterDataPoint requests = Counter.builder().name("requests_total").register(tallystick);
    System.out.println("ready");
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals("close")) {
          tallystick.close();
          System.exit(0);
        }
        requests.inc(Long.parseLong(line));
        System.out.println("counted");
      }
    }
  }

  /** Counts, and returns when it has. */
  void count(long amount) throws IOException, InterruptedException {
    jvm.send(Long.toString(amount));
    jvm.await("counted");
  }

  void kill() throws InterruptedException {
    jvm.kill();
  }

  /** Has it close its part, and waits until it has ended. */
  void end() throws IOException, InterruptedException {
    jvm.send("close");
    if (jvm.waitFor() != 0) {
      throw new AssertionError(jvm.errors());
    }
  }

  @Override
  public void close() {
    jvm.close();
  }
}
