package io.tallystick;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.metrics.Counter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A JVM that makes series of one metric in an order of its own and counts once in each.
 *
 * <p>Arguments: directory, most series of the metric, most of the directory, first and last value,
 * seed. Input: a line has it open the directory, the next one has it count. Output: {@code opened},
 * {@code first} once it has made a hundred, {@code counted} at the end.
 */
final class LimitedProcess {
  private static final int SOME = 100;

  private LimitedProcess() {}

  public static void main(String[] args) throws IOException {
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, US_ASCII))) {
      String unused = in.readLine();
      Tallystick tallystick =
          Tallystick.builder()
              .directory(Path.of(args[0]))
              .maxSeriesPerMetric(Integer.parseInt(args[1]))
              .maxSeriesPerDirectory(Integer.parseInt(args[2]))
              .open();
      Counter counter = Counter.builder().name("x").labelNames("a").register(tallystick);
      List<Integer> values =
          IntStream.range(Integer.parseInt(args[3]), Integer.parseInt(args[4]))
              .boxed()
              .collect(Collectors.toList());
      Collections.shuffle(values, new Random(Long.parseLong(args[5])));
      say("opened");
      unused = in.readLine();
      for (int i = 0; i < values.size(); i++) {
        counter.labelValues("" + values.get(i)).inc();
        if (i == SOME) {
          say("first");
        }
      }
      say("counted");
      while (in.readLine() != null) {
        // until whoever started it has gone
      }
      Runtime.getRuntime().halt(0);
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
