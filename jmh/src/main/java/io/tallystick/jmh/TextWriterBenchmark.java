package io.tallystick.jmh;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a line cost in the text formats?
 *
 * <p>Time and garbage are those of a line. client_java's writers write the snapshots of a directory
 * of one process, which were made before; Tallystick reads the directory, too, each time. The floor
 * writes beginnings of lines that were made before, and numbers without a fraction. Micrometer's
 * and OpenTelemetry's exporters have client_java's writers.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(TextLines.LINES)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgs = {"-Xms4g", "-Xmx4g"})
public class TextWriterBenchmark {
  /** Writes all lines in Prometheus' format, to a sink. */
  @Benchmark
  public long prometheus(Contest contest) throws IOException {
    CountingSink sink = new CountingSink();
    contest.lines.writePrometheus(sink);
    return sink.bytes();
  }

  /** Writes all lines in OpenMetrics' format, to a sink. */
  @Benchmark
  public long openMetrics(Contest contest) throws IOException {
    CountingSink sink = new CountingSink();
    contest.lines.writeOpenMetrics(sink);
    return sink.bytes();
  }

  /** The contender with what it writes. */
  @State(Scope.Benchmark)
  public static class Contest {
    @Param({"BASELINE", "TALLYSTICK", "CLIENT_JAVA"})
    public Contender contender;

    private TextLines lines;

    /** Counts, and checks that all lines are there. */
    @Setup(Level.Trial)
    public void open(SharedMemory memory) throws IOException {
      lines =
          switch (contender) {
            case BASELINE -> TextLines.plain(memory);
            case TALLYSTICK -> TextLines.tallystick(memory);
            case CLIENT_JAVA -> TextLines.clientJava(memory);
            default -> throw new IllegalArgumentException("no writer: contender=" + contender);
          };
      lines.requireAll();
    }
  }
}
