package io.tallystick;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.testing.SharedClock;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A JVM whose series come and go, until it is killed. Each has a number of its own, and counts that
 * number a few times.
 *
 * <p>Arguments: directory, file of the clock, the process' number. Output: a line for each round.
 */
final class ReusingProcess {
  static final Duration TTL = Duration.ofMinutes(1);

  /** How often a series counts its number. */
  static final int TIMES = 3;

  private static final int SERIES = 20;
  private static final int ROUNDS = 10_000;

  private ReusingProcess() {}

  public static void main(String[] args) throws IOException {
    Tallystick tallystick =
        Tallystick.builder()
            .directory(Path.of(args[0]))
            .clock(SharedClock.open(Path.of(args[1])))
            .segmentCells(64)
            .seriesTimeToLive(TTL)
            .maxSeriesPerMetric(1_000_000)
            .open();
    Counter jobs = Counter.builder().name("jobs").labelNames("k").register(tallystick);
    Counter rounds =
        Counter.builder().name("rounds").seriesTimeToLive(Duration.ZERO).register(tallystick);
    long first = Long.parseLong(args[2]) * ROUNDS * SERIES;
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    for (int round = 1; round < ROUNDS; round++) {
      for (int i = 0; i < SERIES; i++) {
        long number = first + (long) round * SERIES + i;
        CounterDataPoint point = jobs.labelValues(Long.toString(number));
        for (int times = 0; times < TIMES; times++) {
          point.inc(number);
        }
      }
      rounds.inc();
      if (round % 4 == 0) {
        System.gc(); // or nothing is given up for a while
      }
      RegistrarAccess.turn(tallystick);
      out.write("round\n".getBytes(US_ASCII));
    }
  }
}
