package io.tallystick.jmh;

import io.tallystick.jmh.report.Figures;
import io.tallystick.merge.Retirement;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.Directory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;

/**
 * How long does it take to retire 30,000 dead processes, and what does a scrape cost after?
 *
 * <p>Figures are of one run in a cold JVM, as the command has. Prints them as JSON; fails where the
 * total of a scrape is not what the dead had counted.
 *
 * <p>Arguments: files, series per file, files per worker JVM.
 */
public final class DeadProcesses {
  private static final int SCRAPES = 21;

  private final SharedMemory memory = new SharedMemory();
  private final int files;
  private final int series;
  private final int filesPerWorker;

  private DeadProcesses(int files, int series, int filesPerWorker) {
    this.files = files;
    this.series = series;
    this.filesPerWorker = filesPerWorker;
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException, InterruptedException {
    System.out.println(Arguments.orEnd(() -> parse(args)).measure().toJson());
  }

  private static DeadProcesses parse(String[] args) {
    Arguments arguments = new Arguments("DeadProcesses [FILES [SERIES [PER_WORKER]]]", args, 3);
    return new DeadProcesses(
        arguments.number(0, "files", 1_000_000, 30_000),
        arguments.number(1, "series", 1_000_000, 50),
        arguments.number(2, "perWorker", 100_000, 1_000));
  }

  private Figures measure() throws IOException, InterruptedException {
    DeadFiles.make(memory.directory(), files, series, filesPerWorker);
    Figures figures = new Figures();
    figures.put("files", DeadFiles.count(memory.directory()));
    figures.put("seriesPerFile", series);
    figures.put("fileBytes", memory.lengthBytes());

    Retirement retirement =
        new Retirement(
            Directory.open(memory.directory()),
            Scraper.DEFAULT_DEAD_GAUGE_RETENTION,
            Clock.systemUTC());
    long start = System.nanoTime();
    Retirement.Report report = retirement.run();
    figures.put("retireSeconds", (System.nanoTime() - start) / 1e9);
    figures.put("folded", report.folded());
    figures.put("filesLeft", DeadFiles.count(memory.directory()));
    figures.put("retiredFileBytes", memory.lengthBytes());
    scrape(figures);
    return figures;
  }

  private void scrape(Figures figures) throws IOException {
    double[] ms = new double[SCRAPES];
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Scraper scraper = Scraper.open(memory.directory())) {
      for (int i = 0; i < SCRAPES; i++) {
        out.reset();
        long start = System.nanoTime();
        scraper.write(TextFormat.PROMETHEUS, out);
        ms[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    figures.put("firstScrapeMs", ms[0]);
    Arrays.sort(ms);
    figures.put("medianScrapeMs", ms[SCRAPES / 2]);

    double total = SampleLines.sum(out.toString(StandardCharsets.UTF_8), DeadFiles.FAMILY);
    double expected = (double) files * series * DeadFiles.COUNT;
    figures.put("total", total);
    if (total != expected) {
      throw new IllegalStateException("total wrong: expected=" + expected + " scraped=" + total);
    }
  }
}
