package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.ExpositionText;
import io.tallystick.testing.Seed;
import io.tallystick.testing.TempDirectory;
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
    for (TextFormat format : TextFormat.values()) {
      List<String> direct = steady(ExpositionText.of(scraper, format));
      List<String> bySnapshots = steady(ExpositionText.of(scraper.snapshots(), format));
      assertThat(direct)
          .as("%s, %s", format, Seed.describe(seed))
          .hasSizeGreaterThan(10)
          .isEqualTo(bySnapshots);
    }
  }

  /** Without what another scrape shows differently. */
  private static List<String> steady(List<String> lines) {
    return ExpositionText.withoutFamilies(
        ExpositionText.withoutFamilies(lines, "tallystick_scrape_duration_seconds"),
        "tallystick_bytes");
  }
}
