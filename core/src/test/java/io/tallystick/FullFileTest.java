package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.scrape.Scraper;
import io.tallystick.testing.CapturedLog;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process file that has reached its limit. */
@Timeout(60)
final class FullFileTest {
  private static final long LIMIT_BYTES = 64 << 10;
  private static final int SERIES = 9_000;

  private TempDirectory directory;
  private CapturedLog log;

  @BeforeEach
  void createDirectory() throws IOException {
    directory = TempDirectory.create();
    log = CapturedLog.open();
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    log.close();
    directory.close();
  }

  @Test
  void shouldCountInTheHeapAndSaySoWhenTheFileIsAtItsLimit() throws Exception {
    try (Tallystick tallystick = open(64);
        Scraper outside = Scraper.open(directory.path())) {
      List<CounterDataPoint> jobs = jobs(tallystick);
      for (int i = 0; i < SERIES; i++) {
        jobs.get(i).inc(i);
        jobs.get(i).inc(0.5);
      }

      Map<String, Double> own = Samples.of(tallystick.scraper());
      Map<String, Double> others = Samples.of(outside);
      double unshared = own.get("tallystick_unshared_series");
      assertThat(unshared).isBetween(1.0, SERIES - 1.0);
      assertThat(others).containsEntry("tallystick_unshared_series", unshared);
      int shared = (int) (SERIES - unshared);
      for (int i = 0; i < SERIES; i++) {
        String name = "jobs_total{job=\"" + i + "\"}";
        assertThat(own.get(name)).as(name).isEqualTo(i + 0.5);
        assertThat(others.get(name)).as(name).isEqualTo(i < shared ? i + 0.5 : null);
      }
      assertThat(RegistrarAccess.path(tallystick, directory.path()).toFile().length())
          .isLessThanOrEqualTo(LIMIT_BYTES);
      assertThat(log.messages()).singleElement().asString().contains("raise tallystick.maxBytes");
    }
  }

  @Test
  void shouldShowAllTypesWhenTheyDidNotFit() throws Exception {
    try (Tallystick tallystick = open(64)) {
      jobs(tallystick);
      Histogram.builder().name("sizes").classicUpperBounds(1).register(tallystick).observe(2);
      Gauge.builder()
          .name("temperature")
          .multiprocessMode(MultiprocessMode.SUM)
          .register(tallystick)
          .set(-3);

      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry("sizes_count", 1.0)
          .containsEntry("sizes_sum", 2.0)
          .containsEntry("temperature", -3.0);
    }
  }

  @Test
  void shouldCountExactlyWhenThereIsNoRoomForColumns() throws Exception {
    try (Tallystick tallystick = open(64)) {
      List<CounterDataPoint> jobs = jobs(tallystick);
      CounterDataPoint shared = jobs.get(0);
      CounterDataPoint unshared = jobs.get(SERIES - 1);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Thread thread =
            new Thread(
                () -> {
                  for (int j = 0; j < 100_000; j++) {
                    shared.inc();
                    unshared.inc();
                  }
                });
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(Samples.of(tallystick.scraper()))
          .containsEntry("jobs_total{job=\"0\"}", 400_000.0)
          .containsEntry("jobs_total{job=\"" + (SERIES - 1) + "\"}", 400_000.0);
    }
  }

  @Test
  void shouldKeepTheSharedPartWhenTheProcessHasEnded() throws Exception {
    double unshared;
    try (Tallystick tallystick = open(64)) {
      jobs(tallystick).forEach(job -> job.inc(2));
      unshared = Samples.of(tallystick.scraper()).get("tallystick_unshared_series");
    }

    try (Scraper outside = Scraper.open(directory.path())) {
      Map<String, Double> others = Samples.ofApplications(outside);
      assertThat(others).hasSize((int) (SERIES - unshared));
      assertThat(others.values()).containsOnly(2.0);
    }
  }

  private Tallystick open(int columns) {
    return Tallystick.builder()
        .directory(directory.path())
        .columns(columns)
        .segmentCells(64)
        .maxBytes(LIMIT_BYTES)
        .open();
  }

  /** More series than the file has room for. */
  private static List<CounterDataPoint> jobs(Tallystick tallystick) {
    Counter jobs = Counter.builder().name("jobs_total").labelNames("job").register(tallystick);
    List<CounterDataPoint> points = new ArrayList<>();
    for (int i = 0; i < SERIES; i++) {
      points.add(jobs.labelValues(Integer.toString(i)));
    }
    return points;
  }
}
