package io.tallystick.testing;

import io.tallystick.scrape.Scraper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A thread that scrapes a directory without pause, by two scrapers in turn, and has each scrape
 * {@linkplain TotalsCheck checked}.
 */
public final class TotalsWatch implements AutoCloseable {
  private final Scraper[] scrapers;
  private final TotalsCheck check = new TotalsCheck();
  private final Thread thread = new Thread(this::run, "totals-watch");
  private volatile boolean stopped;
  private volatile Throwable fault;
  private volatile int scrapes;

  private TotalsWatch(Path directory) throws IOException {
    this.scrapers = new Scraper[] {Scraper.open(directory), Scraper.open(directory)};
  }

  public static TotalsWatch start(Path directory) throws IOException {
    TotalsWatch watch = new TotalsWatch(directory);
    watch.thread.start();
    return watch;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes it
  private void run() {
    try {
      while (!stopped) {
        check.take(Samples.ofApplications(scrapers[scrapes % scrapers.length]));
        scrapes++;
      }
    } catch (IOException | RuntimeException | Error e) {
      fault = e;
    }
  }

  /** How many scrapes there were; fails where one of them was wrong. */
  public int check() {
    Throwable present = fault;
    if (present != null) {
      throw new AssertionError("scrape is wrong: number=" + scrapes, present);
    }
    return scrapes;
  }

  /** Makes a last scrape and returns it. */
  public Map<String, Double> stop() throws IOException, InterruptedException {
    stopped = true;
    thread.join();
    Map<String, Double> last = Samples.ofApplications(scrapers[0]);
    check.take(last);
    check();
    return last;
  }

  @Override
  public void close() throws IOException {
    stopped = true;
    while (thread.isAlive()) {
      Thread.onSpinWait();
    }
    for (Scraper scraper : scrapers) {
      scraper.close();
    }
  }
}
