package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TotalsCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Histograms and summaries, scraped while other processes observe, and when they were killed. */
@Timeout(120)
final class TornHistogramIT {
  private static final int SCRAPES = 3_000;
  private static final int THREADS = 2;

  @Test
  void shouldShowNoSumThatItsCountLacksWhenProcessesObserveAndAreKilled() throws Exception {
    try (TempDirectory directory = TempDirectory.create();
        ChildJvm owners = observer(directory, 64).start();
        ChildJvm ownersByAddress = observer(directory, 64).opensInternals().start();
        ChildJvm sharers = observer(directory, 0).start();
        Scraper scraper = Scraper.open(directory.path())) {
      owners.await("observing");
      ownersByAddress.await("observing");
      sharers.await("observing");
      TotalsCheck check = new TotalsCheck();
      double before = Samples.ofApplications(scraper).get("sizes_count");
      for (int i = 0; i < SCRAPES; i++) {
        check.take(Samples.ofApplications(scraper));
      }
      owners.kill();
      check.take(Samples.ofApplications(scraper));
      ownersByAddress.kill();
      check.take(Samples.ofApplications(scraper));
      sharers.kill();
      Map<String, Double> last = Samples.ofApplications(scraper);
      check.take(last);

      assertThat(last.get("sizes_count")).isGreaterThan(before + SCRAPES);
      double inFlight = 3 * THREADS;
      assertThat(last.get("sizes_count") - last.get("sizes_sum")).isBetween(0.0, inFlight);
      assertThat(last.get("bounds_count") - last.get("bounds_sum")).isBetween(0.0, inFlight);
      assertThat(last.get("times_count") - last.get("times_sum")).isBetween(0.0, inFlight);
      assertThat(Math.abs(last.get("sizes_count") - last.get("times_count")))
          .isLessThanOrEqualTo(inFlight);
    }
  }

  private static ChildJvm.Builder observer(TempDirectory directory, int columns) {
    return ChildJvm.of(Observer.class).arguments(directory.path(), columns);
  }

  /** A JVM that observes 1 as fast as it can. */
  static final class Observer {
    private Observer() {}

    public static void main(String[] args) throws IOException {
      Tallystick tallystick =
          Tallystick.builder()
              .directory(Path.of(args[0]))
              .columns(Integer.parseInt(args[1]))
              .open();
      Histogram sizes =
          Histogram.builder().name("sizes").classicUpperBounds(0.5, 1, 2).register(tallystick);
      Histogram bounds =
          Histogram.builder()
              .name("bounds")
              .classicOnly()
              .classicUpperBounds(0.5, 1, 2)
              .register(tallystick);
      Summary times = Summary.builder().name("times").register(tallystick);
      for (int i = 0; i < THREADS; i++) {
        new Thread(() -> observe(sizes, bounds, times)).start();
      }
      System.out.println("observing");
      while (System.in.read() >= 0) {
        // its parent kills it, or ends
      }
      Runtime.getRuntime().halt(0);
    }

    private static void observe(Histogram sizes, Histogram bounds, Summary times) {
      while (true) {
        sizes.observe(1.0);
        bounds.observe(1.0);
        times.observe(1.0);
      }
    }
  }
}
