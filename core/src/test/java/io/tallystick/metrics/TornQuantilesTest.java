package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantiles, scraped while threads observe as fast as they can. */
@Timeout(120)
final class TornQuantilesTest {
  private static final int SCRAPES = 3_000;
  private static final double ERROR = 0.02;

  /** One thread observes 1, 2, 3, ...: of such observations each quantile says all the others. */
  @ParameterizedTest(name = "{0} columns")
  @ValueSource(ints = {0, 8})
  void shouldShowQuantilesOfOneMomentWhenScrapedDuringObservations(int columns) throws Exception {
    AtomicBoolean stopped = new AtomicBoolean();
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).columns(columns).open();
        Scraper outside = Scraper.open(directory.path())) {
      Summary summary =
          Summary.builder()
              .name("latency")
              .quantile(0, 0)
              .quantile(0.1, ERROR)
              .quantile(0.5, ERROR)
              .quantile(0.9, ERROR)
              .quantile(1, 0)
              .maxAgeSeconds(3_600)
              .register(tallystick);
      Thread observer =
          new Thread(
              () -> {
                for (long i = 1; !stopped.get(); i++) {
                  summary.observe((double) i);
                }
              });
      observer.start();
      try {
        double before = 0;
        for (int i = 0; i < SCRAPES; i++) {
          Map<String, Double> samples =
              Samples.ofApplications(i % 2 == 0 ? outside : tallystick.scraper());
          double last = samples.get("latency{quantile=\"1.0\"}");
          if (Double.isNaN(last)) {
            continue; // there is none yet
          }
          assertThat(last).isGreaterThanOrEqualTo(Math.max(before, samples.get("latency_count")));
          assertThat(samples.get("latency{quantile=\"0.0\"}")).isEqualTo(1);
          for (double rank : new double[] {0.1, 0.5, 0.9}) {
            assertThat(samples.get("latency{quantile=\"" + rank + "\"}"))
                .isBetween((rank - ERROR) * last - 1, (rank + ERROR) * last + 1);
          }
          before = last;
        }
        assertThat(before).isGreaterThan(SCRAPES);
      } finally {
        stopped.set(true);
        observer.join();
      }
    }
  }

  @Test
  void shouldLoseNoObservationWhenThreadsMeetInSharedColumns() throws Exception {
    int threads = 4;
    int each = 100_000;
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.builder().directory(directory.path()).columns(0).open();
        Scraper outside = Scraper.open(directory.path())) {
      Summary summary =
          Summary.builder()
              .name("latency")
              .quantile(0, 0)
              .quantile(0.25, 0.01)
              .quantile(0.5, 0.01)
              .quantile(1, 0)
              .maxAgeSeconds(3_600)
              .register(tallystick);
      Thread[] observers = new Thread[threads];
      for (int i = 0; i < threads; i++) {
        int first = i + 1;
        observers[i] =
            new Thread(
                () -> {
                  for (int j = 0; j < each; j++) {
                    summary.observe(first + j * threads);
                  }
                });
        observers[i].start();
      }
      for (Thread observer : observers) {
        observer.join();
      }

      Map<String, Double> samples = Samples.ofApplications(outside);
      double total = threads * each;
      assertThat(samples)
          .containsEntry("latency_count", total)
          .containsEntry("latency_sum", total * (total + 1) / 2)
          .containsEntry("latency{quantile=\"0.0\"}", 1.0)
          .containsEntry("latency{quantile=\"1.0\"}", total);
      for (double rank : new double[] {0.25, 0.5}) {
        assertThat(samples.get("latency{quantile=\"" + rank + "\"}"))
            .isBetween((rank - 0.01) * total - 1, (rank + 0.01) * total + 1);
      }
    }
  }
}
