package io.tallystick.jmh;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.MetricNameFilter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Exposition;
import io.tallystick.scrape.NameFilter;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a scrape of 100,000 counter series take that asks for ten of them by name?
 *
 * <p>Ten families have 9,999 series each, and ten of one series are asked for, as {@code name[]}
 * does.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgs = {"-Xms4g", "-Xmx4g"})
public class NamedScrapeBenchmark {
  private static final SeriesNames OTHERS = new SeriesNames(10, 9_999, "/shop");
  private static final SeriesNames ASKED_FOR = new SeriesNames(10, 1, "/asked");
  private static final String PREFIX = "asked_for_";

  /** Scrapes once, to a sink. */
  @Benchmark
  public long scrape(Contest contest) throws IOException {
    CountingSink sink = new CountingSink();
    contest.target.write(sink);
    return sink.bytes();
  }

  /** The contender with its series. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({"TALLYSTICK", "CLIENT_JAVA"})
    public Contender contender;

    private Target target;

    /** Creates the series, and checks that a scrape has those that it should. */
    @Setup
    public void open(SharedMemory memory) throws IOException {
      List<String> names =
          IntStream.range(0, ASKED_FOR.families())
              .mapToObj(family -> PREFIX + ASKED_FOR.family(family))
              .toList();
      target =
          switch (contender) {
            case TALLYSTICK -> tallystick(memory, NameFilter.of(names));
            case CLIENT_JAVA ->
                clientJava(MetricNameFilter.builder().nameMustBeEqualTo(names).build());
            default -> throw new IllegalArgumentException("no scrape: contender=" + contender);
          };
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      target.write(text);
      long samples = SampleLines.count(text.toString(StandardCharsets.UTF_8), PREFIX);
      long lines = text.toString(StandardCharsets.UTF_8).lines().count();
      if (samples != ASKED_FOR.count() || lines != 3 * samples) {
        throw new IllegalStateException("wrong samples: scraped=" + samples + " lines=" + lines);
      }
    }

    private static Target tallystick(SharedMemory memory, Predicate<String> names)
        throws IOException {
      Tallystick tallystick = memory.open();
      count("", OTHERS, tallystick);
      count(PREFIX, ASKED_FOR, tallystick);
      Scraper scraper = Scraper.open(memory.directory());
      return out -> scraper.write(Exposition.of(TextFormat.PROMETHEUS), out, names);
    }

    private static void count(String prefix, SeriesNames names, Tallystick tallystick) {
      for (int family = 0; family < names.families(); family++) {
        Counter counter =
            Counter.builder()
                .name(prefix + names.family(family))
                .help("Requests served.")
                .labelNames("path", "status")
                .register(tallystick);
        for (int series = 0; series < names.seriesPerFamily(); series++) {
          counter.labelValues(names.path(series), names.status(series)).inc();
        }
      }
    }

    private static Target clientJava(Predicate<String> names) {
      PrometheusRegistry registry = new PrometheusRegistry();
      count("", OTHERS, registry);
      count(PREFIX, ASKED_FOR, registry);
      PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
      return out -> writer.write(out, registry.scrape(names));
    }

    private static void count(String prefix, SeriesNames names, PrometheusRegistry registry) {
      for (int family = 0; family < names.families(); family++) {
        io.prometheus.metrics.core.metrics.Counter counter =
            ClientJava.counters(true)
                .name(prefix + names.family(family))
                .help("Requests served.")
                .labelNames("path", "status")
                .register(registry);
        for (int series = 0; series < names.seriesPerFamily(); series++) {
          counter.labelValues(names.path(series), names.status(series)).inc();
        }
      }
    }
  }

  private interface Target {
    void write(OutputStream out) throws IOException;
  }
}
