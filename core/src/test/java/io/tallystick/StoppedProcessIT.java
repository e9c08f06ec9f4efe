package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallystick.merge.Retirement;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that does nothing for as long as one likes is not a dead one. */
@Timeout(60)
final class StoppedProcessIT {
  private static final Clock NEXT_DAY = Clock.offset(Clock.systemUTC(), Duration.ofDays(1));

  @Test
  void shouldTakeAStoppedProcessForALivingOneUntilItIsKilled() throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "no /proc to see a stopped process in");
    try (TempDirectory directory = TempDirectory.create();
        ChildJvm child = ChildJvm.of(MeasuringProcess.class).arguments(directory.path()).start();
        Scraper scraper =
            Scraper.of(Directory.open(directory.path()), null, Duration.ofHours(1), NEXT_DAY)) {
      child.await("measured");
      stop(child);

      Retirement.Report report =
          new Retirement(Directory.open(directory.path()), Duration.ofHours(1), NEXT_DAY).run();
      assertThat(report).isEqualTo(new Retirement.Report(0, 0, false));
      assertThat(Samples.of(scraper))
          .containsEntry("jobs_total", 3.0)
          .containsEntry("every{pid=\"" + child.pid() + "\"}", 1.5)
          .containsEntry("every_live{pid=\"" + child.pid() + "\"}", 2.5)
          .containsEntry("sum_live", 4.5)
          .containsEntry("tallystick_process_files{state=\"live\"}", 1.0);

      child.kill();
      assertThat(Samples.ofApplications(scraper)).isEqualTo(Map.of("jobs_total", 3.0));
    }
  }

  private static void stop(ChildJvm child) throws Exception {
    int exit =
        new ProcessBuilder("kill", "-STOP", Long.toString(child.pid()))
            .inheritIO()
            .start()
            .waitFor();
    assertThat(exit).isZero();
    Path status = Path.of("/proc", Long.toString(child.pid()), "status");
    Await.until("process is stopped", () -> Files.readString(status).contains("State:\tT"));
  }

  /** A JVM with gauges. */
  static final class MeasuringProcess {
    private MeasuringProcess() {}

    public static void main(String[] args) throws IOException {
      Tallystick tallystick = Tallystick.open(Path.of(args[0]));
      Counter.builder().name("jobs_total").register(tallystick).inc(3);
      Gauge.builder().name("every").register(tallystick).set(1.5);
      gauge("every_live", MultiprocessMode.LIVEALL, tallystick).set(2.5);
      gauge("sum_live", MultiprocessMode.LIVESUM, tallystick).set(4.5);
      System.out.println("measured");
      while (System.in.read() >= 0) {
        // its parent kills it, or ends
      }
      Runtime.getRuntime().halt(0);
    }

    private static Gauge gauge(String name, MultiprocessMode mode, Tallystick tallystick) {
      return Gauge.builder().name(name).multiprocessMode(mode).register(tallystick);
    }
  }
}
