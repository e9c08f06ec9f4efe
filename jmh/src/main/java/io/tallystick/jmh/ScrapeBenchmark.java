package io.tallystick.jmh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does one scrape of eight processes with 100,000 counter series each take?
 *
 * <p>Tallystick merges eight process files, in each of which two threads own a column that has a
 * value of every series. The peers have no processes to merge: one registry has all series that the
 * merged text has. Every series moves between two scrapes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgs = {"-Xms6g", "-Xmx6g"})
public class ScrapeBenchmark {
  private static final int PROCESSES = 8;
  private static final int FAMILIES = 10;
  private static final int SERIES_PER_FAMILY = 10_000;

  /** Scrapes once, to a sink. */
  @Benchmark
  public long scrape(Contest contest) throws IOException {
    CountingSink sink = new CountingSink();
    contest.target.write(sink);
    return sink.bytes();
  }

  /** Whether the processes have series in common. */
  public enum Series {
    /** All have the same. */
    SAME,
    /** Each has its own. */
    OWN;

    /** The samples in the merged text. */
    public int lines() {
      int perProcess = FAMILIES * SERIES_PER_FAMILY;
      return this == SAME ? perProcess : PROCESSES * perProcess;
    }

    private List<SeriesNames> processes() {
      if (this == SAME) {
        return Collections.nCopies(PROCESSES, names("/shop"));
      }
      List<SeriesNames> processes = new ArrayList<>();
      for (int process = 0; process < PROCESSES; process++) {
        processes.add(names("/shop-" + process));
      }
      return processes;
    }

    private List<SeriesNames> merged() {
      return this == SAME ? List.of(names("/shop")) : processes();
    }

    /** How many words of owned columns make up a sample of the merged text. */
    private int copies() {
      int columns = ScrapeTarget.OWNED_COLUMNS;
      return this == SAME ? PROCESSES * columns : columns;
    }

    private static SeriesNames names(String pathPrefix) {
      return new SeriesNames(FAMILIES, SERIES_PER_FAMILY, pathPrefix);
    }
  }

  /** The contender with its series. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({
      "BASELINE",
      "TALLYSTICK",
      "CLIENT_JAVA",
      "CLIENT_JAVA_NO_EXEMPLARS",
      "MICROMETER",
      "OPENTELEMETRY"
    })
    public Contender contender;

    @Param public Series series;

    private ScrapeTarget target;

    /** Creates the series, and checks that a scrape has them all. */
    @Setup
    public void open(SharedMemory memory) throws IOException {
      target =
          switch (contender) {
            case BASELINE -> ScrapeTarget.plain(series.merged(), series.copies());
            case TALLYSTICK -> ScrapeTarget.tallystick(memory, series.processes());
            case CLIENT_JAVA -> ScrapeTarget.clientJava(series.merged(), true);
            case CLIENT_JAVA_NO_EXEMPLARS -> ScrapeTarget.clientJava(series.merged(), false);
            case MICROMETER -> ScrapeTarget.micrometer(series.merged());
            case OPENTELEMETRY -> ScrapeTarget.openTelemetry(series.merged());
            default -> throw new IllegalArgumentException("no scrape: contender=" + contender);
          };
      long samples = SampleLines.count(target, "shop_requests_");
      if (samples != series.lines()) {
        throw new IllegalStateException(
            "samples missing: expected=" + series.lines() + " scraped=" + samples);
      }
    }

    /** Moves every series. */
    @Setup(Level.Invocation)
    public void update() {
      target.update();
    }
  }
}
