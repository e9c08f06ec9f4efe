package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.testing.Seed;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.View;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A directory's text is the same whether it is written directly or by way of snapshots. */
class WaysOutTest {
  private static final int DIRECTORIES = 60;

  @Test
  @SuppressWarnings("try") // closes early on purpose
  void shouldWriteTheSameTextWhenClientJavaWritesTheSnapshots() throws IOException {
    for (int i = 0; i < DIRECTORIES; i++) {
      long seed = Seed.next();
      try (TempDirectory directory = TempDirectory.create();
          RandomDirectory processes = new RandomDirectory(new Random(seed), directory.path());
          Scraper outside = Scraper.open(directory.path())) {
        Scraper within = processes.scraperWithin();
        if (within != null) {
          assertSameText(within, seed);
        }
        assertSameText(outside, seed);
        processes.close();
        assertSameText(outside, seed);
      }
    }
  }

  private static void assertSameText(Scraper scraper, long seed) throws IOException {
    for (View view : View.texts()) {
      List<String> direct = view.of(scraper, WaysOutTest::isSteady);
      MetricSnapshots snapshots = scraper.snapshots(WaysOutTest::isSteady);
      if (!view.canShow(snapshots)) {
        continue;
      }
      assertThat(direct)
          .as("%s, %s", view, Seed.describe(seed))
          .hasSizeGreaterThan(10)
          .isEqualTo(view.of(snapshots));
    }
  }

  /** Whether another scrape shows it as this one does. */
  private static boolean isSteady(String name) {
    return !name.equals("tallystick_scrape_duration_seconds") && !name.equals("tallystick_bytes");
  }
}
