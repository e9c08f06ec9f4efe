package io.tallystick.jmh;

import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Rows;
import io.tallystick.merge.Retirement;
import io.tallystick.metrics.Counter;
import io.tallystick.replication.FailureCategory;
import io.tallystick.replication.ReplicationListener;
import io.tallystick.replication.Replicator;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import io.tallystick.shm.Directory;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Publication;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How do the time and the memory of a scrape, a publication and a retirement grow?
 *
 * <p>With the series of one process, the processes of a directory, the columns of a file, and the
 * hosts of a fleet, one of them at a time. Times are medians in one JVM: of a warm scraper, of the
 * first publication of fresh replicators to a store in the heap, of retirements of files whose
 * processes have died. The heap is what a scraper keeps after its first scrape. Prints a row for
 * each as JSON.
 *
 * <p>Argument: {@code --full} for up to a million series and a thousand processes; a tenth
 * otherwise.
 */
public final class Growth {
  private static final int SERIES_OF_PROCESS = 100;
  private static final int SERIES_OF_COLUMNS = 1_000;
  private static final int SERIES_OF_HOST = 1_000;
  private static final int SERIES_TO_WARM_UP = 10_000;
  private static final int FILES_PER_WORKER = 250;

  /** As many of one size as there may be: some are deleted, but mapped until they are collected. */
  private static final int DIRECTORIES_AT_ONCE = 8;

  private static final int LEAST_TIMES = 3;
  private static final long LEAST_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int PATIENCE_SECONDS = 120;
  private static final Duration LEASE = Duration.ofMinutes(5);

  private final Rows rows = new Rows();

  private Growth() {}

  /** Prints the figures. */
  public static void main(String[] args) throws Exception {
    boolean full = Arguments.orEnd(() -> isFull(args));
    int mostSeries = full ? 1_000_000 : 100_000;
    // Warms up, lest the first size be the slowest.
    long bytes = new Growth().processes("", 0, 1, SERIES_TO_WARM_UP);
    long neededBytes = bytes * (mostSeries / SERIES_TO_WARM_UP) * DIRECTORIES_AT_ONCE;
    if (SharedMemory.freeBytes() < neededBytes) {
      System.err.println(
          "too little shared memory: freeBytes="
              + SharedMemory.freeBytes()
              + " neededBytes="
              + neededBytes);
      System.exit(2);
    }
    Growth growth = new Growth();
    for (int series = 1_000; series <= mostSeries; series *= 10) {
      long unused = growth.processes("series", series, 1, series);
    }
    for (int processes = 1; processes <= (full ? 1_000 : 100); processes *= 10) {
      long unused = growth.processes("processes", processes, processes, SERIES_OF_PROCESS);
    }
    for (int columns = 1; columns <= 64; columns *= 4) {
      growth.columns(columns);
    }
    for (int hosts = 1; hosts <= 100; hosts *= 10) {
      growth.hosts(hosts);
    }
    System.out.println(growth.rows.toJson());
  }

  private static boolean isFull(String[] args) {
    Arguments arguments = new Arguments("Growth [--full]", args, 1);
    if (arguments.count() > 0 && !arguments.word(0).equals("--full")) {
      throw arguments.wrong("no such option: " + arguments.word(0));
    }
    return arguments.count() > 0;
  }

  /** Returns the bytes of the directory. */
  private long processes(String dimension, int size, int processes, int series) throws Exception {
    SharedMemory memory = new SharedMemory();
    List<Tallystick> opened = new ArrayList<>();
    for (int process = 0; process < processes; process++) {
      opened.add(open(memory, 2 * series * processes));
      register(opened.get(process), series, "/shop-" + process).run();
    }
    scrapes(dimension, size, memory, processes * series);
    add(dimension, size, "publication", medianMs(() -> publicationMs(memory)));
    long bytes = memory.lengthBytes();
    opened.forEach(Tallystick::close);
    memory.delete();
    add(dimension, size, "retirement", medianMs(() -> retirementMs(processes, series)));
    return bytes;
  }

  private void columns(int columns) throws Exception {
    SharedMemory memory = new SharedMemory();
    try (Tallystick tallystick = open(memory, 2 * SERIES_OF_COLUMNS)) {
      Runnable updates = register(tallystick, SERIES_OF_COLUMNS, "/shop");
      ColumnOwners owners = ColumnOwners.start(columns, memory.directory(), updates);
      try {
        scrapes("columns", columns, memory, SERIES_OF_COLUMNS);
        add("columns", columns, "publication", medianMs(() -> publicationMs(memory)));
      } finally {
        owners.close();
      }
    }
    memory.delete();
  }

  private void hosts(int hosts) throws Exception {
    try (MemoryStore store = MemoryStore.open()) {
      Ledger ledger = store.ledger();
      FamilyValues family = PublishedSeries.family(SERIES_OF_HOST, SERIES_OF_HOST, 1);
      for (int host = 0; host < hosts; host++) {
        publish(ledger, "host-" + host, 1, family);
      }
      long[] version = {1};
      add("hosts", hosts, "fleet read", medianMs(() -> ms(() -> ledger.read().size())));
      add(
          "hosts",
          hosts,
          "publication",
          medianMs(() -> ms(() -> publish(ledger, "host-0", ++version[0], family))));
      add(
          "hosts",
          hosts,
          "retirement",
          medianMs(
              () -> {
                String source = "late-" + ++version[0];
                publish(ledger, source, 1, family);
                return ms(() -> ledger.retire(source));
              }));
    }
  }

