package io.tallystick.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ScrapeWatchTest {
  @Test
  void shouldNoteNothingWhenTotalsGoUpOrStay() throws Exception {
    ScrapeWatch watch = watch(totals(3, 3), totals(3, 3), totals(9, 9));

    assertThat(watch.faults()).isEmpty();
    assertThat(watch).hasToString("3 scrapes, lowest step of the total 0, highest 6");
  }

  @Test
  void shouldNameTheCounterWhenItGoesDown() throws Exception {
    assertThat(watch(totals(3, 3), totals(2, 3)).faults())
        .containsExactly("total went down: name=demo_requests_total path=/ before=3 after=2");
  }

  @Test
  void shouldNameTheHistogramWhenItGoesDown() throws Exception {
    assertThat(watch(totals(3, 3), totals(3, 1)).faults())
        .containsExactly(
            "total went down: name=demo_request_duration_seconds path=/ before=3 after=1");
  }

  @Test
  void shouldNoteEachTotalThatIsGone() throws Exception {
    assertThat(watch(totals(3, 3), ScrapedTotals.NONE).faults()).hasSize(2);
  }

  private static ScrapeWatch watch(ScrapedTotals... scrapes) throws Exception {
    Iterator<ScrapedTotals> next = List.of(scrapes).iterator();
    ScrapeWatch watch = new ScrapeWatch(next::next);
    while (next.hasNext()) {
      watch.scrape();
    }
    return watch;
  }

  private static ScrapedTotals totals(long requests, long observations) {
    return new ScrapedTotals(Map.of("/", requests), Map.of("/", observations), List.of(0.0));
  }
}
