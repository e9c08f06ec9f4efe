package io.tallystick.jmh;

import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Figures;
import io.tallystick.merge.Retirement;
import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.Directory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How long does it take to retire 30,000 dead processes, and what does a scrape cost after?
 *
 * <p>The dead are instances that worker JVMs opened, each in a directory of its own lest anyone
 * retire them, and halted without closing; their files are then moved into one directory. Figures
 * are of one run in a cold JVM, as the command has. Prints them as JSON; fails where the total of a
 * scrape is not what the dead had counted.
 *
 * <p>Arguments: files, series per file, files per worker JVM.
 */
public final class DeadProcesses {
  private static final int SCRAPES = 21;
  private static final int INCREMENTS = 3;
  private static final String FAMILY = "dead_requests_total";

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
    DeadProcesses dead =
        new DeadProcesses(
            argument(args, 0, 30_000), argument(args, 1, 50), argument(args, 2, 1_000));
    System.out.println(dead.measure().toJson());
  }

  private static int argument(String[] args, int index, int otherwise) {
    return index < args.length ? Integer.parseInt(args[index]) : otherwise;
  }

  private Figures measure() throws IOException, InterruptedException {
    for (int made = 0; made < files; made += filesPerWorker) {
      die(Math.min(filesPerWorker, files - made));
    }
    Figures figures = new Figures();
    figures.put("files", count());
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
    figures.put("filesLeft", count());
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

    double total = SampleLines.sum(out.toString(StandardCharsets.UTF_8), FAMILY);
    double expected = (double) files * series * INCREMENTS;
    figures.put("total", total);
    if (total != expected) {
      throw new IllegalStateException("total wrong: expected=" + expected + " scraped=" + total);
    }
  }

  /** How many process files there are. */
  private long count() throws IOException {
    try (Stream<Path> paths = Files.list(memory.directory())) {
      return paths.filter(DeadProcesses::isProcessFile).count();
    }
  }

  private static boolean isProcessFile(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".tally") && !name.equals("retired.tally");
  }

  /** Has a JVM write process files and die, and moves them where they are measured. */
  private void die(int count) throws IOException, InterruptedException {
    Path staging = new SharedMemory().directory();
    Path log = staging.resolve("log");
    Process worker =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                staging.toString(),
                Integer.toString(count),
                Integer.toString(series))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (worker.waitFor() != Worker.EXIT_CODE) {
      throw new IOException("worker failed: " + Files.readString(log));
    }
    move(staging);
  }

  private void move(Path staging) throws IOException {
    List<Path> found;
    try (Stream<Path> paths = Files.walk(staging)) {
      found = paths.filter(path -> isProcessFile(path) || isLockOfProcess(path)).toList();
    }
    for (Path path : found) {
      Files.move(path, memory.directory().resolve(path.getFileName()));
    }
  }

  private static boolean isLockOfProcess(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".lock") && !name.equals("retire.lock") && !name.equals("series.lock");
  }

  /** A JVM that opens many instances and halts: each of them is a dead process then. */
  static final class Worker {
    static final int EXIT_CODE = 42; // not one that a JVM ends with by itself

    private Worker() {}

    /** Arguments: directory, instances, series of each. */
    public static void main(String[] args) throws IOException {
      Path staging = Path.of(args[0]);
      int instances = Integer.parseInt(args[1]);
      int series = Integer.parseInt(args[2]);
      for (int instance = 0; instance < instances; instance++) {
        Path directory = Files.createTempDirectory(staging, "process-");
        count(Tallystick.builder().directory(directory).open(), series);
      }
      Runtime.getRuntime().halt(EXIT_CODE);
    }

    private static void count(Tallystick tallystick, int series) {
      SeriesNames names = new SeriesNames(1, series, "/shop");
      Counter counter =
          Counter.builder()
              .name(FAMILY)
              .help("Requests served.")
              .labelNames("path", "status")
              .register(tallystick);
      for (int i = 0; i < series; i++) {
        counter.labelValues(names.path(i), names.status(i)).inc(INCREMENTS);
      }
    }
  }
}
