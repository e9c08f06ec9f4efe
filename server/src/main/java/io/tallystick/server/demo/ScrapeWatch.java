package io.tallystick.server.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Scrapes again and again, and notes every total that is lower than it was before. */
final class ScrapeWatch {
  private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  private final Source source;
  private final List<String> faults = new ArrayList<>();
  private ScrapedTotals last = ScrapedTotals.NONE;
  private int scrapes;
  private long lowestStep = Long.MAX_VALUE;
  private long highestStep = Long.MIN_VALUE;

  ScrapeWatch(Source source) {
    this.source = source;
  }

  /** Scrapes once a second, and at least twice, for a time. */
  void during(Duration duration) throws IOException, InterruptedException {
    long endNs = System.nanoTime() + duration.toNanos();
    long intervalNs = Math.min(INTERVAL_NS, duration.toNanos() / 2);
    for (long leftNs = duration.toNanos(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(leftNs, intervalNs));
      scrape();
    }
  }

  /** Scrapes once. */
  ScrapedTotals scrape() throws IOException, InterruptedException {
    ScrapedTotals now = source.scrape();
    noteLower(DemoRequests.REQUESTS, last.requests(), now.requests());
    noteLower(DemoRequests.DURATION, last.observations(), now.observations());
    long step = now.total() - last.total();
    lowestStep = Math.min(lowestStep, step);
    highestStep = Math.max(highestStep, step);
    scrapes++;
    last = now;
    return now;
  }

  /** One line for each total that went down. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  @Override
  public String toString() {
    return "%d scrapes, lowest step of the total %d, highest %d"
        .formatted(scrapes, lowestStep, highestStep);
  }

  /** Where a scrape comes from. */
  @FunctionalInterface
  interface Source {
    ScrapedTotals scrape() throws IOException, InterruptedException;
  }

  private void noteLower(String name, Map<String, Long> before, Map<String, Long> now) {
    before.forEach(
        (path, value) -> {
          long after = now.getOrDefault(path, 0L);
          if (after < value) {
            faults.add(
                "total went down: name=%s path=%s before=%d after=%d"
                    .formatted(name, path, value, after));
          }
        });
  }
}
