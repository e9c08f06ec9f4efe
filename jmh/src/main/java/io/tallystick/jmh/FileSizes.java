package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Figures;
import io.tallystick.metrics.Counter;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * How many bytes does a counter series take, in shared memory and in the heap?
 *
 * <p>A cold series was registered and never updated. Label text is the bytes of its label values.
 * Every thread that gets a column adds its own copy of the cells. Heap is what is used more after
 * the series were made than before, each time after a collection, with label values and resolved
 * data points; so it is of peers, too. Prints figures as JSON.
 */
public final class FileSizes {
  private static final int COLUMNS = 3;

  private final SharedMemory memory = new SharedMemory();
  private final SeriesNames names = new SeriesNames(10, 10_000, "/shop");

  private FileSizes() {}

  /** Prints the figures. */
  public static void main(String[] args) {
    System.out.println(new FileSizes().measure().toJson());
  }

  private Figures measure() {
    long emptyHeapBytes = heapBytes();
    List<CounterDataPoint> counters = register();
    long heapBytes = heapBytes() - emptyHeapBytes;
    long coldBytes = memory.lengthBytes();
    List<Long> columnBytes = columnBytes(counters);
    double count = names.count();
    Figures figures = new Figures();
    figures.put("series", names.count());
    figures.put("fileBytesCold", coldBytes);
    figures.put("labelTextBytesPerSeries", names.labelBytes() / count);
    figures.put("bytesPerColdSeriesBeyondLabelText", (coldBytes - names.labelBytes()) / count);
    figures.put("bytesPerSeriesInFirstColumn", columnBytes.get(0) / count);
    for (int column = 1; column < COLUMNS; column++) {
      figures.put("bytesPerSeriesInColumn" + (column + 1), columnBytes.get(column) / count);
    }
    figures.put("heapBytesPerSeries", heapBytes / count);
    List<SeriesNames> all = List.of(names);
    figures.put("clientJavaHeapBytesPerSeries", heapOf(() -> ScrapeTarget.clientJava(all, true)));
    figures.put("micrometerHeapBytesPerSeries", heapOf(() -> ScrapeTarget.micrometer(all)));
    figures.put("openTelemetryHeapBytesPerSeries", heapOf(() -> ScrapeTarget.openTelemetry(all)));
    return figures;
  }

  private double heapOf(Supplier<ScrapeTarget> peer) {
    long emptyHeapBytes = heapBytes();
    ScrapeTarget target = peer.get();
    try {
      return (heapBytes() - emptyHeapBytes) / (double) names.count();
    } finally {
      Reference.reachabilityFence(target);
    }
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private List<CounterDataPoint> register() {
    Tallystick tallystick =
        memory.open(builder -> builder.maxSeriesPerMetric(2 * names.seriesPerFamily()));
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
    return counters;
  }

  /** By how much the file grew for each thread that got a column. */
  private List<Long> columnBytes(List<CounterDataPoint> counters) {
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
