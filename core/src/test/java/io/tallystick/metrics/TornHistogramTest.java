package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FileColumns;
import io.tallystick.testing.Await;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TotalsCheck;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Histograms and summaries, scraped while threads observe as fast as they can. */
@Timeout(120)
final class TornHistogramTest {
  private static final int SCRAPES = 2_000;

  @ParameterizedTest(name = "{1} threads, {0} columns")
  @CsvSource({"64, 2", "0, 3", "2, 4"})
  void shouldShowNoSumThatItsCountLacksWhenScrapedDuringObservations(int columns, int threads)
      throws Exception {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).columns(columns).open();
        Scraper outside = Scraper.open(directory.path());
        Observers observers = new Observers(tallystick, threads)) {
      Await.until(
          "columns are granted",
          () ->
              FileColumns.owned(RegistrarAccess.file(tallystick), directory.path()).size()
                  == Math.min(columns, threads));
      TotalsCheck check = new TotalsCheck();
      for (int i = 0; i < SCRAPES; i++) {
        check.take(Samples.ofApplications(i % 2 == 0 ? outside : tallystick.scraper()));
      }

      double observed = observers.stop();
      assertThat(observed).isGreaterThan(SCRAPES);
      assertThat(Samples.ofApplications(outside))
          .containsAllEntriesOf(
              Map.of(
                  "sizes_sum", observed,
                  "sizes_count", observed,
                  "bounds_sum", observed,
                  "bounds_count", observed,
                  "times_sum", observed,
                  "times_count", observed));
    }
  }

  @Test
  void shouldKeepAnObservationInOneColumnWhenThreadsMeetInSharedOnes() throws Exception {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick = Tallystick.builder().directory(directory.path()).columns(0).open();
        Observers observers = new Observers(tallystick, 4)) {
      Await.until("shared columns are added", () -> shared(tallystick, directory).size() > 1);
      long observed = observers.observed();
      Await.until("they are used", () -> observers.observed() > observed + 5_000_000);
      long total = observers.stop();

      List<LongBuffer> columns = shared(tallystick, directory);
      long counted = 0;
      long summarized = 0;
      for (LongBuffer column : columns) {
        long count = 0;
        for (int i = 0; i < 4; i++) {
          count += column.get(1 + i);
        }
        assertThat(Double.longBitsToDouble(column.get(0)))
            .as("histogram")
            .isEqualTo((double) count);
        assertThat(Double.longBitsToDouble(column.get(5)))
            .as("summary")
            .isEqualTo((double) column.get(6));
        counted += count;
        summarized += column.get(6);
      }
      assertThat(counted).isEqualTo(total);
      assertThat(summarized).isEqualTo(total);
    }
  }

  /** The columns of the classic cells, of which the histogram's five come first. */
  private static List<LongBuffer> shared(Tallystick tallystick, TempDirectory directory)
      throws IOException, CorruptFileException {
    return FileColumns.shared(RegistrarAccess.file(tallystick), directory.path());
  }

  /** Threads that observe 1 until they are stopped. */
  private static final class Observers implements AutoCloseable {
    private final LongAdder observed = new LongAdder();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    Observers(Tallystick tallystick, int count) {
      Histogram sizes =
          Histogram.builder().name("sizes").classicUpperBounds(0.5, 1, 2).register(tallystick);
      Histogram bounds =
          Histogram.builder()
              .name("bounds")
              .classicOnly()
              .classicUpperBounds(0.5, 1, 2)
              .register(tallystick);
      Summary times = Summary.builder().name("times").register(tallystick);
      for (int i = 0; i < count; i++) {
        threads.add(new Thread(() -> observe(sizes, bounds, times)));
      }
      threads.forEach(Thread::start);
    }

    private void observe(Histogram sizes, Histogram bounds, Summary times) {
      while (!stopped) {
        sizes.observe(1.0);
        bounds.observe(1.0);
        times.observe(1.0);
        observed.increment();
      }
    }

    long observed() {
      return observed.sum();
    }

    /** Ends the threads and says how often each of the metrics observed. */
    long stop() throws InterruptedException {
      stopped = true;
      for (Thread thread : threads) {
        thread.join();
      }
      return observed();
    }

    @Override
    public void close() {
      stopped = true;
    }
  }
}
