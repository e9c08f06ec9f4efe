package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.Summary;
import io.tallystick.shm.MemoryAccess;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A JVM that was started with no flag at all, and one that opens what access by address needs. */
@Timeout(60)
final class PlainJvmIT {
  private static final int UPDATES = 300_000;
  private static final int THREADS = 2;

  private TempDirectory directory;

  @BeforeEach
  void createDirectory() throws IOException {
    directory = TempDirectory.create();
    assumeTrue(
        Files.getFileStore(directory.path()).type().equals("tmpfs"),
        "no shared memory here, of which a warning tells");
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    directory.close();
  }

  @Test
  void shouldCountAndWarnOfNothingWhenTheJvmHasNoFlag() throws Exception {
    boolean warnsOfUnsafe = Runtime.version().feature() >= 24;
    assertCounts(
        ChildJvm.of(UpdatingProcess.class).withoutOptions(),
        warnsOfUnsafe ? MemoryAccess.BUFFER : MemoryAccess.LEGACY_UNSAFE);
  }

  @Test
  void shouldCountByAddressAndWarnOfNothingWhenTheJvmOpensInternals() throws Exception {
    assertCounts(
        ChildJvm.of(UpdatingProcess.class).withoutOptions().opensInternals(), MemoryAccess.UNSAFE);
  }

  private void assertCounts(ChildJvm.Builder builder, MemoryAccess access) throws Exception {
    try (ChildJvm child = builder.arguments(directory.path()).start()) {
      assertThat(child.readLine()).isEqualTo(access.name());
      assertThat(child.readLine()).isEqualTo(expected().toString());
      assertThat(child.waitFor()).isZero();
      assertThat(child.errors()).isEmpty();
    }
  }

  private static Map<String, Double> expected() {
    double rounds = THREADS * UPDATES;
    return new TreeMap<>(
        Map.of(
            "heat",
            rounds,
            "jobs_total",
            rounds * 1.5,
            "sizes_bucket{le=\"+Inf\"}",
            rounds,
            "sizes_bucket{le=\"1.0\"}",
            0.0,
            "sizes_count",
            rounds,
            "sizes_sum",
            rounds * 2,
            "times_count",
            rounds,
            "times_sum",
            rounds * 3));
  }

  /** A JVM that updates metrics of each kind, scrapes, and closes what it opened. */
  static final class UpdatingProcess {
    private UpdatingProcess() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      System.out.println(MemoryAccess.current());
      try (Tallystick tallystick = Tallystick.open(Path.of(args[0]))) {
        Runnable updates = updates(tallystick);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          Thread thread = new Thread(updates);
          thread.start();
          threads.add(thread);
        }
        for (Thread thread : threads) {
          thread.join();
        }
        System.out.println(Samples.ofApplications(tallystick.scraper()));
      }
    }

    private static Runnable updates(Tallystick tallystick) {
      Counter jobs = Counter.builder().name("jobs_total").register(tallystick);
      Histogram sizes =
          Histogram.builder().name("sizes").classicUpperBounds(1).register(tallystick);
      Summary times = Summary.builder().name("times").register(tallystick);
      Gauge heat =
          Gauge.builder().name("heat").multiprocessMode(MultiprocessMode.SUM).register(tallystick);
      return () -> {
        for (int i = 0; i < UPDATES; i++) {
          jobs.inc();
          jobs.inc(0.5);
          sizes.observe(2);
          times.observe(3);
          heat.inc();
        }
      };
    }
  }
}
