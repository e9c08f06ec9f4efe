package io.tallystick.jmh;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Many counters, and a way to write them as text. */
interface ScrapeTarget {
  /** Adds one to every series, in every process that has it. */
  void update();

  /** Writes one scrape in Prometheus' text format. */
  void write(OutputStream out) throws IOException;

  /** Threads that own a column of each process file, and have values in it. */
  int OWNED_COLUMNS = 2;

  /**
   * Process files of one directory, each with the series of one of the names. Two threads own a
   * column of each file: the calling one, and another that lived until both had their columns. What
   * they counted before that is in the file's shared column.
   */
  static ScrapeTarget tallystick(SharedMemory memory, List<SeriesNames> processes)
      throws IOException {
    int count = processes.stream().mapToInt(SeriesNames::count).sum();
    List<CounterDataPoint> counters = new ArrayList<>(count);
    for (SeriesNames names : processes) {
      Tallystick tallystick =
          memory.open(builder -> builder.maxSeriesPerMetric(count)); // of all processes together
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
    }
    CounterDataPoint[] all = counters.toArray(CounterDataPoint[]::new);
    ColumnOwner other = ColumnOwner.start(memory::lengthBytes, () -> incAll(all));
    ColumnOwner.settle(memory::lengthBytes, () -> incAll(all));
    OwnedColumns.require(OWNED_COLUMNS, processes.size(), memory.directory());
    other.close();
    Scraper scraper = Scraper.open(memory.directory());
    return new ScrapeTarget() {
      @Override
      public void update() {
        incAll(all);
      }

      @Override
      public void write(OutputStream out) throws IOException {
        scraper.write(TextFormat.PROMETHEUS, out);
      }
    };
  }

  /** One registry with the series of all names. */
  static ScrapeTarget clientJava(List<SeriesNames> processes, boolean exemplars) {
    PrometheusRegistry registry = new PrometheusRegistry();
    List<CounterDataPoint> counters = new ArrayList<>();
    for (int family = 0; family < processes.get(0).families(); family++) {
      io.prometheus.metrics.core.metrics.Counter counter =
          ClientJava.counters(exemplars)
              .name(processes.get(0).family(family))
              .help("Requests served.")
              .labelNames("path", "status")
              .register(registry);
      for (SeriesNames names : processes) {
        for (int series = 0; series < names.seriesPerFamily(); series++) {
          counters.add(counter.labelValues(names.path(series), names.status(series)));
        }
      }
    }
    CounterDataPoint[] all = counters.toArray(CounterDataPoint[]::new);
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    return new ScrapeTarget() {
      @Override
      public void update() {
        incAll(all);
      }

      @Override
      public void write(OutputStream out) throws IOException {
        writer.write(out, registry.scrape());
      }
    };
  }

  /** One registry with the series of all names. */
  static ScrapeTarget micrometer(List<SeriesNames> processes) {
    PrometheusMeterRegistry registry = Micrometer.registry();
    List<io.micrometer.core.instrument.Counter> counters = new ArrayList<>();
    for (SeriesNames names : processes) {
      for (int family = 0; family < names.families(); family++) {
        for (int series = 0; series < names.seriesPerFamily(); series++) {
          counters.add(
              io.micrometer.core.instrument.Counter.builder(names.family(family))
                  .description("Requests served.")
                  .tags("path", names.path(series), "status", names.status(series))
                  .register(registry));
        }
      }
    }
    return new ScrapeTarget() {
      @Override
      public void update() {
        counters.forEach(io.micrometer.core.instrument.Counter::increment);
      }

      @Override
      public void write(OutputStream out) throws IOException {
        registry.scrape(out);
      }
    };
  }

  /** One meter with the series of all names, read by a collector of client_java's registry. */
  static ScrapeTarget openTelemetry(List<SeriesNames> processes) {
    PrometheusMetricReader reader =
        PrometheusMetricReader.builder()
            .setOtelScopeLabelsEnabled(false)
            .setTargetInfoMetricEnabled(false)
            .build();
    int seriesPerFamily = processes.stream().mapToInt(SeriesNames::seriesPerFamily).sum();
    Meter meter = OpenTelemetry.meter(reader, seriesPerFamily);
    List<Runnable> updates = new ArrayList<>();
    for (int family = 0; family < processes.get(0).families(); family++) {
      LongCounter counter =
          meter
              .counterBuilder(processes.get(0).family(family))
              .setDescription("Requests served.")
              .build();
      for (SeriesNames names : processes) {
        for (int series = 0; series < names.seriesPerFamily(); series++) {
          Attributes attributes =
              OpenTelemetry.attributes(names.path(series), names.status(series));
          updates.add(() -> counter.add(1, attributes));
        }
      }
    }
    updates.forEach(Runnable::run); // there is no series before its first update
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(reader);
    PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    return new ScrapeTarget() {
      @Override
      public void update() {
        updates.forEach(Runnable::run);
      }

      @Override
      public void write(OutputStream out) throws IOException {
        writer.write(out, registry.scrape());
      }
    };
  }

  /** The floor: sums the copies of each series in arrays, and writes prefix and sum. */
  static ScrapeTarget plain(List<SeriesNames> processes, int copies) {
    List<byte[]> prefixes = new ArrayList<>();
    for (SeriesNames names : processes) {
      for (int family = 0; family < names.families(); family++) {
        for (int series = 0; series < names.seriesPerFamily(); series++) {
          String prefix =
              names.family(family)
                  + "{path=\""
                  + names.path(series)
                  + "\",status=\""
                  + names.status(series)
                  + "\"} ";
          prefixes.add(prefix.getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    long[][] words = new long[copies][prefixes.size()];
    return new PlainText(prefixes.toArray(byte[][]::new), words);
  }

  private static void incAll(CounterDataPoint[] counters) {
    for (CounterDataPoint counter : counters) {
      counter.inc();
    }
  }

  /** Lines whose beginnings were made before. */
  final class PlainText implements ScrapeTarget {
    private static final int CHUNK = 1 << 16;
    private static final int LONGEST_LINE = 256;

    private final byte[][] prefixes;
    private final long[][] words;
    private final byte[] chunk = new byte[CHUNK];
    private final byte[] digits = new byte[20];

    PlainText(byte[][] prefixes, long[][] words) {
      this.prefixes = prefixes;
      this.words = words;
    }

    @Override
    public void update() {
      for (long[] copy : words) {
        Arrays.setAll(copy, i -> copy[i] + 1);
      }
    }

    @Override
    public void write(OutputStream out) throws IOException {
      int length = 0;
      for (int line = 0; line < prefixes.length; line++) {
        long sum = 0;
        for (long[] copy : words) {
          sum += copy[line];
        }
        byte[] prefix = prefixes[line];
        System.arraycopy(prefix, 0, chunk, length, prefix.length);
        length = putDecimal(sum, length + prefix.length);
        chunk[length++] = '\n';
        if (length > CHUNK - LONGEST_LINE) {
          out.write(chunk, 0, length);
          length = 0;
        }
      }
      out.write(chunk, 0, length);
    }

    private int putDecimal(long value, int offset) {
      int first = digits.length;
      long rest = value;
      do {
        digits[--first] = (byte) ('0' + rest % 10);
        rest /= 10;
      } while (rest != 0);
      System.arraycopy(digits, first, chunk, offset, digits.length - first);
      return offset + digits.length - first;
    }
  }
}
