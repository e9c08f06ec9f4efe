package io.tallystick;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.Summary;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;

/**
 * A JVM that resumes a role and counts from two threads until it is killed, and acknowledges each
 * batch with a line.
 *
 * <p>Arguments: directory, role. Input: a line has it open the directory, the next one has it
 * count. Output: the instance name, then a line for each batch.
 */
final class ResumingProcess {
  static final int THREADS = 2;
  static final int BATCH = 10;

  private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

  private ResumingProcess() {}

  public static void main(String[] args) throws IOException {
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, US_ASCII))) {
      String unused = in.readLine();
      Tallystick tallystick =
          Tallystick.builder().directory(Path.of(args[0])).segmentCells(64).resume(args[1]).open();
      CounterDataPoint counter =
          Counter.builder().name("jobs").labelNames("kind").register(tallystick).labelValues("x");
      Histogram histogram = Histogram.builder().name("sizes").register(tallystick);
      Summary summary = Summary.builder().name("times").register(tallystick);
      say(tallystick.instanceName());
      unused = in.readLine();
      for (int i = 0; i < THREADS; i++) {
        new Thread(
                () -> {
                  while (true) {
                    for (int j = 0; j < BATCH; j++) {
                      counter.inc();
                      histogram.observe(1);
                      summary.observe(1);
                    }
                    say("counted");
                  }
                })
            .start();
      }
      while (in.readLine() != null) {
        // until whoever started it has gone
      }
      Runtime.getRuntime().halt(0);
    }
  }

  /** One write, so that lines of two threads do not mix and nothing said is left in a buffer. */
  private static void say(String line) {
    try {
      OUT.write((line + "\n").getBytes(US_ASCII));
    } catch (IOException e) {
      Runtime.getRuntime().halt(1);
    }
  }
}
