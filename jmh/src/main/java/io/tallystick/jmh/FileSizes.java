package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.jmh.report.Figures;
import io.tallystick.metrics.Counter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * How many bytes of shared memory does a counter series take?
 *
 * <p>A cold series was registered and never updated. Label text is the bytes of its label values.
 * Every thread that gets a column adds its own copy of the cells. Prints figures as JSON.
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
    List<CounterDataPoint> counters = register();
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
    return figures;
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
