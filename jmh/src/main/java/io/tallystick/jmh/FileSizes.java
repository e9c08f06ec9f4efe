package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Rows;
import io.tallystick.metrics.Counter;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/**
 * How many bytes does a counter series take, in shared memory and in the heap?
 *
 * <p>A cold series was registered and never updated. Label text is the bytes of its label values.
 * Every thread that gets a column adds its own copy of the cells. Heap is what is used more after
 * the series were made than before, each time after a collection, with label values and resolved
 * data points; so it is of peers, too. Objects are those that can be reached from a registry with
 * the series, without those that can be from an empty one. Prints a row for each contender as JSON.
 */
public final class FileSizes {
  private static final int COLUMNS = 3;
  private static final SeriesNames NONE = new SeriesNames(10, 0, "/shop");
  private static final SeriesNames ALL = new SeriesNames(10, 10_000, "/shop");

  private final Rows rows = new Rows();

  private FileSizes() {}

  /** Prints the figures. */
  public static void main(String[] args) {
    long unused = HeapGraph.bytes(register(new SharedMemory(), NONE)); // loads what it takes
    FileSizes sizes = new FileSizes();
    sizes.tallystick();
    sizes.measure("client_java", names -> ScrapeTarget.clientJava(List.of(names), true));
    sizes.measure("Micrometer", names -> ScrapeTarget.micrometer(List.of(names)));
    sizes.measure("OpenTelemetry", names -> ScrapeTarget.openTelemetry(List.of(names)));
    System.out.println(sizes.rows.toJson());
  }

  private void tallystick() {
    SharedMemory memory = new SharedMemory();
    List<Registered> made = new ArrayList<>();
    Rows.Row row =
        measure(
            "Tallystick",
            names -> {
              made.add(register(names.count() == 0 ? new SharedMemory() : memory, names));
              return made.get(made.size() - 1);
            });
    double count = ALL.count();
    long coldBytes = memory.lengthBytes();
    row.put("fileBytesPerSeries", coldBytes / count);
    row.put("ofThemLabelText", ALL.labelBytes() / count);
    List<Long> columns = columnBytes(memory, made.get(made.size() - 1).counters());
    row.put("columnBytesPerSeries", columns.get(COLUMNS - 1) / count);
  }

  /** A process with its series: also one without any can be reached as a whole. */
  private record Registered(Tallystick tallystick, List<CounterDataPoint> counters) {}

  private Rows.Row measure(String contender, Function<SeriesNames, Object> registry) {
    long noneBytes = HeapGraph.bytes(registry.apply(NONE));
    long heapBefore = heapBytes();
    Object all = registry.apply(ALL);
    try {
      long heapBytes = heapBytes() - heapBefore;
      long objectBytes = HeapGraph.bytes(all) - noneBytes;
      return rows.add()
          .put("contender", contender)
          .put("heapBytesPerSeries", heapBytes / (double) ALL.count())
          .put("objectBytesPerSeries", objectBytes / (double) ALL.count());
    } finally {
      Reference.reachabilityFence(all);
    }
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static Registered register(SharedMemory memory, SeriesNames names) {
    Tallystick tallystick =
        memory.open(builder -> builder.maxSeriesPerMetric(2 * ALL.seriesPerFamily()));
    List<CounterDataPoint> counters = new ArrayList<>(names.count());
    for (int family = 0; family < names.families(); family++) {
      Counter counter =
          Counter.builder()
              .name(names.family(family))
              .help("Requests served.")
              .labelNames("path", "status")
              .register(tallystick);
      for (int series = 0; series < names.seriesPerFamily(); series++) {
        counters.add(counter.labelValues(names.path(series), names.status(series)));
      }
    }
    return new Registered(tallystick, counters);
  }

  /** By how much the file grew for each thread that got a column. */
  private static List<Long> columnBytes(SharedMemory memory, List<CounterDataPoint> counters) {
    List<Long> grown = new ArrayList<>();
    Deque<ColumnOwner> owners = new ArrayDeque<>();
    try {
      for (int column = 0; column < COLUMNS; column++) {
        long before = memory.lengthBytes();
        owners.push(
            ColumnOwner.start(memory::lengthBytes, () -> counters.forEach(CounterDataPoint::inc)));
        grown.add(memory.lengthBytes() - before);
      }
    } finally {
      owners.forEach(ColumnOwner::close);
    }
    return grown;
  }
}