  private void scrapes(String dimension, int size, SharedMemory memory, int series)
      throws Exception {
    long heapBefore = heapBytes();
    try (Scraper scraper = Scraper.open(memory.directory())) {
      long lines = lines(scraper);
      if (lines != series) {
        throw new IllegalStateException("series missing: expected=" + series + " found=" + lines);
      }
      long heapBytes = heapBytes() - heapBefore;
      double ms = medianMs(() -> ms(() -> write(scraper)));
      rows.add()
          .put("dimension", dimension)
          .put("operation", "scrape")
          .put("size", size)
          .put("ms", ms)
          .put("heapBytes", heapBytes)
          .put("fileBytes", memory.lengthBytes());
    }
  }

  private void add(String dimension, int size, String operation, double ms) {
    rows.add()
        .put("dimension", dimension)
        .put("operation", operation)
        .put("size", size)
        .put("ms", ms);
  }

  private static Tallystick open(SharedMemory memory, int most) {
    return memory.open(builder -> builder.maxSeriesPerMetric(most).maxSeriesPerDirectory(2 * most));
  }

  /** Makes series; what is returned adds one to each. */
  private static Runnable register(Tallystick tallystick, int series, String prefix) {
    SeriesNames names = new SeriesNames(1, series, prefix);
    Counter counter =
        Counter.builder()
            .name(names.family(0))
            .help("Requests served.")
            .labelNames("path", "status")
            .register(tallystick);
    List<Runnable> updates = new ArrayList<>();
    for (int i = 0; i < series; i++) {
      updates.add(counter.labelValues(names.path(i), names.status(i))::inc);
    }
    return () -> updates.forEach(Runnable::run);
  }

  /** The samples of a first scrape. */
  private static long lines(Scraper scraper) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    scraper.write(TextFormat.PROMETHEUS, text);
    return SampleLines.count(text.toString(StandardCharsets.UTF_8), "shop_requests_");
  }

  private static long write(Scraper scraper) throws IOException {
    CountingSink sink = new CountingSink();
    scraper.write(TextFormat.PROMETHEUS, sink);
    return sink.bytes();
  }

  /** From the start of a replicator until a store has taken in its first publication. */
  private static double publicationMs(SharedMemory memory) throws Exception {
    CountDownLatch published = new CountDownLatch(1);
    try (MemoryStore store = MemoryStore.open()) {
      long startNs = System.nanoTime();
      try (Replicator replicator =
          Replicator.builder()
              .directory(Directory.open(memory.directory()))
              .ledger(store::ledger)
              .listener(new Published(published))
              .start()) {
        if (!published.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new TimeoutException("nothing published: elected=" + replicator.isElected());
        }
        return (System.nanoTime() - startNs) / 1e6;
      }
    }
  }

  private static double retirementMs(int processes, int series) throws Exception {
    SharedMemory memory = new SharedMemory();
    DeadFiles.make(memory.directory(), processes, series, FILES_PER_WORKER);
    Retirement retirement =
        new Retirement(
            Directory.open(memory.directory()),
            Scraper.DEFAULT_DEAD_GAUGE_RETENTION,
            Clock.systemUTC());
    double ms = ms(retirement::run);
    if (DeadFiles.count(memory.directory()) != 0) {
      throw new IllegalStateException("not all files were retired: processes=" + processes);
    }
    memory.delete();
    return ms;
  }

  private static Ledger.Result publish(
      Ledger ledger, String source, long version, FamilyValues family) {
    Ledger.Result result =
        ledger.publish(Publication.ofAll(source, version, List.of(family), LEASE));
    if (result != Ledger.Result.ACCEPTED) {
      throw new IllegalStateException("not published: source=" + source + " result=" + result);
    }
    return result;
  }

  /** The milliseconds of one call. */
  private static double ms(Callable<?> call) throws Exception {
    long startNs = System.nanoTime();
    Object unused = call.call();
    return (System.nanoTime() - startNs) / 1e6;
  }

  /** The median of as many as fit into half a second, after as many to warm up; three at least. */
  private static double medianMs(Callable<Double> measurement) throws Exception {
    double[] warmUp = times(measurement);
    double[] ms = warmUp.length == LEAST_TIMES ? warmUp : times(measurement);
    Arrays.sort(ms);
    return ms[ms.length / 2];
  }

  private static double[] times(Callable<Double> measurement) throws Exception {
    List<Double> ms = new ArrayList<>();
    long startNs = System.nanoTime();
    while (ms.size() < LEAST_TIMES || System.nanoTime() - startNs < LEAST_NS) {
      ms.add(measurement.call());
    }
    return ms.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Waits for the first publication. */
  private record Published(CountDownLatch latch) implements ReplicationListener {
    @Override
    public void published(boolean all, long series, long bytes) {
      latch.countDown();
    }

    @Override
    public void leftOut(long series) {}

    @Override
    public void failed(FailureCategory category) {}

    @Override
    public void skipped(long cycles) {}

    @Override
    public void inspected(long live, long retired) {}
  }
}
